"""Measures a perceptual distance in the manner of LPIPS, on any features."""

from collections.abc import Sequence

import tensorflow as tf


def perceptual_distance(
    features: Sequence[tf.Tensor], other: Sequence[tf.Tensor]
) -> tf.Tensor:
    """Sums over layers the mean squared distance of unit features.

    Each pixel's feature vector is scaled to unit length, as in Zhang et al.
    2018 (https://arxiv.org/abs/1801.03924), equation 1. Differs from LPIPS:
    all channels weigh the same, since the learned weights belong to one
    network.

    Args:
        features: maps of the first images, each [N, h, w, C].
        other: maps of the second images, of the same shapes.

    Returns:
        Distances, float32 [N].
    """
    distances = []
    for a, b in zip(features, other, strict=True):
        difference = tf.square(_unit(a) - _unit(b))
        per_pixel = tf.reduce_sum(difference, axis=-1)
        distances.append(tf.reduce_mean(per_pixel, axis=[1, 2]))
    return tf.add_n(distances)


def _unit(features: tf.Tensor) -> tf.Tensor:
    features = tf.cast(features, tf.float32)
    return tf.math.l2_normalize(features, axis=-1, epsilon=1e-10)
