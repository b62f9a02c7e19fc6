"""Names the numbers that networks compute with."""

from stylex_tf import choice


class Precision(choice.Choice):
    """A policy of Keras, or what suits the machine; see `precision.resolve`."""

    AUTO = "auto"
    FLOAT32 = "float32"
    MIXED_BFLOAT16 = "mixed_bfloat16"
    MIXED_FLOAT16 = "mixed_float16"
