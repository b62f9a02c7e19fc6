"""Ranks coordinates as Wu et al. do, by style spreads, for comparison."""

import numpy as np

from stylex_tf.attributes import selection

# Spreads below this, in units of the population's, are rounding.
_ROUNDING = 1e-6


def rank(
    styles: np.ndarray,
    predictions: np.ndarray,
    *,
    target_class: int,
    searched: int,
    top_k: int,
) -> list[selection.Attribute]:
    """Ranks coordinates by how much one class's styles stand out.

    "Attribute-specific channels" of StyleSpace Analysis, Wu et al. 2021
    (https://arxiv.org/abs/2011.12799), section 5. With the population's mean
    and deviation of each coordinate, an exemplar s of the class differs by

        delta = (s - mean) / deviation,

    and the coordinate's relevance is |mean delta| / deviation of delta over
    the exemplars. No picture is generated and no effect measured. Differs
    from the paper: the population are the given images, not samples, so that
    this ranking and the search see the same ones.

    Args:
        styles: the styles of all images, [N, T]; the searched ones first.
        predictions: the class of each image, [N].
        target_class: the exemplars are the images of this class.
        searched: S, how many of the T coordinates are ranked.
        top_k: at most so many.

    Returns:
        Attributes that lead to the class, most relevant first: directions
        are the sign of the mean difference; `effect` holds the relevance,
        since no effect is known, and `share` is 0 for the same reason. A
        coordinate that never changes, or does not stand out, is not listed;
        nothing is where there are fewer than two exemplars.

    Raises:
        ValueError: the arrays do not fit together.
    """
    styles = np.asarray(styles, np.float64)
    predictions = np.asarray(predictions)
    _check(styles, predictions, searched)
    exemplars = predictions == target_class
    if exemplars.sum() < 2:
        return []
    difference, relevance = _relevance(styles[:, :searched], exemplars)
    order = np.argsort(-relevance, kind="stable")[:top_k]
    return [
        selection.Attribute(
            coordinate=int(coordinate),
            direction=int(difference[coordinate] > 0),
            effect=float(relevance[coordinate]),
            share=0.0,
        )
        for coordinate in order
        if relevance[coordinate] > 0
    ]


def _check(styles: np.ndarray, predictions: np.ndarray, searched: int) -> None:
    if styles.ndim != 2 or predictions.shape != styles.shape[:1]:
        raise ValueError(
            f"styles {styles.shape} and predictions {predictions.shape}; "
            "expected [N, T] and [N]"
        )
    if not 0 < searched <= styles.shape[1]:
        raise ValueError(
            f"searched is {searched}; expected 1 to {styles.shape[1]}, the "
            "number of styles"
        )


def _relevance(
    styles: np.ndarray, exemplars: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Returns each coordinate's mean delta and its relevance, both [S].

    Args:
        styles: the styles of the population, [N, S].
        exemplars: which of them are of the class, bool [N].
    """
    mean, deviation = styles.mean(axis=0), styles.std(axis=0)
    varies = deviation > _ROUNDING * np.abs(mean)
    delta = (styles[exemplars] - mean) / np.where(varies, deviation, 1.0)
    difference = np.where(varies, delta.mean(axis=0), 0.0)
    # A coordinate that is the same in all exemplars is as relevant as can be.
    relevance = np.abs(difference) / np.maximum(delta.std(axis=0), _ROUNDING)
    relevance[np.abs(difference) <= _ROUNDING] = 0.0
    return difference, relevance
