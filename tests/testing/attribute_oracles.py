"""Slow twins of the attribute search, written as the notebook does it."""

import numpy as np
import tensorflow as tf


def measure_effects(generate, classify, styles, minimum, maximum, shift_size):
    """One image and one coordinate at a time -> [N, 2, S, K], [N, K]."""
    base = [classify(generate(tf.constant(row[None])))[0] for row in styles]
    table = np.zeros((len(styles), 2, len(minimum), len(base[0])), np.float32)
    for image, row in enumerate(styles):
        for direction, ends in enumerate((minimum, maximum)):
            for coordinate, end in enumerate(ends):
                edited = row.copy()
                edited[coordinate] += shift_size * (end - row[coordinate])
                logits = classify(generate(tf.constant(edited[None])))[0]
                table[image, direction, coordinate] = logits - base[image]
    return table, np.stack(base)
