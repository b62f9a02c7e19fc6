"""Computes the penalties R1 and path length, both in float32."""

from collections.abc import Callable

import tensorflow as tf


def r1_penalty(
    score: Callable[..., tf.Tensor], *inputs: tf.Tensor
) -> tf.Tensor:
    """Returns ||d score / d inputs||^2 at real images, float32 [N].

    Mescheder et al. 2018 (https://arxiv.org/abs/1801.04406), equation 9,
    without the factor gamma / 2.

    Args:
        score: the inputs to scores, [N].
        *inputs: real images, [N, H, W, C], or all that the discriminator sees
            of them; the squares of all gradients are added.
    """
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = tf.reduce_sum(score(*inputs))
    squares = [
        tf.reduce_sum(tf.square(tf.cast(gradient, tf.float32)), axis=[1, 2, 3])
        for gradient in tape.gradient(total, inputs)
    ]
    return tf.add_n(squares)


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
