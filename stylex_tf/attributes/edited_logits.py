"""Computes, once for all classes, the logits after each edit."""

import dataclasses
from collections.abc import Iterable

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class EditedLogits:
    """Sums over the K classes of logits [..., K], float64 [...].

    For each class by itself that would be K sums over K classes.

    Attributes:
        largest: the class with the largest logit, the first of several.
        total: log of the sum of exp(logit) over all classes.
        rest: the same over all classes but the largest.
    """

    largest: np.ndarray
    total: np.ndarray
    rest: np.ndarray

    @classmethod
    def of(cls, logits: np.ndarray) -> "EditedLogits":
        """Sums up logits, [..., K]; what is not finite stays so."""
        logits = logits.astype(np.float64)
        largest = logits.argmax(axis=-1)
        index = largest[..., None]
        top = np.take_along_axis(logits, index, axis=-1)[..., 0]
        np.put_along_axis(logits, index, -np.inf, axis=-1)
        second = logits.max(axis=-1)
        with np.errstate(invalid="ignore"):
            logits -= second[..., None]
            rest = second + np.log(np.exp(logits, out=logits).sum(axis=-1))
            return cls(largest, np.logaddexp(top, rest), rest)

    def take(self, rows: np.ndarray) -> "EditedLogits":
        """Takes some rows of the first axis."""
        return EditedLogits(
            self.largest[rows], self.total[rows], self.rest[rows]
        )

    def log_odds(self, logits: np.ndarray, target: int) -> np.ndarray:
        """Returns the target's log odds, [...], as `log_odds.of_class` does."""
        # A class that is not the largest has at most half of the sum, so that
        # the difference loses nothing.
        share = np.exp(np.minimum(logits - self.total, 0.0))
        at_most_half = np.minimum(share, 0.5)
        others = self.total + np.log1p(-at_most_half)
        return logits - np.where(self.largest == target, self.rest, others)

    def probability(self, logits: np.ndarray) -> np.ndarray:
        """Returns the softmax probability of the target's class, [...]."""
        return np.exp(logits - self.total)


def after(base: np.ndarray, changes: np.ndarray) -> np.ndarray:
    """Adds changes to logits, [K], [E, K] -> unedited first, [1 + E, K]."""
    base = base.astype(np.float64)
    return np.concatenate([base[None], base + changes])


def joined(rows: Iterable[EditedLogits]) -> EditedLogits:
    """Stacks those of several images, [...] each -> [N, ...]."""
    parts = list(rows)
    return EditedLogits(
        np.stack([part.largest for part in parts]),
        np.stack([part.total for part in parts]),
        np.stack([part.rest for part in parts]),
    )
