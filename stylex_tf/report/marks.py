"""Marks attributes to be careful about, in the same words everywhere."""

WEAK_SHARE = 0.1
"""An attribute that does less than this share of the strongest is weak."""

WEAK = "weak"
TURNS_NOTHING = "does not turn the decision"

LEGEND = (
    "Weak: does less than a tenth of what the strongest does. What is weak, or "
    "does not turn the decision, is no reason for it."
)
"""What the words mean; for a page that uses them."""


def find(*, effect: float, strongest: float, turns: bool) -> str:
    """Returns the marks of one attribute; empty where there is none.

    Args:
        effect: what it does to the class.
        strongest: what the strongest of the same list does.
        turns: whether it turns the decision by itself.
    """
    marks = (
        (WEAK, effect < WEAK_SHARE * strongest),
        (TURNS_NOTHING, not turns),
    )
    return "; ".join(words for words, holds in marks if holds)
