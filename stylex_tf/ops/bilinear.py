"""Samples images between their pixels.

The pixels are gathered by operations that every TensorFlow has, that XLA
compiles, and whose gradients are exact, the second one too, which R1 needs. No
image operation of TensorFlow's will do: the gradient of
`ImageProjectiveTransformV3` (tensorflow-addons' `transform`) warps back instead
of summing what each pixel gave, forgets the reflection at the border, and most
versions have no XLA kernel of it. `interpolate_bilinear` of tensorflow-addons,
which gives the same numbers as this, ends with TensorFlow 2.15. The tests
compare with both.
"""

import tensorflow as tf


def sample(images: tf.Tensor, y: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """Interpolates each place bilinearly between four pixels.

    Args:
        images: float32 [N, H, W, C].
        y: rows in [0, H - 1], not whole ones as a rule, [N, h, w].
        x: columns in [0, W - 1], [N, h, w].

    Returns:
        [N, h, w, C], differentiable in `images` alone. A place that is a pixel
        is that pixel, bit for bit.
    """
    height, width, channels = images.shape[1:]
    pixels = tf.reshape(images, [-1, channels])
    first = tf.range(tf.shape(images)[0])[:, None, None] * (height * width)
    top, left = tf.floor(y), tf.floor(x)
    down, right = (y - top)[..., None], (x - left)[..., None]
    rows = _neighbours(top, height)
    columns = _neighbours(left, width)

    def between_columns(row: tf.Tensor) -> tf.Tensor:
        left, other = (
            tf.gather(pixels, first + row * width + column)
            for column in columns
        )
        # In this order a whole column is exact: one + 0 * (other - one).
        return right * (other - left) + left

    above, below = (between_columns(row) for row in rows)
    return down * (below - above) + above


def _neighbours(whole: tf.Tensor, size: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the pixel and the next; the last one is its own next."""
    number = tf.cast(whole, tf.int32)
    return number, tf.minimum(number + 1, size - 1)
