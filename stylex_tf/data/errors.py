"""What can be wrong with what the user gave, as opposed to with our code."""


class DataError(ValueError):
    """The data cannot be used; the message says what is wrong, and where."""


class ExistsError(DataError):
    """The folder to be written exists already."""
