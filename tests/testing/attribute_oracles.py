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


def greedy(table, base, target, top_k, cap):
    """The notebook's selection with its cap; [N, 2, S, K] -> [(s, d)]."""
    rows = [
        image for image in range(len(base)) if base[image].argmax() != target
    ]
    effect = {
        (image, coordinate, direction): max(
            0.0, float(table[image, direction, coordinate, target])
        )
        for image in rows
        for direction in range(2)
        for coordinate in range(table.shape[2])
    }
    account = dict.fromkeys(rows, 0.0)
    selected: list[tuple[int, int]] = []
    while len(selected) < top_k:
        left = [image for image in rows if account[image] < cap]
        best, best_mean = None, 0.0
        for direction in range(2):
            for coordinate in range(table.shape[2]):
                if (coordinate, direction) in selected or not left:
                    continue
                mean = sum(
                    effect[image, coordinate, direction] for image in left
                ) / len(left)
                if mean > best_mean:
                    best, best_mean = (coordinate, direction), mean
        if best is None:
            return selected
        selected.append(best)
        for image in rows:
            account[image] += effect[image, best[0], best[1]]
    return selected
