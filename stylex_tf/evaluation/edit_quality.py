"""Measures edits: reversibility, collateral change, minimality.

Definitions with their sources: docs/evaluation.md.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.evaluation import (
    factor_regressors,
    figure,
    first_edits,
    record,
)
from stylex_tf.ops import batching
from stylex_tf.search import model as model_lib

# A pixel belongs to an attribute that changes it by more than this share of
# the attribute's largest change, in the mean over images: as in independence.
_MASK_SHARE = 0.5


def measure(
    edits: first_edits.FirstEdits,
    model: model_lib.Model,
    encode: Callable[[tf.Tensor], tf.Tensor],
    *,
    masks: np.ndarray | None = None,
    batch_size: int = 64,
) -> record.Edits:
    """Measures the way back and what else an edit changes.

    Reversibility: the edited picture is encoded again, and the coordinate is
    set back to where it was; distance and decision are compared with those of
    the unedited reconstruction. Without the encoding the way back would be
    perfect by construction.

    Collateral change: the share of the absolute change that falls on pixels
    which do not belong to the attribute.

    Args:
        edits: M images and their first edits.
        model: its generator and classifier are asked.
        encode: images -> styles [B, T].
        masks: the pixels that belong to each image's edit, bool [M, H, W];
            None takes those that its attribute changes most, over all images
            that it edits.
        batch_size: pictures at once.
    """

    @tf.function(autograph=False, reduce_retracing=True)
    def back(
        pictures: tf.Tensor, coordinates: tf.Tensor, values: tf.Tensor
    ) -> tf.Tensor:
        styles = encode(pictures)
        at = tf.stack([tf.range(tf.shape(styles)[0]), coordinates], axis=1)
        return model.generate(tf.tensor_scatter_nd_update(styles, at, values))

    count = len(edits)
    returned = batching.apply(
        back,
        edits.edited,
        edits.coordinates.astype(np.int32),
        edits.styles[np.arange(count), edits.coordinates],
        batch_size=batch_size,
    )
    logits = batching.apply(
        tf.function(model.classify, reduce_retracing=True, autograph=False),
        returned,
        batch_size=batch_size,
    )
    kept = logits.argmax(axis=1) == edits.sources
    return record.Edits(
        reversal_l1=_l1(returned, edits.reconstructions),
        reversal_decision=figure.share_of(kept),
        collateral_change=_collateral_change(edits, masks),
    )


def _collateral_change(
    edits: first_edits.FirstEdits, masks: np.ndarray | None
) -> figure.Figure | None:
    """Returns the share of the change outside the masks, bool [M, H, W]."""
    change = np.abs(edits.edited - edits.reconstructions).mean(axis=3)
    if masks is None:
        masks = _own_masks(edits, change)
    total = change.sum(axis=(1, 2))
    outside = np.where(masks, 0.0, change).sum(axis=(1, 2))
    moved = total > 0
    if not moved.any():
        return None
    return figure.Figure(
        float(np.minimum(outside[moved] / total[moved], 1.0).mean()),
        int(moved.sum()),
    )


def factors_moved(
    factors: Sequence[factor_regressors.Factor],
    before: Sequence[np.ndarray],
    after: Sequence[np.ndarray],
    own: Sequence[str | None],
) -> Mapping[str, figure.Figure] | None:
    """Counts how often a factor other than the edit's own changes.

    Args:
        factors: F of them.
        before: what is read in the reconstructions, [M, V] a factor.
        after: what is read in the same pictures, edited.
        own: the main factor of each image's attribute, M; None where it moves
            none.

    Returns:
        For each factor the share of the images whose edit has another factor;
        None where there is none.
    """
    moved = {}
    for factor, old, new in zip(factors, before, after, strict=True):
        others = np.array([name != factor.name for name in own], bool)
        if not others.any():
            continue
        value = old.argmax(axis=1) if factor.values else old[:, 0]
        changed = ~factor_regressors.same_value(factor, new, value)[others]
        moved[factor.name] = figure.share_of(changed)
    return moved or None


def to_drawn(
    measured: record.Edits,
    edits: first_edits.FirstEdits,
    drawn: np.ndarray,
    drawn_rebuilt: np.ndarray,
    reached: np.ndarray,
) -> record.Edits:
    """Measures minimality: distances from the drawn counterfactual.

    Args:
        measured: what is known already.
        edits: M images and their first edits.
        drawn: what a perfect edit would draw, float32 [M, H, W, 3].
        drawn_rebuilt: its reconstruction.
        reached: where the edit's own factor alone can lead to the class, [M];
            of these images are the distances.

    Returns:
        What is known, with the distances where an image is reached.
    """
    if not reached.any():
        return measured
    goal = drawn[reached]
    return dataclasses.replace(
        measured,
        to_drawn_unedited=_l1(edits.photographs[reached], goal),
        to_drawn_reconstruction=_l1(drawn_rebuilt[reached], goal),
        to_drawn_edited=_l1(edits.edited[reached], goal),
        to_drawn_carried=_l1(edits.carried[reached], goal),
    )


def _own_masks(edits: first_edits.FirstEdits, change: np.ndarray) -> np.ndarray:
    """Finds the pixels that each image's attribute changes most, [M, H, W]."""
    masks = np.zeros(change.shape, bool)
    keys = np.stack([edits.coordinates, edits.directions], axis=1)
    for key in np.unique(keys, axis=0):
        mine = (keys == key).all(axis=1)
        mean = change[mine].mean(axis=0)
        masks[mine] = mean > _MASK_SHARE * mean.max()
    return masks


def _l1(a: np.ndarray, b: np.ndarray) -> figure.Figure:
    return figure.Figure(float(np.abs(a - b).mean()), len(a))
