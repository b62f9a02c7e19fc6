"""Measures how far the reconstruction changes the classifier's answer."""

import tensorflow as tf


def kl_divergence(logits: tf.Tensor, other_logits: tf.Tensor) -> tf.Tensor:
    """KL(softmax(logits) || softmax(other)), [N, K], [N, K] -> [N], in nats.

    Lang et al. 2021 (https://arxiv.org/abs/2104.13369), L_cls.
    """
    log_p = tf.nn.log_softmax(tf.cast(logits, tf.float32))
    log_q = tf.nn.log_softmax(tf.cast(other_logits, tf.float32))
    return tf.reduce_sum(tf.exp(log_p) * (log_p - log_q), axis=-1)
