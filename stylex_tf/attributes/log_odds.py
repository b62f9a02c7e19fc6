"""Computes log p / (1 - p) of a class from logits."""

import numpy as np

ROUNDING = 1e-4
"""Changes of log odds below this are float32 rounding, not effects."""


def of_class(logits: np.ndarray, target: int) -> np.ndarray:
    """Returns logit_y - logsumexp of the others, [..., K] -> [...].

    It is what the logit of a class is to a two-class head, whatever common
    offset the logits carry: a head with one output has logits [0, l], whose
    first never changes.
    """
    others = np.delete(logits, target, axis=-1)
    largest = others.max(axis=-1)
    rest = np.log(np.exp(others - largest[..., None]).sum(axis=-1))
    return logits[..., target] - largest - rest
