"""Tells which edits turn the classifier's decision."""

import numpy as np


def tell(
    before: np.ndarray, after: np.ndarray, target_classes: np.ndarray
) -> np.ndarray:
    """Returns whether each edit turns the decision, bool [N, A].

    To the target where there is one, and else to any other class. An edit that
    is not there has probabilities of -1, and turns whatever the caller likes:
    the caller leaves it out.

    Args:
        before: probabilities of what the edits start from, [N, K].
        after: the same of each edit, [N, A, K].
        target_classes: the class to move towards, [N]; -1: away from the
            likeliest.
    """
    decided = before.argmax(axis=1)[:, None]
    then = after.argmax(axis=2)
    target = target_classes[:, None]
    return (then != decided) & ((target < 0) | (then == target))
