"""Carries an edit onto the photograph, without its faint changes."""

import tensorflow as tf

# A pixel's change is dropped up to the first share of the edit's largest, and
# whole from the second on. `attributes/carried_edit` has the same two.
_DROPPED = 0.05
_WHOLE = 0.15


def carry(
    photographs: tf.Tensor,
    reconstructions: tf.Tensor,
    edited: tf.Tensor,
) -> tf.Tensor:
    """Adds to photographs what an edit changed in their reconstructions.

    That is x + m (x'_edited - x'). What the reconstruction lost stays in the
    photograph, since only the difference is carried. An edit changes every
    pixel a little, and those faint changes are no part of what it says: the
    mask m is 0 where a pixel's change, the mean over the channels, is below a
    twentieth of the edit's largest, 1 from three twentieths on, and a straight
    line between. Where the photograph is larger than the generator's picture,
    the difference is enlarged (bicubic) to the photograph's size. Whether the
    classifier follows is measured, never assumed: `evaluation/sufficiency.py`.
    `attributes/carried_edit` is the twin for pixels.

    Args:
        photographs: in [-1, 1], [N, h, w, C]; what the reconstructions show,
            so cropped as they are.
        reconstructions: in [-1, 1], [N, H, W, C].
        edited: the reconstructions after the edit, of the same shape.

    Returns:
        Pictures in [-1, 1], [N, h, w, C].
    """
    photographs = tf.convert_to_tensor(photographs, tf.float32)
    difference = tf.cast(edited, tf.float32) - tf.cast(
        reconstructions, tf.float32
    )
    difference *= _mask(difference)
    size = tf.shape(photographs)[1:3]
    # Where the sizes are equal nothing is interpolated: exact, to the bit.
    difference = tf.cond(
        tf.reduce_all(tf.equal(size, tf.shape(difference)[1:3])),
        lambda: difference,
        lambda: tf.image.resize(difference, size, "bicubic"),
    )
    return tf.clip_by_value(photographs + difference, -1.0, 1.0)


def _mask(difference: tf.Tensor) -> tf.Tensor:
    """Says how much of each pixel's change is kept, [N, H, W, 1] in [0, 1]."""
    change = tf.reduce_mean(tf.abs(difference), axis=-1, keepdims=True)
    largest = tf.reduce_max(change, axis=(1, 2), keepdims=True)
    share = tf.math.divide_no_nan(change, largest)
    return tf.clip_by_value((share - _DROPPED) / (_WHOLE - _DROPPED), 0.0, 1.0)
