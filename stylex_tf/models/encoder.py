"""Encodes an image to w."""

import keras
import tensorflow as tf

from stylex_tf.layers import equalized
from stylex_tf.models import style_space, trunk
from stylex_tf.ops import activation


@keras.saving.register_keras_serializable(package="stylex_tf")
class Encoder(keras.Model):
    """The discriminator's trunk with a head of w_dim, [N, H, W, 3] -> w.

    Without the minibatch statistic: what an image means must not depend on
    its neighbours. Lang et al. 2021 (https://arxiv.org/abs/2104.13369).
    """

    def __init__(
        self,
        resolution: int = 256,
        channel_base: int = 32_768,
        channel_max: int = 512,
        w_dim: int = 512,
        **kwargs,
    ):
        """Builds the network.

        Args:
            resolution: height and width of the images, 16 to 1024.
            channel_base: see Trunk.
            channel_max: see Trunk.
            w_dim: width of w.
            **kwargs: forwarded to keras.Model.
        """
        super().__init__(**kwargs)
        self.resolution = resolution
        self.channel_base = channel_base
        self.channel_max = channel_max
        self.w_dim = w_dim
        self.trunk = trunk.Trunk(
            resolution, channel_base, channel_max, name="trunk"
        )
        width = style_space.channels_at(
            4, base=channel_base, maximum=channel_max
        )
        self.conv = equalized.EqualizedConv2D(width, 3, name="conv")
        self.dense = equalized.EqualizedDense(width, name="dense")
        self.head = equalized.EqualizedDense(
            w_dim, name="head", dtype="float32"
        )

    def call(self, images):
        """Returns w, float32 [N, w_dim], of images, [N, H, W, 3]."""
        x = activation.scaled_leaky_relu(self.conv(self.trunk(images)))
        x = tf.reshape(x, [-1, 16 * x.shape[-1]])
        return self.head(activation.scaled_leaky_relu(self.dense(x)))

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "resolution": self.resolution,
            "channel_base": self.channel_base,
            "channel_max": self.channel_max,
            "w_dim": self.w_dim,
        }
