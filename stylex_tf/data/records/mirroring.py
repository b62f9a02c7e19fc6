"""Mirrors images left-right at random, as a function of seed and place."""

import tensorflow as tf

from stylex_tf.data.records import shuffling

# Tells the order of the mirrored places from all others of a seed.
_STREAM = 1 << 30
_PERIOD = 1 << 20


def is_mirrored(positions: tf.Tensor, seed: int) -> tf.Tensor:
    """Whether the image at each place of an endless sequence is mirrored.

    Of every 2^20 places in a row, counted from the first, half are.

    Args:
        positions: places, int64 [N].
        seed: decides which.

    Returns:
        Booleans, [N].
    """
    drawn = shuffling.shuffled(positions, _PERIOD, seed, stream=_STREAM)
    return drawn % 2 == 1


def mirror(images: tf.Tensor, mirrored: tf.Tensor) -> tf.Tensor:
    """Turns left and right of some images, [N, H, W, C] and booleans [N]."""
    return tf.where(
        mirrored[:, None, None, None], tf.reverse(images, [2]), images
    )
