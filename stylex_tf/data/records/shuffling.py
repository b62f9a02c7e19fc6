"""Computes any part of an endless shuffled order directly."""

import tensorflow as tf

_SEED_LIMIT = 2**31


def shuffled(
    positions: tf.Tensor,
    size: int | tf.Tensor,
    seed: int,
    *,
    stream: int | tf.Tensor = 0,
) -> tf.Tensor:
    """Picks the record at each place of an endless shuffled sequence.

    Args:
        positions: places, int64 [N].
        size: records of the sequence; int64 [N] where places are of several.
        seed: decides the order.
        stream: tells sequences of one seed apart; a number, or int64 [N].

    Returns:
        Indices of records, int64 [N].
    """
    epochs = positions // size
    streams = tf.zeros_like(epochs) + stream
    fixed = tf.fill(tf.shape(epochs), tf.constant(seed % _SEED_LIMIT, tf.int64))
    # The raw op, since tf.random.experimental.index_shuffle pads a matrix of
    # seeds along both axes (TensorFlow 2.15).
    return tf.raw_ops.RandomIndexShuffle(
        index=positions % size,
        seed=tf.stack([fixed, epochs, streams], axis=-1),
        max_index=tf.cast(size - 1, tf.int64),
        rounds=8,
    )
