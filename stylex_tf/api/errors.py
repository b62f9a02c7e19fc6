"""What can be wrong with what a caller gave, in words for them."""


class UsageError(ValueError):
    """A model, image, class or file cannot be used; the message says why."""
