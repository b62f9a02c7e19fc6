"""Measures what each factor does to the classifier, by drawing again.

Rendered worlds only: a factor is exchanged in the drawing itself, everything
else stays, and the classifier is asked. No generator takes part, so that this
is the truth that a search is measured against.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import log_odds
from stylex_tf.evaluation import factor_regressors, ground_truth
from stylex_tf.ops import batching, preprocessing


def measure(
    render: Callable[[Sequence[float], int], np.ndarray],
    classify: Callable[[tf.Tensor], tf.Tensor],
    values: np.ndarray,
    factors: Sequence[factor_regressors.Factor],
    *,
    resolution: int,
    seed: int = 0,
    batch_size: int = 256,
) -> dict[str, float]:
    """Measures how far exchanging one factor moves the log odds.

    Args:
        render: (a number for each factor, resolution) -> uint8 [R, R, 3].
        classify: images in [-1, 1] -> logits.
        values: the factors of some images, [N, F].
        factors: the F factors.
        resolution: R, height and width of the images.
        seed: the seed of the exchange: each image gets the value of a random
            other.
        batch_size: pictures at once.

    Returns:
        For each factor the mean of |change of the log odds of the class that
        was predicted before|.
    """

    def logits(rows: np.ndarray) -> np.ndarray:
        images = np.stack([render(row, resolution) for row in rows])
        return batching.apply(
            classify,
            preprocessing.to_float_numpy(images),
            batch_size=batch_size,
        )

    before = logits(values)
    predicted = before.argmax(axis=1)
    random = np.random.default_rng(seed)
    effects = {}
    for index, factor in enumerate(factors):
        exchanged = values.copy()
        exchanged[:, index] = random.permutation(values[:, index])
        changes = _log_odds(logits(exchanged), predicted) - _log_odds(
            before, predicted
        )
        effects[factor.name] = float(np.abs(changes).mean())
    return effects


def rank_correlation(
    causal_effects: Mapping[str, float],
    effects: Sequence[float],
    judged: Sequence[ground_truth.AttributeFactor],
) -> float | None:
    """Compares true and attributed effects of factors (Spearman).

    An attribute's effect is attributed to the factors in the shares in which
    it changes them.

    Args:
        causal_effects: every factor's effect, as `measure` returns it.
        effects: each attribute's effects.
        judged: what each attribute does to the factors.

    Returns:
        A number in [-1, 1]; None where it is not defined: no attributes, or
        all factors equal.
    """
    names = sorted(causal_effects)
    attributed = dict.fromkeys(names, 0.0)
    for effect, factor in zip(effects, judged, strict=True):
        total = sum(factor.changes.values())
        for name, change in factor.changes.items():
            attributed[name] += effect * change / total if total else 0.0
    ranks = [
        _ranks(np.array([by_name[name] for name in names]))
        for by_name in (causal_effects, attributed)
    ]
    if any(np.ptp(rank) == 0 for rank in ranks):
        return None
    return float(np.corrcoef(ranks)[0, 1])


def _log_odds(logits: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Returns the log odds of one class in every row, [N, K], [N] -> [N]."""
    odds = np.stack(
        [
            log_odds.of_class(logits, target)
            for target in range(logits.shape[1])
        ],
        axis=1,
    )
    return odds[np.arange(len(classes)), classes]


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks values from 0 up; equal values share their mean rank."""
    smaller = (values[:, None] > values[None, :]).sum(axis=1)
    equal = (values[:, None] == values[None, :]).sum(axis=1)
    return smaller + (equal - 1) / 2
