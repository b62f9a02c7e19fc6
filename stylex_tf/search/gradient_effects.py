"""Estimates by gradients what every edit does, without making any."""

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space
from stylex_tf.ops import batching
from stylex_tf.search import model as model_lib

AWAY = -1
"""A target class that means: away from what is predicted."""

# How far along the joint move the last gradient is taken. All coordinates
# move at once there, and at their ends together the image is broken: on two
# trained models 0.1 to 0.3 ranked best, 1.0 worse than the image's own
# gradient.
_REACH = 0.3


class GradientEffects:
    """`estimate` for any number of images, compiled once."""

    def __init__(
        self,
        model: model_lib.Model,
        space: edit_space.EditSpace,
        *,
        points: int = 1,
        batch_size: int = 256,
    ):
        """Compiles nothing yet.

        Args:
            model: see `estimate`.
            space: see `estimate`.
            points: see `estimate`.
            batch_size: images at once.
        """
        self._batch_size = batch_size

        @tf.function(autograph=False, reduce_retracing=True)
        def joined(styles: tf.Tensor, target_class: tf.Tensor) -> tf.Tensor:
            both = estimate(model, styles, space, target_class, points=points)
            return tf.concat(both, axis=1)

        self._joined = joined
        self._edits = 2 * space.size

    def __call__(
        self, styles: np.ndarray, target_class: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Estimates effects, [N, T], int [N] -> [N, 2S], and logits [N, K]."""
        both = batching.apply(
            self._joined,
            np.asarray(styles, np.float32),
            np.asarray(target_class, np.int32),
            batch_size=self._batch_size,
        )
        return both[:, : self._edits], both[:, self._edits :]


def estimate(
    model: model_lib.Model,
    styles: tf.Tensor,
    space: edit_space.EditSpace,
    target_class: tf.Tensor,
    *,
    points: int = 1,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Estimates the effect of every edit on the target's log odds, in graph.

    With one point, first order: the gradient times the way of the edit, one
    backward pass whatever S is. With more, the mean gradient over points from
    the image on towards each end, all coordinates moving at once: 2 (points -
    1) further passes. (Along the edit's own way the mean would be exact, and
    would cost more than evaluating the edit.)

    Args:
        model: its generator and classifier are differentiable.
        styles: [B, T].
        space: the edits.
        target_class: int32 [B]; AWAY leads away from the predicted class.
        points: gradients along the way, 1 or more.

    Returns:
        Estimated effects, [B, 2S], and the logits of the images, [B, K].
    """
    size = space.size
    moves = moves_of(styles, space)
    here, base = _gradient(model, styles, None, target_class)
    effects = []
    for direction in range(2):
        mean = here[:, :size] / points
        for point in range(1, points):
            part = _REACH * point / (points - 1) * moves[:, direction]
            moved = tf.concat([styles[:, :size] + part, styles[:, size:]], 1)
            further, _ = _gradient(model, moved, predicted(base), target_class)
            mean += further[:, :size] / points
        effects.append(mean * moves[:, direction])
    return tf.concat(effects, axis=1), base


def _gradient(
    model: model_lib.Model,
    styles: tf.Tensor,
    classes: tf.Tensor | None,
    target_class: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the objective's gradient by styles, [B, T], and logits."""
    with tf.GradientTape() as tape:
        tape.watch(styles)
        logits = tf.cast(model.classify(model.generate(styles)), tf.float32)
        if classes is None:
            classes = predicted(logits)
        # Images are independent: the sum's gradient is each one's own.
        total = tf.reduce_sum(objective(logits, classes, target_class))
    return tape.gradient(total, styles), logits


def predicted(logits: tf.Tensor) -> tf.Tensor:
    """Returns the classes, [B, K] -> int32 [B]."""
    return tf.argmax(logits, axis=1, output_type=tf.int32)


def moves_of(styles: tf.Tensor, space: edit_space.EditSpace) -> tf.Tensor:
    """Returns what each edit adds to its coordinate, [B, T] -> [B, 2, S]."""
    ends = tf.constant(space.ranges.ends())
    return space.shift_size * (ends - styles[:, None, : space.size])


def objective(
    logits: tf.Tensor, classes: tf.Tensor, target_class: tf.Tensor
) -> tf.Tensor:
    """Returns what an edit should raise: the log odds of the target.

    Args:
        logits: the logits of edited images, [B, K].
        classes: the classes of the images before, int32 [B].
        target_class: int32 [B], or AWAY.

    Returns:
        [B]; the log odds are those of `log_odds.of_class`.
    """
    away = target_class < 0
    chosen = tf.where(away, classes, target_class)
    is_chosen = tf.one_hot(chosen, tf.shape(logits)[1]) > 0
    others = tf.where(is_chosen, tf.constant(-1e9, logits.dtype), logits)
    own = tf.reduce_sum(tf.where(is_chosen, logits, 0.0), axis=1)
    odds = own - tf.reduce_logsumexp(others, axis=1)
    return tf.where(away, -odds, odds)
