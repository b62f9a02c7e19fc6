"""Shows a discriminator how much the images of a group differ."""

import tensorflow as tf


def minibatch_stddev(x: tf.Tensor, *, group_size: int = 4) -> tf.Tensor:
    """Appends one channel: the mean deviation within a group of examples.

    Example i belongs to the group of all j with j = i modulo N / group_size.
    Karras et al. 2018 (https://arxiv.org/abs/1710.10196), section 3.

    Args:
        x: activations, [N, H, W, C]; N must be a multiple of the group size,
            or smaller than it: then the batch is one group.
        group_size: examples a group.

    Returns:
        Activations, [N, H, W, C + 1].

    Raises:
        ValueError: N is known, and neither of the two.
    """
    known = x.shape[0] or 0
    if known > group_size and known % group_size:
        raise ValueError(
            f"the batch has {known} examples; expected a multiple of the "
            f"group size, {group_size}, or fewer"
        )
    n, (h, w, c) = tf.shape(x)[0], x.shape[1:]
    group = tf.minimum(group_size, n)
    grouped = tf.reshape(tf.cast(x, tf.float32), [group, n // group, h, w, c])
    variance = tf.math.reduce_variance(grouped, axis=0)
    deviation = tf.reduce_mean(tf.sqrt(variance + 1e-8), axis=[1, 2, 3])
    channel = tf.tile(deviation, [group])[:, None, None, None]
    channel = tf.cast(tf.tile(channel, [1, h, w, 1]), x.dtype)
    return tf.concat([x, channel], axis=-1)
