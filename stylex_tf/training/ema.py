"""Exponential moving average of weights."""

from collections.abc import Sequence

import tensorflow as tf


def decay_per_step(half_life_images: int, batch_size: int) -> float:
    """Returns the decay that halves a weight's share in so many images."""
    return 0.5 ** (batch_size / half_life_images)


def update(
    strategy: tf.distribute.Strategy,
    averages: Sequence[tf.Variable],
    values: Sequence[tf.Variable],
    decay: float,
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
