"""Keeps the exponential moving average of weights."""

from collections.abc import Sequence

import tensorflow as tf


def decay_per_step(
    half_life_images: int,
    batch_size: int,
    *,
    step: tf.Tensor,
    share: float = 0.0,
) -> tf.Tensor:
    """Returns the decay that halves a weight's share in so many images.

    Args:
        half_life_images: the half life, in images.
        batch_size: images a step.
        step: steps before this one, an integer.
        share: the half life is no longer than this share of the images seen,
            so that a short training is not averaged with its beginning: the
            official code of Karras et al. 2020
            (https://arxiv.org/abs/2006.06676) has 0.05. 0 sets no limit.
    """
    half_life = tf.constant(half_life_images, tf.float32)
    if share:
        seen = batch_size * tf.cast(step + 1, tf.float32)
        half_life = tf.minimum(half_life, share * seen)
    return tf.pow(0.5, batch_size / half_life)


def update(
    strategy: tf.distribute.Strategy,
    averages: Sequence[tf.Variable],
    values: Sequence[tf.Variable],
    decay: float | tf.Tensor,
) -> None:
    """Moves every average towards its value, on every device at once.

    Args:
        strategy: called in its cross-replica context.
        averages: variables to move.
        values: variables to follow, in the same order.
        decay: share of the average that stays; 0 copies.
    """

    def move(average, value):
        # Two factors, not average += rest * (value - average): with decay 0
        # this copies bit for bit.
        average.assign(decay * average + (1.0 - decay) * value)

    for average, value in zip(averages, values, strict=True):
        strategy.extended.update(average, move, args=(value,))
