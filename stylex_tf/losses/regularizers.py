"""R1, path length and correlation of styles, all in float32."""

from collections.abc import Callable

import tensorflow as tf


def r1_penalty(
    score: Callable[[tf.Tensor], tf.Tensor], images: tf.Tensor
) -> tf.Tensor:
    """||d score / d image||^2 at real images, [N, H, W, C] -> [N].

    Mescheder et al. 2018 (https://arxiv.org/abs/1801.04406), equation 9,
    without the factor gamma / 2.
    """
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(score(images))
    gradients = tf.cast(tape.gradient(total, images), tf.float32)
    return tf.reduce_sum(tf.square(gradients), axis=[1, 2, 3])


def path_lengths(
    generate: Callable[[tf.Tensor], tf.Tensor], w: tf.Tensor, noise: tf.Tensor
) -> tf.Tensor:
    """||J_w^T y||, y normal / sqrt(pixels), [N, D] -> [N].

    Karras et al. 2020 (https://arxiv.org/abs/1912.04958), equation 4, whose
    penalty is (length - running mean)^2. Differs from the official code: one
    w for all layers, as StylEx has it, so there is no mean over layers.

    Args:
        generate: w, [N, D], to images, [N, H, W, C].
        w: latents, [N, D].
        noise: standard normal, [N, H, W, C].

    Returns:
        Lengths, float32 [N].
    """
    with tf.GradientTape() as tape:
        tape.watch(w)
        images = tf.cast(generate(w), tf.float32)
        pixels = tf.cast(images.shape[1] * images.shape[2], tf.float32)
        projected = tf.reduce_sum(images * noise) / tf.sqrt(pixels)
    gradients = tf.cast(tape.gradient(projected, w), tf.float32)
    return tf.sqrt(tf.reduce_sum(tf.square(gradients), axis=-1) + 1e-8)


def correlation_penalty(
    styles: tf.Tensor,
    *,
    smallest_deviation: float = 0.1,
    over_replicas: Callable[[tf.Tensor], tf.Tensor] = tf.identity,
) -> tf.Tensor:
    """Mean over coordinates of their squared correlations with all others.

    A factor of the images that is spread over several coordinates correlates
    them. The penalty of Kumar et al. 2018
    (https://arxiv.org/abs/1711.00848), DIP-VAE, on correlations instead of
    covariances: no coordinate gets away by shrinking.

    Args:
        styles: of different images, [N, S].
        smallest_deviation: a coordinate that varies by less carries nothing;
            its correlations, mere noise, weigh less than half.
        over_replicas: takes the mean of a tensor over all replicas.

    Returns:
        sum over i != j of corr_ij^2 / S, a scalar from 0 to S - 1; 1 / N for
        each pair is noise of the batch.
    """
    styles = tf.cast(styles, tf.float32)
    count = tf.cast(tf.shape(styles)[0], tf.float32)
    centred = styles - over_replicas(tf.reduce_mean(styles, axis=0))
    covariances = over_replicas(
        tf.matmul(centred, centred, transpose_a=True) / count
    )
    variances = tf.linalg.diag_part(covariances)
    carries = variances / (variances + smallest_deviation**2)
    # A weight, not a goal: else coordinates would die to pay less.
    scale = tf.stop_gradient(tf.sqrt(carries)) * tf.math.rsqrt(variances + 1e-8)
    squared = tf.square(covariances * scale[:, None] * scale[None, :])
    others = tf.linalg.set_diag(squared, tf.zeros_like(variances))
    return tf.reduce_mean(tf.reduce_sum(others, axis=1))
