"""Varies the pictures that a classifier is trained on."""

import tensorflow as tf

from stylex_tf.ops import mirroring

_SMALLEST_PART = 0.75
_CONTRAST = 0.15
_BRIGHTNESS = 0.1
# Logarithm of the largest factor of a colour.
_TINT = 0.5
_SATURATION = 0.8


def vary(
    images: tf.Tensor, seed: tf.Tensor, *, mirror: bool, tints: bool = False
) -> tf.Tensor:
    """Returns each picture zoomed, shifted, and in another light.

    Between three quarters of the height and width and all of them are cut out
    at a random place and enlarged; contrast moves by up to 15 %, brightness by
    up to a twentieth of the whole range. Without it a network of millions of
    weights learns a few thousand photographs by heart.

    Args:
        images: float32 [N, R, R, 3], in [-1, 1].
        seed: two integers, [2]; the same seed varies alike.
        mirror: turns every second picture left to right, at random.
        tints: changes tint and saturation as well; see `tint`.

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
    images = tf.clip_by_value(images, -1.0, 1.0)
    return tint(images, tf.random.fold_in(seed, 5)) if tints else images


def tint(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Returns each picture in another tint and saturation.

    The distance from grey is multiplied by 0.2 to 1.8, then red, green and
    blue each by 0.61 to 1.65; black stays black. What a camera or a lamp does
    to colours is no evidence any more; a spot in another colour than what is
    around it still is.

    Args:
        images: float32 [N, R, R, 3], in [-1, 1].
        seed: two integers, [2]; the same seed tints alike.

    Returns:
        Images of the same shape and range.
    """
    count = tf.shape(images)[0]
    first, second = tf.unstack(tf.random.split(seed, 2))
    saturation = tf.random.stateless_uniform(
        [count, 1, 1, 1], first, 1.0 - _SATURATION, 1.0 + _SATURATION
    )
    factors = tf.exp(
        tf.random.stateless_uniform([count, 1, 1, 3], second, -_TINT, _TINT)
    )
    light = (images + 1.0) / 2.0
    grey = tf.reduce_mean(light, axis=-1, keepdims=True)
    tinted = (grey + saturation * (light - grey)) * factors
    return tf.clip_by_value(2.0 * tinted - 1.0, -1.0, 1.0)
