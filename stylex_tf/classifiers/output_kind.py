"""Names what a classifier puts out."""

from stylex_tf import choice


class Output(choice.Choice):
    """What the numbers are, or that the file is asked; see `outputs.py`."""

    AUTO = "auto"
    LOGITS = "logits"
    PROBABILITIES = "probabilities"
