"""Turns whatever a classifier puts out into logits, one a class."""

import numpy as np
import tensorflow as tf

from stylex_tf import errors

# A softmax reaches down to the smallest float, but a sigmoid only up to the
# last float before 1.
_SMALLEST_SOFTMAX = 1e-30
_SMALLEST_SIGMOID = 2.0**-24


def infer(raw: np.ndarray) -> str:
    """Tells "logits" from "probabilities" by the outputs for a few images.

    Args:
        raw: outputs for images as different as can be, [N, K].

    Raises:
        ClassifierError: for values within 0 and 1 that can be either.
    """
    if raw.min() < 0 or raw.max() > 1:
        return "logits"
    if raw.shape[1] > 1 and np.allclose(raw.sum(axis=1), 1.0, atol=1e-3):
        return "probabilities"
    raise errors.ClassifierError(
        "what the classifier puts out can be logits or probabilities; say "
        "which: output='logits' or 'probabilities' (config.classifier.output)"
    )


def to_logits(raw: tf.Tensor, output: str) -> tf.Tensor:
    """Maps raw outputs [N, k] to logits [N, K]; k = 1 becomes K = 2.

    Probabilities of several classes become log p, so that their softmax is
    themselves. A single output is about class 1: its logit l becomes [0, l].
    """
    if output == "probabilities":
        raw = _logit(raw) if raw.shape[-1] == 1 else _log(raw)
    if raw.shape[-1] == 1:
        raw = tf.concat([tf.zeros_like(raw), raw], axis=-1)
    return raw


def _log(p: tf.Tensor) -> tf.Tensor:
    return tf.math.log(tf.maximum(p, _SMALLEST_SOFTMAX))


def _logit(p: tf.Tensor) -> tf.Tensor:
    p = tf.clip_by_value(p, _SMALLEST_SIGMOID, 1.0 - _SMALLEST_SIGMOID)
    return tf.math.log(p) - tf.math.log1p(-p)
