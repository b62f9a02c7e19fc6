"""An endless shuffled order of which any part can be computed directly."""

import tensorflow as tf

_SEED_LIMIT = 2**31


def shuffled(positions: tf.Tensor, size: int, seed: int) -> tf.Tensor:
    """The record at each place of the endless shuffled sequence, int64 [N]."""
    epochs = positions // size
    fixed = tf.fill(tf.shape(epochs), tf.constant(seed % _SEED_LIMIT, tf.int64))
    # The raw op, since tf.random.experimental.index_shuffle pads a matrix of
    # seeds along both axes (TensorFlow 2.15).
    return tf.raw_ops.RandomIndexShuffle(
        index=positions % size,
        seed=tf.stack([fixed, epochs, tf.zeros_like(epochs)], axis=-1),
        max_index=tf.constant(size - 1, tf.int64),
        rounds=8,
    )
