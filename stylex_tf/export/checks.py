"""Checks that stay inside a saved graph."""

from typing import Any

import tensorflow as tf


def require(
    tensor: tf.Tensor, condition: tf.Tensor, *message: Any
) -> tf.Tensor:
    """Returns the tensor; running it fails unless the condition holds.

    The work that must not happen hangs on the result. An assertion beside it
    would run at any time, for instance after the image was decoded.

    Args:
        tensor: what to hand on.
        condition: bool, [].
        *message: text and tensors that tell the caller what was wrong.
    """
    assertion = tf.debugging.Assert(condition, list(message), summarize=8)
    # Eager execution asserts on the spot and has no operation to wait for.
    with tf.control_dependencies([] if assertion is None else [assertion]):
        return tf.identity(tensor)


def after(checked: tf.Tensor, tensor: tf.Tensor) -> tf.Tensor:
    """Returns the second tensor, once the first, which was checked, is there.

    Args:
        checked: what `require` returned.
        tensor: what must not be used before.
    """
    with tf.control_dependencies([checked]):
        return tf.identity(tensor)


def within(
    tensor: tf.Tensor,
    name: str,
    values: tf.Tensor,
    low: float,
    high: float,
) -> tf.Tensor:
    """Returns the tensor; running it fails unless all values lie in a range.

    Args:
        tensor: what to hand on.
        name: the name of the values, in the request.
        values: any shape; not a number lies in no range.
        low: the least allowed.
        high: the most allowed.
    """
    return require(
        tensor,
        tf.reduce_all((values >= low) & (values <= high)),
        f"{name} must be {low} to {high}; found",
        tf.reduce_min(values),
        "to",
        tf.reduce_max(values),
    )


def finite(tensor: tf.Tensor, name: str, values: tf.Tensor) -> tf.Tensor:
    """Returns the tensor; running it fails unless all values are finite.

    Args:
        tensor: what to hand on.
        name: the name of the values, in the request.
        values: floats, any shape.
    """
    return require(
        tensor,
        tf.reduce_all(tf.math.is_finite(values)),
        f"{name} must be finite; found",
        tf.reduce_min(values),
        "to",
        tf.reduce_max(values),
    )
