"""Mirrors some images of a batch left to right."""

import tensorflow as tf


def mirror(images: tf.Tensor, mirrored: tf.Tensor) -> tf.Tensor:
    """Turns some images of a batch left to right and leaves the others.

    Args:
        images: images of any type, [N, H, W, C].
        mirrored: which images to turn, booleans [N].

    Returns:
        Images of the same type and shape.
    """
    return tf.where(
        mirrored[:, None, None, None], tf.reverse(images, [2]), images
    )
