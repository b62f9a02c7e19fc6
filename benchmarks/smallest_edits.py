"""Finds the smallest step of an edit that turns each decision, on a grid."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space
from stylex_tf.evaluation import reconstruction
from stylex_tf.ops import batching, preprocessing

STRENGTHS = (0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0)
"""Tried from the smallest; 1 is the end of the range, where a report shows an
attribute, and beyond it no searched image was."""

_END = 1.0
_AT_ONCE = 64
# A pixel belongs to an edit that changes it by more than this share of the
# largest change, in the mean over images: as in evaluation/edit_quality.
_MASK_SHARE = 0.5


@dataclasses.dataclass(frozen=True, eq=False)
class SmallestEdits:
    """The smallest step that turns each of M images.

    Attributes:
        strengths: of the steps, [M]; 0 where none turns the decision.
        pictures: after them, or at the end of the range where none turns it,
            float32 [M, H, W, 3].
        logits: the classifier's answers about these, [M, K].
        at_end: whether the end of the range turns the decision, bool [M].
    """

    strengths: np.ndarray
    pictures: np.ndarray
    logits: np.ndarray
    at_end: np.ndarray

    @property
    def turned(self) -> np.ndarray:
        """Returns whether any step turns the decision, bool [M]."""
        return self.strengths > 0


def find(
    generate: Callable[[tf.Tensor], tf.Tensor],
    classify: Callable[[tf.Tensor], tf.Tensor],
    space: edit_space.EditSpace,
    rows: np.ndarray,
    coordinates: np.ndarray,
    directions: np.ndarray,
    targets: np.ndarray,
) -> SmallestEdits:
    """Tries every strength on every image.

    Args:
        generate: rows [B, T] to images in [-1, 1].
        classify: images to logits [B, K].
        space: the edits of rows.
        rows: of the images, [M, T].
        coordinates: that are moved, all at once, [M, A]; -1 is none.
        directions: 0 for the minimum, 1 for the maximum, [M, A].
        targets: the class that each image is led to, [M].
    """
    picture = tf.function(generate, autograph=False, reduce_retracing=True)
    answer = tf.function(classify, autograph=False, reduce_retracing=True)
    strengths = np.zeros(len(rows))
    at_end = np.zeros(len(rows), bool)
    pictures: np.ndarray | None = None
    for strength in STRENGTHS:
        # What is turned already is asked about once more, at the end.
        asked = strengths == 0
        if strength == _END:
            asked = np.ones_like(asked)
        if not asked.any():
            continue
        edited = space.apply(
            rows[asked], coordinates[asked], directions[asked], strength
        )
        after = batching.apply(picture, edited, batch_size=_AT_ONCE)
        said = batching.apply(answer, after, batch_size=_AT_ONCE)
        if pictures is None:
            pictures, logits = after.copy(), said.copy()
        arrived = said.argmax(axis=1) == targets[asked]
        still = strengths[asked] == 0
        if strength == _END:
            at_end = arrived
            # What is not turned yet is shown as far as its range goes.
            kept = still
        else:
            kept = arrived & still
        places = np.flatnonzero(asked)
        pictures[places[kept]], logits[places[kept]] = after[kept], said[kept]
        strengths[places[arrived & still]] = strength
    assert pictures is not None
    return SmallestEdits(strengths, pictures, logits, at_end)


def figures(
    edits: SmallestEdits,
    reconstructions: np.ndarray,
    targets: np.ndarray,
    *,
    features: Callable[[tf.Tensor], Sequence[tf.Tensor]],
    second: Callable[[tf.Tensor], tf.Tensor],
    second_agrees: np.ndarray,
    rows: np.ndarray | None = None,
) -> dict[str, Any]:
    """Measures the smallest steps of the images that they turn.

    Args:
        edits: of M images.
        reconstructions: before the edit, uint8 [M, H, W, 3].
        targets: the class that each image is led to, [M].
        features: of the perceptual distance.
        second: a second classifier, images to logits.
        second_agrees: whether it sees the first one's class in the
            reconstruction, bool [M].
        rows: bool [M], the turned images to measure; None takes all of them.

    Returns:
        `n` images, `flips_at_end` and `flips`, the shares that the end of the
        range and any step turns. Then of `turned` images: the median
        `strength`, `l1` and `perceptual` distance from the reconstruction,
        `outside`, the share of the change on pixels that the edit does not
        change most, and `second`, the share of `second_n` in which the second
        classifier follows.
    """
    count = len(targets)
    measured: dict[str, Any] = {
        "n": count,
        "flips_at_end": float(edits.at_end.mean()),
        "flips": float(edits.turned.mean()),
    }
    turned = edits.turned if rows is None else edits.turned & rows
    measured["turned"] = int(turned.sum())
    if not turned.any():
        return measured
    before, after = reconstructions[turned], edits.pictures[turned]
    l1, perceptual = reconstruction.distances(before, after, features)
    measured |= {
        "strength": float(np.median(edits.strengths[turned])),
        "l1": l1.value,
        "perceptual": perceptual.value,
        "outside": outside(
            preprocessing.to_float_numpy(before), after, targets[turned]
        ),
    }
    asked = turned & second_agrees
    measured["second_n"] = int(asked.sum())
    if asked.any():
        said = batching.apply(
            tf.function(second, autograph=False),
            edits.pictures[asked],
            batch_size=_AT_ONCE,
        ).argmax(axis=1)
        measured["second"] = float((said == targets[asked]).mean())
    return measured


def outside(
    before: np.ndarray, after: np.ndarray, targets: np.ndarray
) -> float:
    """Returns the share of the change outside of what the edit changes most.

    Args:
        before: pictures, [M, H, W, 3].
        after: the same, edited.
        targets: the class that each is led to, [M]: edits towards one class
            have their pixels in common.
    """
    change = np.abs(after - before).mean(axis=3)
    shares = []
    for target in np.unique(targets):
        mine = change[targets == target]
        mean = mine.mean(axis=0)
        mask = mean > _MASK_SHARE * mean.max()
        total = mine.sum(axis=(1, 2))
        moved = total > 0
        beyond = np.where(mask, 0.0, mine).sum(axis=(1, 2))
        shares.append(beyond[moved] / total[moved])
    return float(np.concatenate(shares).mean())
