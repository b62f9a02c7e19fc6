"""Varies the pictures that a classifier is trained on."""

import tensorflow as tf

from stylex_tf.ops import mirroring

_SMALLEST_PART = 0.75
_CONTRAST = 0.15
_BRIGHTNESS = 0.1


def vary(images: tf.Tensor, seed: tf.Tensor, *, mirror: bool) -> tf.Tensor:
    """Returns each picture zoomed, shifted, and in another light.

    Between three quarters of the height and width and all of them are cut out
    at a random place and enlarged; contrast moves by up to 15 %, brightness by
    up to a twentieth of the whole range. Without it a network of millions of
    weights learns a few thousand photographs by heart.

    Args:
        images: float32 [N, R, R, 3], in [-1, 1].
        seed: two integers, [2]; the same seed varies alike.
        mirror: turns every second picture left to right, at random.

    Returns:
        Images of the same shape and range.
    """
    count, size = tf.shape(images)[0], images.shape[1]
    seeds = tf.random.split(seed, 5)

    def uniform(number: int, columns: int, low: float, high: float):
        return tf.random.stateless_uniform(
            [count, columns], seeds[number], low, high
        )

    part = uniform(0, 1, _SMALLEST_PART, 1.0)
    corner = uniform(1, 2, 0.0, 1.0) * (1.0 - part)
    boxes = tf.concat([corner, corner + part], axis=1)
    images = tf.image.crop_and_resize(
        images, boxes, tf.range(count), [size, size]
    )
    contrast = uniform(2, 1, 1.0 - _CONTRAST, 1.0 + _CONTRAST)
    brightness = uniform(3, 1, -_BRIGHTNESS, _BRIGHTNESS)
    images = images * contrast[:, :, None, None] + brightness[:, :, None, None]
    if mirror:
        turned = uniform(4, 1, 0.0, 1.0)[:, 0] < 0.5
        images = mirroring.mirror(images, turned)
    return tf.clip_by_value(images, -1.0, 1.0)
