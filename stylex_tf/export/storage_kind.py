"""Names how an export stores weights."""

from stylex_tf import choice


class Storage(choice.Choice):
    """How generator and encoder are stored; float16 is half the size."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
