"""Equalises learning rates by layers whose weights are scaled on use.

Karras et al. 2018 (https://arxiv.org/abs/1710.10196), section 4.1. Without
it, StyleGAN2's learning rate of 0.002 diverges within some hundred steps.
"""

import math

import keras
import tensorflow as tf

from stylex_tf import keras_line
from stylex_tf.ops import resampling


@keras.saving.register_keras_serializable(package="stylex_tf")
class EqualizedDense(keras.layers.Layer):
    """A dense layer, [N, I] -> [N, units]."""

    def __init__(
        self,
        units: int,
        *,
        lr_multiplier: float = 1.0,
        bias_init: float = 0.0,
        **kwargs,
    ):
        """Describes the layer.

        Args:
            units: width of the output.
            lr_multiplier: how much slower than the rest it learns.
            bias_init: first value of the bias.
            **kwargs: forwarded to keras.layers.Layer.
        """
        super().__init__(**kwargs)
        self.units = units
        self.lr_multiplier = lr_multiplier
        self.bias_init = bias_init

    def build(self, input_shape):
        """Creates the kernel, [I, units], and the bias, [units]."""
        fan_in = int(input_shape[-1])
        self.kernel = keras_line.add_weight(
            self,
            "kernel",
            [fan_in, self.units],
            initializer=keras.initializers.RandomNormal(
                stddev=1.0 / self.lr_multiplier
            ),
        )
        self.bias = keras_line.add_weight(
            self,
            "bias",
            [self.units],
            initializer=keras.initializers.Constant(
                self.bias_init / self.lr_multiplier
            ),
        )
        self._scale = self.lr_multiplier / math.sqrt(fan_in)
        super().build(input_shape)

    def call(self, x):
        """Returns x kernel + bias."""
        return (
            tf.matmul(x, self.kernel * self._scale)
            + self.bias * self.lr_multiplier
        )

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "lr_multiplier": self.lr_multiplier,
            "bias_init": self.bias_init,
        }


@keras.saving.register_keras_serializable(package="stylex_tf")
class EqualizedConv2D(keras.layers.Layer):
    """A convolution, [N, H, W, I] -> [N, H, W, filters]."""

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        *,
        use_bias: bool = True,
        downsample: bool = False,
        **kwargs,
    ):
        """Describes the layer.

        Args:
            filters: channels of the output.
            kernel_size: height and width of the kernel, odd.
            use_bias: whether to add a bias.
            downsample: halve height and width.
            **kwargs: forwarded to keras.layers.Layer.
        """
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.use_bias = use_bias
        self.downsample = downsample

    def build(self, input_shape):
        """Creates the kernel, [h, w, I, filters], and the bias, [filters]."""
        channels = int(input_shape[-1])
        shape = [self.kernel_size, self.kernel_size, channels, self.filters]
        self.kernel = keras_line.add_weight(
            self,
            "kernel",
            shape,
            initializer=keras.initializers.RandomNormal(stddev=1.0),
        )
        if self.use_bias:
            self.bias = keras_line.add_weight(
                self, "bias", [self.filters], initializer="zeros"
            )
        self._scale = 1.0 / math.sqrt(channels * self.kernel_size**2)
        super().build(input_shape)

    def call(self, x):
        """Returns the convolution of x, with half its size where asked."""
        kernel = self.kernel * self._scale
        if not self.downsample:
            y = tf.nn.conv2d(x, kernel, 1, "SAME")
        elif self.kernel_size == 1:
            y = tf.nn.conv2d(resampling.downsample2d(x), kernel, 1, "SAME")
        else:
            y = resampling.conv2d_downsample(x, kernel)
        return y + self.bias if self.use_bias else y

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "use_bias": self.use_bias,
            "downsample": self.downsample,
        }
