"""Names what becomes of files that cannot be read."""

from stylex_tf import choice


class OnError(choice.Choice):
    """What to do with a file that cannot be read, see `ImageFolder`."""

    FAIL = "fail"
    SKIP = "skip"
