"""Computes an endless order that shows every class equally often."""

import numpy as np
import tensorflow as tf

from stylex_tf.data.records import shuffling


def balanced(positions: tf.Tensor, labels: np.ndarray, seed: int) -> tf.Tensor:
    """Picks the record at each place of an endless, balanced order.

    Every K places in a row, counted from the first, hold one record of each
    of the K classes, in a shuffled order; the records of a class follow one
    another as if there were no other class, all of them before one returns.

    Args:
        positions: places, int64 [N].
        labels: the class of every record, from 0 on; each has one or more.
        seed: decides the order.

    Returns:
        Indices of records, int64 [N].

    Raises:
        ValueError: a class has no record.
    """
    counts = np.bincount(labels)
    if not counts.all():
        raise ValueError(
            f"class {int(np.argmin(counts))} has no image; expected one or "
            "more of each class, to show all equally often"
        )
    classes = len(counts)
    label = shuffling.shuffled(positions, classes, seed)
    # The records of one class after the other, in the order of the files.
    records = tf.constant(np.argsort(labels, kind="stable"), tf.int64)
    starts = tf.constant(np.cumsum(counts) - counts, tf.int64)
    place = shuffling.shuffled(
        positions // classes,
        tf.gather(tf.constant(counts, tf.int64), label),
        seed,
        stream=label + 1,
    )
    return tf.gather(records, tf.gather(starts, label) + place)
