"""Defines the errors that a person can mend, as opposed to faults of ours.

A command shows the message of any of these as one line, and no traceback;
every other exception is a fault of ours, and keeps its traceback.
"""


def first_line(error: Exception) -> str:
    """Returns the first line of a library's error, or its kind, cut short."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200]


class UserError(ValueError):
    """Something that whoever reads it can mend; the message says how.

    The message is one line whatever it is made of, since libraries put line
    breaks into theirs.
    """

    def __init__(self, message: str):
        lines = map(str.strip, message.splitlines())
        super().__init__(" ".join(line for line in lines if line))


class UsageError(UserError):
    """A program calls the library with what cannot be used."""


class ServerError(UsageError):
    """A server, or the way to it, answered with an error.

    Attributes:
        code: gRPC's name of the error, as "INVALID_ARGUMENT". Over REST the
            HTTP status is translated; several codes share the status 400, and
            it is always taken for INVALID_ARGUMENT.
        text: what the server says, on one line.
    """

    def __init__(self, code: str, text: str):
        self.code = code
        self.text = " ".join(text.split())
        super().__init__(f"{code}: {self.text}")


class ConfigError(UserError):
    """A field of the config has a value that cannot be used."""


class ClassifierError(UserError):
    """The classifier cannot be used."""


class DataError(UserError):
    """Images, their labels or their annotations cannot be used."""


class ExistsError(DataError):
    """The folder to be written exists already."""


class RunFolderError(UserError):
    """The folder of a run cannot be used, or lacks what is asked of it."""


class CheckpointError(RunFolderError):
    """A checkpoint cannot be restored."""


class DivergedError(UserError, FloatingPointError):
    """A metric of a training is not finite.

    Attributes:
        steps: the first and the last one between which it happened.
    """

    def __init__(self, message: str, steps: tuple[int, int] = (0, 0)):
        super().__init__(message)
        self.steps = steps


class ExportError(UserError):
    """A model cannot be exported, or an export is not what it should be."""


class EvaluationError(UserError):
    """A file is no evaluation, or cannot be read as one."""


class NamesError(UserError):
    """A file of attribute names cannot be used."""


class StudyError(UserError):
    """A user study cannot be made or scored."""
