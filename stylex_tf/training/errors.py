"""What can stop a training run without being a fault of our code."""


class CheckpointError(Exception):
    """A checkpoint does not fit the state; the message names both."""


class DivergedError(FloatingPointError):
    """A metric is not finite; the message says which, when, what to do."""
