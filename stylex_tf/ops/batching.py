"""Applies a callable to many rows with bounded memory and one shape."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf


def apply(
    function: Callable[..., tf.Tensor],
    *arrays: np.ndarray,
    batch_size: int,
) -> np.ndarray:
    """Calls a function batch by batch and joins its answers.

    Every batch has the same shape (the last is filled up with its last row),
    so that a `tf.function` is traced once.

    Args:
        function: takes one [B, ...] tensor an array, returns [B, ...].
        *arrays: with the same number of rows, [N, ...].
        batch_size: rows at once.

    Raises:
        ValueError: there are no rows, or not equally many.
    """
    count = len(arrays[0])
    if count == 0 or any(len(array) != count for array in arrays):
        raise ValueError(
            "expected the same number of rows in each array, more than 0; "
            f"got {[len(array) for array in arrays]}"
        )
    size = min(batch_size, count)
    answers = []
    for start in range(0, count, size):
        index = np.minimum(np.arange(start, start + size), count - 1)
        answer = function(*(tf.constant(array[index]) for array in arrays))
        answers.append(np.asarray(answer)[: count - start])
    return np.concatenate(answers)
