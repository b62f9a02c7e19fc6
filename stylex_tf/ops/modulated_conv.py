"""Convolves by one shared kernel that is scaled for each example."""

import tensorflow as tf

from stylex_tf.ops import resampling


def modulated_conv2d(
    x: tf.Tensor,
    kernel: tf.Tensor,
    styles: tf.Tensor,
    *,
    demodulate: bool = True,
    upsample: bool = False,
) -> tf.Tensor:
    """Convolves each example with its own scaling of one shared kernel.

    Scaling the input by the styles and the output by the demodulation is the
    same linear map as scaling the kernel, and needs no grouped convolution,
    which has no gradient on CPU in TensorFlow.
    Karras et al. 2020 (https://arxiv.org/abs/1912.04958), equations 1 and 3.

    Args:
        x: activations, [N, H, W, I].
        kernel: shared weights, [h, w, I, O].
        styles: one factor per example and input channel, float32 [N, I].
        demodulate: bring every output channel back to unit expected variance.
        upsample: double height and width on the way.

    Returns:
        Activations, [N, H, W, O], or [N, 2H, 2W, O], in the dtype of x.
    """
    scaled = x * tf.cast(styles, x.dtype)[:, None, None, :]
    weights = tf.cast(kernel, x.dtype)
    if upsample:
        y = resampling.conv2d_upsample(scaled, weights)
    else:
        y = tf.nn.conv2d(scaled, weights, 1, "SAME")
    if not demodulate:
        return y
    # In float32 always: the sum of squares overflows float16.
    energy = tf.reduce_sum(tf.square(tf.cast(kernel, tf.float32)), [0, 1])
    norm = tf.matmul(tf.square(tf.cast(styles, tf.float32)), energy)
    demodulation = tf.cast(tf.math.rsqrt(norm + 1e-8), x.dtype)
    return y * demodulation[:, None, None, :]
