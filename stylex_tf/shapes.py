"""Checks shapes at public edges: at trace time, free at run time."""

from collections.abc import Sequence

import tensorflow as tf


def check_shape(
    name: str, tensor: tf.Tensor, expected: Sequence[int | None]
) -> None:
    """Raises ValueError unless the static shape fits; None fits anything."""
    if not tf.TensorShape(tensor.shape).is_compatible_with(expected):
        raise ValueError(
            f"{name} has shape {tuple(tensor.shape)}; expected "
            f"{tuple(expected)}"
        )
