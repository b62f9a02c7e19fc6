"""Computes the non-saturating logistic loss (Goodfellow et al. 2014)."""

import tensorflow as tf


def generator_loss(fake_scores: tf.Tensor) -> tf.Tensor:
    """log(1 + exp(-D(fake))), [N] -> [N]."""
    return tf.nn.softplus(-fake_scores)


def discriminator_loss(
    real_scores: tf.Tensor, fake_scores: tf.Tensor
) -> tf.Tensor:
    """log(1 + exp(-D(real))) + log(1 + exp(D(fake))), [N], [N] -> [N]."""
    return tf.nn.softplus(-real_scores) + tf.nn.softplus(fake_scores)
