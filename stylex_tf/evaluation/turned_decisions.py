"""Which decisions about real images does each attribute turn?"""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space, selection
from stylex_tf.evaluation import reconstruction
from stylex_tf.search import batching
from stylex_tf.search import model as model_lib

_PIXELS_TO_UNIT = 127.5
# Of so many classes at most, an image may be turned to any other.
_FEW_CLASSES = 10


@dataclasses.dataclass(frozen=True, eq=False)
class Turned:
    """Decisions about the n images that a class's attributes could turn.

    Attributes:
        by_edit: whether each attribute turns each of them, bool [A, n].
        by_rebuilding: whether the generator's reconstruction alone, without
            any edit, is decided that way, bool [n].
    """

    by_edit: np.ndarray
    by_rebuilding: np.ndarray

    def __post_init__(self):
        """Raises ValueError where the arrays are of other images."""
        shape = np.shape(self.by_edit)
        if len(shape) != 2 or np.shape(self.by_rebuilding) != shape[1:]:
            raise ValueError(
                f"by_edit {shape} and by_rebuilding "
                f"{np.shape(self.by_rebuilding)}; expected [A, n] and [n]"
            )


def measure(
    model: model_lib.Model,
    images: np.ndarray,
    rebuilt: reconstruction.Reconstruction,
    space: edit_space.EditSpace,
    attributes: Mapping[int, Sequence[selection.Attribute]],
    *,
    reverse: bool = False,
    batch_size: int = 256,
) -> dict[int, Turned]:
    """Carries every edit onto the images themselves, and asks the classifier.

    What is asked about is x + (x'_edited - x'), clipped: the image, changed by
    what the edit changes. The generator does not draw everything that the
    classifier may look at. Where that is lost, decisions about x' turn at the
    slightest touch, and say nothing about x.

    Of up to ten classes an image may be turned to any but its own. Of more,
    most are out of reach of any one change, and only the one that comes second
    for it counts. Every edit is made once, however many classes list it.

    Args:
        model: its generator and classifier are asked.
        images: that the selection has not seen, uint8 [N, H, W, 3].
        rebuilt: of these images.
        space: the edits.
        attributes: each class's list, A long; they lead to the class.
        reverse: make the opposite edits on the target's own images, which
            should leave it, instead.
        batch_size: pictures at once.

    Returns:
        Of each class, whether each edit turns each of the n images: to the
        class, or with `reverse` away from it.
    """
    order = np.argsort(-rebuilt.logits, axis=1, kind="stable")
    first, second = order[:, 0], order[:, 1]
    few = rebuilt.logits.shape[1] <= _FEW_CLASSES

    def is_concerned(target: int) -> np.ndarray:
        if reverse:
            return first == target
        return first != target if few else second == target

    of_class = {
        target: np.flatnonzero(is_concerned(target)) for target in attributes
    }
    alone = rebuilt.reconstructed_logits.argmax(axis=1)
    turned = {
        target: np.zeros((len(listed), len(of_class[target])), bool)
        for target, listed in attributes.items()
    }
    decide = _decide(model)
    for (coordinate, direction), users in _users(attributes).items():
        rows = np.unique(np.concatenate([of_class[one] for one, _ in users]))
        if not rows.size:
            continue
        edited = space.apply(
            rebuilt.styles[rows],
            np.array([coordinate]),
            np.array([direction ^ reverse]),
        )
        decisions = batching.apply(
            decide,
            images[rows],
            rebuilt.styles[rows],
            edited,
            batch_size=batch_size,
        ).argmax(axis=1)
        for target, rank in users:
            mine = np.searchsorted(rows, of_class[target])
            turned[target][rank] = (decisions[mine] == target) != reverse
    return {
        target: Turned(
            by_edit=turned[target],
            by_rebuilding=(alone[of_class[target]] == target) != reverse,
        )
        for target in attributes
    }


def _decide(model: model_lib.Model):
    """Logits of images with an edit on them, compiled."""

    def decide(
        pixels: tf.Tensor, styles: tf.Tensor, edited: tf.Tensor
    ) -> tf.Tensor:
        images = tf.cast(pixels, tf.float32) / _PIXELS_TO_UNIT - 1.0
        change = model.generate(edited) - model.generate(styles)
        carried = images + tf.cast(change, tf.float32)
        return model.classify(tf.clip_by_value(carried, -1.0, 1.0))

    return tf.function(decide, reduce_retracing=True)


def _users(
    attributes: Mapping[int, Sequence[selection.Attribute]],
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Which classes list each edit, and where in their lists."""
    users: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for target, listed in attributes.items():
        for rank, one in enumerate(listed):
            key = (one.coordinate, one.direction)
            users.setdefault(key, []).append((target, rank))
    return users
