"""Applies a callable to many rows with bounded memory and one shape."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf


def apply(
    function: Callable[..., Any],
    *arrays: np.ndarray,
    batch_size: int,
) -> Any:
    """Calls a function batch by batch and joins its answers.

    Every batch has the same shape (the last is filled up with its last row),
    so that a `tf.function` is traced once.

    Args:
        function: takes one tensor [B, ...] for each array; returns a tensor
            [B, ...], or a dictionary or tuple of such tensors.
        *arrays: with the same number of rows, [N, ...].
        batch_size: rows at once.

    Returns:
        All answers, [N, ...], as arrays; a dictionary or tuple of arrays where
        the function returns one.

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
        answers.append(_first(count - start, answer))
    return tf.nest.map_structure(lambda *parts: np.concatenate(parts), *answers)


def _first(rows: int, answer: Any) -> Any:
    return tf.nest.map_structure(lambda part: np.asarray(part)[:rows], answer)
