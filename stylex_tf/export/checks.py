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
