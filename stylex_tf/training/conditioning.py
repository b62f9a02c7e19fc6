"""Names what of the classifier's answer the generator may see."""

from stylex_tf import choice


class Conditioning(choice.Choice):
    """What the generator is told of an image's class, see `Objective`."""

    PROBABILITIES = "probabilities"
    DROPOUT = "dropout"
    NONE = "none"


def dim(conditioning: str, num_classes: int) -> int:
    """Counts the numbers that the generator is told of an image."""
    return 0 if conditioning == Conditioning.NONE else num_classes


def takes_marginal(conditioning: str) -> bool:
    """Says whether a trained generator is told the mean of all answers."""
    return conditioning == Conditioning.DROPOUT
