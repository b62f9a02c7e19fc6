"""Applies the activation of every StyleGAN2 layer."""

import tensorflow as tf

_GAIN = 2.0**0.5


def scaled_leaky_relu(x: tf.Tensor) -> tf.Tensor:
    """Computes sqrt(2) * leaky ReLU(x, 0.2), which keeps unit variance.

    Karras et al. 2020 (https://arxiv.org/abs/1912.04958), appendix B.
    """
    return tf.nn.leaky_relu(x, 0.2) * _GAIN
