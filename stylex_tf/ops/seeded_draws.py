"""Draws floats from a seed, the same whether XLA compiles them or not.

Where XLA compiles it, TensorFlow takes another generator than elsewhere unless
one is named, and makes other floats of the same bits. So the generator is named
here, and floats are made of its bits in the way in which TensorFlow makes them
elsewhere: `tensorflow/core/lib/random/random_distributions.h`.
"""

import math
from collections.abc import Sequence
from typing import Any

import tensorflow as tf

# What TensorFlow takes on processors and GPUs (Salmon et al. 2011).
_GENERATOR = "philox"
# It makes four words at a time.
_WORDS = 4


def uniform(shape: Sequence[int] | tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Draws numbers in [0, 1).

    Args:
        shape: the shape of the result.
        seed: two integers, [2].

    Returns:
        float32, of this shape: bit for bit those of
        `tf.random.stateless_uniform`.
    """
    count = _size(shape)
    return tf.reshape(_unit_interval(count, seed)[:count], shape)


def normal(shape: Sequence[int] | tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Draws standard normal numbers, in pairs (Box and Muller 1958).

    Args:
        shape: the shape of the result.
        seed: two integers, [2].

    Returns:
        float32, of this shape: those of `tf.random.stateless_normal`, to the
        rounding of a logarithm and a sine.
    """
    count = _size(shape)
    pairs = tf.reshape(_unit_interval(count, seed), [-1, 2])
    radius = tf.sqrt(-2.0 * tf.math.log(tf.maximum(pairs[:, 0], 1e-7)))
    angle = 2.0 * math.pi * pairs[:, 1]
    both = tf.stack([tf.sin(angle), tf.cos(angle)], axis=1)
    drawn = tf.reshape(both * radius[:, None], [-1])
    return tf.reshape(drawn[:count], shape)


def fold_in(seed: tf.Tensor, number: tf.Tensor | int) -> tf.Tensor:
    """Returns the seed of a numbered part of what a seed is for.

    Args:
        seed: two integers, [2].
        number: the number of the part.

    Returns:
        Two integers, [2]: those of `tf.random.fold_in`.
    """
    return tf.random.fold_in(seed, number, alg=_GENERATOR)


def _size(shape: Sequence[int] | tf.Tensor) -> Any:
    """Returns how many numbers a shape has: an int where that is known."""
    if tf.is_tensor(shape):
        return tf.reduce_prod(shape)
    return math.prod(shape)


def _unit_interval(count: Any, seed: tf.Tensor) -> tf.Tensor:
    """Draws `count` numbers in [0, 1), and up to three more, [M]."""
    words = -(-count // _WORDS) * _WORDS
    bits = tf.random.stateless_uniform(
        [words], seed, None, None, tf.uint32, alg=_GENERATOR
    )
    # The lower 23 bits are the fraction of a float between 1 and 2.
    fraction = tf.bitwise.bitwise_and(bits, tf.constant(0x7FFFFF, tf.uint32))
    exponent = tf.constant(0x3F800000, tf.uint32)
    return (
        tf.bitcast(tf.bitwise.bitwise_or(fraction, exponent), tf.float32) - 1.0
    )
