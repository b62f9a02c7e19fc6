"""Carries an edit onto the photograph: x + (x'_edited - x')."""

import tensorflow as tf


def carry(
    photographs: tf.Tensor,
    reconstructions: tf.Tensor,
    edited: tf.Tensor,
) -> tf.Tensor:
    """Adds to photographs what an edit changed in their reconstructions.

    What the reconstruction lost stays in the photograph, since only the
    difference is carried. Where the photograph is larger than the generator's
    picture, the difference is enlarged (bicubic) to the photograph's size.
    Whether the classifier follows is measured, never assumed:
    `evaluation/sufficiency.py`. `attributes/carried_edit` is the twin for
    pixels.

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
    size = tf.shape(photographs)[1:3]
    # Where the sizes are equal nothing is interpolated: exact, to the bit.
    difference = tf.cond(
        tf.reduce_all(tf.equal(size, tf.shape(difference)[1:3])),
        lambda: difference,
        lambda: tf.image.resize(difference, size, "bicubic"),
    )
    return tf.clip_by_value(photographs + difference, -1.0, 1.0)
