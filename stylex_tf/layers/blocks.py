"""Builds the residual block that discriminator and encoder share."""

import keras

from stylex_tf.layers import equalized
from stylex_tf.ops import activation


@keras.saving.register_keras_serializable(package="stylex_tf")
class ResidualBlock(keras.layers.Layer):
    """Two convolutions beside a shortcut, [N, H, W, I] -> [N, H/2, W/2, O].

    Karras et al. 2020 (https://arxiv.org/abs/1912.04958), figure 7.
    """

    def __init__(self, filters: int, **kwargs):
        """Describes the block.

        Args:
            filters: channels of the output, O.
            **kwargs: forwarded to keras.layers.Layer.
        """
        super().__init__(**kwargs)
        self.filters = filters

    def build(self, input_shape):
        """Creates the convolutions."""
        n, h, w, channels = input_shape
        policy = self.dtype_policy
        self.conv0 = equalized.EqualizedConv2D(
            channels, 3, name="conv0", dtype=policy
        )
        self.conv1 = equalized.EqualizedConv2D(
            self.filters, 3, downsample=True, name="conv1", dtype=policy
        )
        self.shortcut = equalized.EqualizedConv2D(
            self.filters,
            1,
            use_bias=False,
            downsample=True,
            name="shortcut",
            dtype=policy,
        )
        for conv in (self.conv0, self.conv1, self.shortcut):
            conv.build([n, h, w, channels])
        super().build(input_shape)

    def call(self, x):
        """Returns the block's output."""
        y = activation.scaled_leaky_relu(self.conv0(x))
        y = activation.scaled_leaky_relu(self.conv1(y))
        # Both paths have unit variance; so has their sum.
        return (y + self.shortcut(x)) * 0.5**0.5

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "filters": self.filters}
