"""Measures whether a class's attributes are different things, or one."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import (
    edit_space,
    log_odds,
    selection,
)
from stylex_tf.evaluation import figure, record
from stylex_tf.ops import batching
from stylex_tf.search import model as model_lib

_TOP = 8
# Images edited for all classes together, each of which has its share: 250 of
# each of eight classes, ten of each of 200.
_IMAGES = 2_000
# A pixel belongs to an attribute that changes it by more than this share of
# the attribute's largest change.
_MASK_SHARE = 0.5


def measure(
    model: model_lib.Model,
    styles: np.ndarray,
    predictions: np.ndarray,
    space: edit_space.EditSpace,
    attributes: Mapping[int, Sequence[selection.Attribute]],
    *,
    batch_size: int = 256,
) -> record.Independence:
    """Compares the first eight attributes of each class, pair by pair.

    Costs one picture an image for each attribute and for each pair of them,
    for each class; of many classes each is looked at in fewer images, so that
    the whole costs no more.

    Args:
        model: its generator and classifier are asked.
        styles: the styles of images that the search has not seen, [N, T].
        predictions: the class of each image's reconstruction, [N].
        space: the edits.
        attributes: each class's list, best first.
        batch_size: pictures at once.

    Returns:
        Means over all pairs of one class, over all classes; None where there
        is no pair:
        mask_overlap: intersection over union of the masks. A mask holds the
            pixels that change by more than half of what the pixel changes
            that changes most, absolute changes, mean over images and colours.
        effect_cosine: |cosine| of what both do to the images' log odds of
            the class.
        additivity_gap: what both edits at once do to the log odds, less what
            each does alone, as a share (`_gap`). 0 is plain addition, 1 a
            conjunction, where neither does anything alone. Two edits of one
            coordinate have no such figure.
    """
    edits = _Edits(model, space, batch_size)
    overlaps: list[float] = []
    cosines: list[float] = []
    gaps: list[float] = []
    used: set[int] = set()
    few = max(1, _IMAGES // max(1, len(attributes)))
    for target, listed in attributes.items():
        rows = np.flatnonzero(np.asarray(predictions) != target)[:few]
        first = listed[:_TOP]
        if len(first) < 2 or not len(rows):
            continue
        used.update(rows.tolist())
        overlaps += _overlaps(
            [edits.mask(styles[rows], attribute) for attribute in first]
        )
        alone, joint_gaps = _effects(edits, styles[rows], first, target)
        cosines += _cosines(alone)
        gaps += joint_gaps
    images = len(used)
    return record.Independence(
        mask_overlap=_mean(overlaps, images),
        effect_cosine=_mean(cosines, images),
        additivity_gap=_mean(gaps, images),
    )


def _effects(
    edits: "_Edits",
    styles: np.ndarray,
    attributes: Sequence[selection.Attribute],
    target: int,
) -> tuple[list[np.ndarray], list[float]]:
    """Returns what each attribute does alone, [n] each, and pairs' gaps."""
    base = edits.log_odds(styles, [], target)
    alone = [
        edits.log_odds(styles, [attribute], target) - base
        for attribute in attributes
    ]
    gaps: list[float] = []
    for i, j in itertools.combinations(range(len(attributes)), 2):
        pair = [attributes[i], attributes[j]]
        if pair[0].coordinate != pair[1].coordinate:
            joint = edits.log_odds(styles, pair, target) - base
            gaps += _gap(joint, alone[i], alone[j])
    return alone, gaps


class _Edits:
    """Makes edits and measures what they change."""

    def __init__(
        self,
        model: model_lib.Model,
        space: edit_space.EditSpace,
        batch_size: int,
    ):
        self._space, self._batch_size = space, batch_size
        self._logits = tf.function(
            lambda rows: model.classify(model.generate(rows)),
            reduce_retracing=True,
            autograph=False,
        )
        # [B, T], [B, T] -> [B, H, W], mean over colours.
        self._change = tf.function(
            lambda rows, edited: tf.reduce_mean(
                tf.abs(model.generate(edited) - model.generate(rows)), axis=3
            ),
            reduce_retracing=True,
            autograph=False,
        )

    def mask(
        self, styles: np.ndarray, attribute: selection.Attribute
    ) -> np.ndarray:
        """Finds the pixels that belong to an attribute, bool [H, W]."""
        edited = self._edit(styles, [attribute])
        change = batching.apply(
            self._change, styles, edited, batch_size=self._batch_size
        ).mean(axis=0)
        return change > _MASK_SHARE * change.max()

    def log_odds(
        self,
        styles: np.ndarray,
        attributes: Sequence[selection.Attribute],
        target: int,
    ) -> np.ndarray:
        """Returns the target's log odds after several edits at once, [n]."""
        edited = self._edit(styles, attributes)
        logits = batching.apply(
            self._logits, edited, batch_size=self._batch_size
        )
        return log_odds.of_class(logits.astype(np.float64), target)

    def _edit(
        self, styles: np.ndarray, attributes: Sequence[selection.Attribute]
    ) -> np.ndarray:
        return self._space.apply(
            styles,
            np.array([attribute.coordinate for attribute in attributes], int),
            np.array([attribute.direction for attribute in attributes], int),
        )


def _overlaps(masks: Sequence[np.ndarray]) -> list[float]:
    """Returns intersection over union of each pair of masks, none empty."""
    return [
        float(np.sum(a & b) / np.sum(a | b))
        for a, b in itertools.combinations(masks, 2)
        if a.any() and b.any()
    ]


def _cosines(effects: Sequence[np.ndarray]) -> list[float]:
    """Returns |cosine| of every pair of effects beyond rounding."""
    return [
        float(min(1.0, abs(a @ b) / np.sqrt((a @ a) * (b @ b))))
        for a, b in itertools.combinations(effects, 2)
        if _has_effect(a) and _has_effect(b)
    ]


def _gap(joint: np.ndarray, a: np.ndarray, b: np.ndarray) -> list[float]:
    """Returns the share that is not addition; none where nothing happens.

    It is the sum over images of |ab - a - b| by that of max(|ab|, |a| + |b|).
    The larger of the two is the whole, so that a conjunction is 1 and not
    infinite; and an image without any effect does not decide the mean.
    """
    if not any(map(_has_effect, (joint, a, b))):
        return []
    whole = np.maximum(np.abs(joint), np.abs(a) + np.abs(b)).sum()
    return [float(np.abs(joint - a - b).sum() / whole)]


def _has_effect(effects: np.ndarray) -> bool:
    return bool(np.any(np.abs(effects) > log_odds.ROUNDING))


def _mean(values: Sequence[float], images: int) -> figure.Figure | None:
    """Averages over pairs of attributes, edited in so many images."""
    return figure.Figure(float(np.mean(values)), images) if values else None
