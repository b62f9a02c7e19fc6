"""What the attributes found do to their target's probability, exactly."""

from collections.abc import Mapping, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import (
    edit_space,
    selection,
)
from stylex_tf.search import batching
from stylex_tf.search import model as model_lib


def measure(
    model: model_lib.Model,
    styles: np.ndarray,
    predictions: np.ndarray,
    space: edit_space.EditSpace,
    attributes: Mapping[int, Sequence[selection.Attribute]],
    *,
    reverse: bool = False,
    batch_size: int = 256,
) -> dict[int, np.ndarray]:
    """Makes every edit once, however many classes list it.

    With K classes that is at most what a search costs, 2S pictures an image,
    where each class's list by itself would be 10 K.

    Args:
        model: its generator and classifier are asked.
        styles: of images that the selection has not seen, [N, T].
        predictions: the class of each image's reconstruction, [N].
        space: the edits.
        attributes: each class's list, A long; they lead to the class.
        reverse: edit only the target's own images, the other way round,
            instead of only images of other classes.
        batch_size: pictures at once.

    Returns:
        Changes, [A, n] for the n images of other classes, or of the target.
    """
    predictions = np.asarray(predictions)
    of_class = {
        target: np.flatnonzero((predictions == target) == reverse)
        for target in attributes
    }
    changes = {
        target: np.zeros((len(listed), len(of_class[target])))
        for target, listed in attributes.items()
    }
    compiled = tf.function(
        lambda rows: tf.nn.softmax(
            tf.cast(model.classify(model.generate(rows)), tf.float32)
        ),
        reduce_retracing=True,
    )

    def probabilities(rows: np.ndarray) -> np.ndarray:
        p = batching.apply(compiled, rows, batch_size=batch_size)
        return p.astype(np.float64)

    base = probabilities(styles) if len(styles) else None
    for (coordinate, direction), users in _users(attributes).items():
        edited = np.unique(np.concatenate([of_class[one] for one, _ in users]))
        if base is None or not edited.size:
            continue
        moved = space.apply(
            styles[edited],
            np.array([coordinate]),
            np.array([direction ^ reverse]),
        )
        difference = probabilities(moved) - base[edited]
        for target, row in users:
            mine = np.searchsorted(edited, of_class[target])
            changes[target][row] = difference[mine, target]
    return changes


def _users(
    attributes: Mapping[int, Sequence[selection.Attribute]],
) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Which classes list each edit, and where in their lists."""
    users: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for target, listed in attributes.items():
        for row, one in enumerate(listed):
            key = (one.coordinate, one.direction)
            users.setdefault(key, []).append((target, row))
    return users
