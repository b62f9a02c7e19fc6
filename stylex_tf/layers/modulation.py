"""Builds layers whose weights are modulated by styles."""

import math

import keras
import tensorflow as tf

from stylex_tf import keras_line
from stylex_tf.layers import noise as noise_lib
from stylex_tf.ops import activation, modulated_conv


@keras.saving.register_keras_serializable(package="stylex_tf")
class StyledConv2D(keras.layers.Layer):
    """Modulated 3x3 convolution, noise, bias and activation."""

    def __init__(self, filters: int, *, upsample: bool = False, **kwargs):
        """Describes the layer.

        Args:
            filters: channels of the output.
            upsample: double height and width.
            **kwargs: forwarded to keras.layers.Layer.
        """
        # The styles stay in float32, whatever x is computed in.
        super().__init__(autocast=False, **kwargs)
        self.filters = filters
        self.upsample = upsample
        self.noise = noise_lib.NoiseInjection(
            name="noise", dtype=self.dtype_policy
        )

    def build(self, input_shape):
        """Creates the kernel, [3, 3, I, filters], and the bias, [filters]."""
        n, h, w, channels = input_shape
        self.kernel = keras_line.add_weight(
            self,
            "kernel",
            [3, 3, channels, self.filters],
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            # The demodulation reads the kernel in float32.
            autocast=False,
        )
        self.bias = keras_line.add_weight(
            self, "bias", [self.filters], initializer="zeros"
        )
        self._scale = 1.0 / math.sqrt(9 * channels)
        factor = 2 if self.upsample else 1
        self.noise.build([n, h * factor, w * factor, self.filters])
        super().build(input_shape)

    def call(self, x, styles, noise: str = "fixed", seed=None):
        """Convolves.

        Args:
            x: activations, [N, H, W, I].
            styles: factors of the input channels, float32 [N, I].
            noise: see NoiseInjection.
            seed: see NoiseInjection.

        Returns:
            Activations, [N, H, W, filters], or twice the size.
        """
        x = tf.cast(x, self.compute_dtype)
        y = modulated_conv.modulated_conv2d(
            x, self.kernel * self._scale, styles, upsample=self.upsample
        )
        y = self.noise(y, mode=noise, seed=seed)
        return activation.scaled_leaky_relu(y + tf.cast(self.bias, y.dtype))

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "upsample": self.upsample,
        }


@keras.saving.register_keras_serializable(package="stylex_tf")
class ToRGB(keras.layers.Layer):
    """Modulated 1x1 convolution to colours, without demodulation."""

    def __init__(self, **kwargs):
        """Describes the layer; arguments are those of keras.layers.Layer."""
        # The styles stay in float32, whatever x is computed in.
        super().__init__(autocast=False, **kwargs)

    def build(self, input_shape):
        """Creates the kernel, [1, 1, I, 3], and the bias, [3]."""
        channels = int(input_shape[-1])
        self.kernel = keras_line.add_weight(
            self,
            "kernel",
            [1, 1, channels, 3],
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            autocast=False,
        )
        self.bias = keras_line.add_weight(
            self, "bias", [3], initializer="zeros", autocast=False
        )
        self._scale = 1.0 / math.sqrt(channels)
        super().build(input_shape)

    def call(self, x, styles):
        """Returns float32 colours, [N, H, W, I], [N, I] -> [N, H, W, 3]."""
        x = tf.cast(x, self.compute_dtype)
        y = modulated_conv.modulated_conv2d(
            x, self.kernel * self._scale, styles, demodulate=False
        )
        return tf.cast(y, tf.float32) + self.bias
