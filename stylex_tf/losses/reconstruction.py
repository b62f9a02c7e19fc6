"""Measures how far the reconstruction changes pixels and w."""

import tensorflow as tf


def l1(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """Mean |first - second| of each example, [N, ...] -> [N]."""
    difference = tf.abs(
        tf.cast(first, tf.float32) - tf.cast(second, tf.float32)
    )
    return tf.reduce_mean(difference, axis=list(range(1, len(first.shape))))
