"""Times what can halve and double the size of activations in StyleGAN2.

    bazel run //benchmarks:resampling

Forward and backward pass, in milliseconds, the fastest of many, and in
brackets how many times longer than the way of `ops/resampling.py`. "One 6x6"
computes the same numbers in one convolution; "resize" does not: it stands for
what other implementations put in their place.
"""

import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from absl import app, flags

from stylex_tf.ops import resampling

_BATCH = flags.DEFINE_integer("batch", 16, "Examples.")
_REPEATS = flags.DEFINE_integer("repeats", 30, "The fastest of these counts.")

# Size before the convolution, and channels.
_SHAPES = ((4, 256), (8, 256), (16, 128), (32, 64), (64, 32))

Conv = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def _with_filter(kernel: tf.Tensor) -> tf.Tensor:
    """Filters the 3x3 kernel to 6x6, [3, 3, I, O] -> [6, 6, I, O]."""
    _, _, i, o = kernel.shape
    taps = tf.constant([1.0, 3.0, 3.0, 1.0]) / 8.0
    fir = tf.einsum("h,w->hw", taps, taps)[:, :, None, None]
    images = tf.reshape(tf.transpose(kernel, [2, 3, 0, 1]), [i * o, 3, 3, 1])
    padded = tf.pad(images, [[0, 0], [3, 3], [3, 3], [0, 0]])
    filtered = tf.nn.conv2d(padded, fir, 1, "VALID")
    return tf.transpose(tf.reshape(filtered, [i, o, 6, 6]), [2, 3, 0, 1])


def _down_6x6(x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    padded = tf.pad(x, [[0, 0], [2, 2], [2, 2], [0, 0]])
    return tf.nn.conv2d(padded, _with_filter(kernel), 2, "VALID")


def _down_resize(x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    return tf.nn.avg_pool2d(tf.nn.conv2d(x, kernel, 1, "SAME"), 2, 2, "VALID")


def _up_6x6(x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    n, h, w, _ = x.shape
    flipped = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2])
    shape = [n, 2 * h, 2 * w, kernel.shape[3]]
    wide = 4.0 * _with_filter(flipped)
    return tf.nn.conv2d_transpose(x, wide, shape, 2, "SAME")


def _up_resize(x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    size = [2 * x.shape[1], 2 * x.shape[2]]
    return tf.nn.conv2d(tf.image.resize(x, size), kernel, 1, "SAME")


_WAYS: dict[str, tuple[Conv, Conv, Conv]] = {
    "down": (resampling.conv2d_downsample, _down_6x6, _down_resize),
    "up": (resampling.conv2d_upsample, _up_6x6, _up_resize),
}


def _milliseconds(
    ways: tuple[Conv, ...], x: tf.Tensor, kernel: tf.Tensor
) -> list[float]:
    """Times the fastest forward and backward pass of each way, in turns."""

    def compiled(conv: Conv):
        @tf.function
        def step():
            with tf.GradientTape() as tape:
                tape.watch([x, kernel])
                loss = tf.reduce_sum(tf.square(conv(x, kernel)))
            return tape.gradient(loss, [x, kernel])

        return step

    steps = [compiled(conv) for conv in ways]
    for step in steps:
        step()
    fastest = [float("inf")] * len(ways)
    for _ in range(_REPEATS.value):
        for index, step in enumerate(steps):
            start = time.perf_counter()
            _ = [gradient.numpy() for gradient in step()]
            seconds = time.perf_counter() - start
            fastest[index] = min(fastest[index], 1e3 * seconds)
    return fastest


def main(_):
    """Prints one line a direction and shape."""
    print(f"{'':26}{'filter apart':>12}{'one 6x6':>16}{'resize':>16}")
    for direction, ways in _WAYS.items():
        for size, channels in _SHAPES:
            size = 2 * size if direction == "down" else size
            x = tf.random.stateless_normal(
                [_BATCH.value, size, size, channels], seed=[0, 0]
            )
            kernel = tf.random.stateless_normal(
                [3, 3, channels, channels], seed=[0, 1]
            )
            np.testing.assert_allclose(
                ways[0](x, kernel), ways[1](x, kernel), rtol=1e-3, atol=1e-2
            )
            first, *others = _milliseconds(ways, x, kernel)
            columns = "".join(f"{t:9.2f} ({t / first:4.2f})" for t in others)
            shape = f"{direction} {size} px, {channels} channels"
            print(f"{shape:26}{first:12.2f}{columns}")


if __name__ == "__main__":
    app.run(main)
