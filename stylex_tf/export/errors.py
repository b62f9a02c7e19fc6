"""What can be wrong with an export, in words for the user."""


class ExportError(Exception):
    """A model cannot be exported, or an export is not what it should be."""
