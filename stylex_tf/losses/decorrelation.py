"""Keeps style coordinates from sharing a factor of the images."""

from collections.abc import Callable

import tensorflow as tf

# A coordinate that deviates by less carries next to nothing; its correlations,
# mere noise, weigh less than half. Styles are factors of activations, around 1.
_SMALL_DEVIATION = 0.1


def correlation_penalty(
    styles: tf.Tensor,
    over_replicas: Callable[[tf.Tensor], tf.Tensor] = tf.identity,
) -> tf.Tensor:
    """Mean over coordinates of their squared correlations with all others.

    A factor of the images that is spread over several coordinates correlates
    them. The penalty of Kumar et al. 2018
    (https://arxiv.org/abs/1711.00848), DIP-VAE, on correlations instead of
    covariances: with those, coordinates would shrink until they carry nothing,
    to cost less.

    Args:
        styles: of different images, [N, S].
        over_replicas: takes the mean of a tensor over all replicas.

    Returns:
        sum over i != j of corr_ij^2 / S, a scalar from 0 to S - 1; 1 / N for
        each pair is noise of the batch.
    """
    styles = tf.cast(styles, tf.float32)
    centred = styles - over_replicas(tf.reduce_mean(styles, axis=0))
    count = tf.cast(tf.shape(styles)[0], tf.float32)
    covariances = over_replicas(
        tf.matmul(centred, centred, transpose_a=True) / count
    )
    variances = tf.linalg.diag_part(covariances)
    units = tf.math.rsqrt(variances + 1e-8)
    squared = tf.square(covariances * units[:, None] * units[None, :])
    # Not a thing to be trained: the correlation alone is to go.
    weights = tf.stop_gradient(variances / (variances + _SMALL_DEVIATION**2))
    squared *= weights[:, None] * weights[None, :]
    others = tf.linalg.set_diag(squared, tf.zeros_like(variances))
    return tf.reduce_mean(tf.reduce_sum(others, axis=1))
