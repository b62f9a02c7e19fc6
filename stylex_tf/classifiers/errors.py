"""What can be wrong with what the user gave, as opposed to with our code."""


class ClassifierError(ValueError):
    """The classifier cannot be used; the message says why."""
