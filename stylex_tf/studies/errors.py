"""What can be wrong with a study's files."""


class StudyError(ValueError):
    """A study cannot be made or scored; the message says why."""
