"""Builds the convolutions that discriminator and encoder have in common."""

from collections.abc import Iterable

import keras

from stylex_tf import shapes
from stylex_tf.layers import blocks, equalized
from stylex_tf.models import style_space
from stylex_tf.ops import activation


@keras.saving.register_keras_serializable(package="stylex_tf")
class Trunk(keras.Model):
    """Residual blocks, [N, H, W, 3] -> [N, 4, 4, C]."""

    def __init__(
        self,
        resolution: int = 256,
        channel_base: int = 32_768,
        channel_max: int = 512,
        **kwargs,
    ):
        """Builds the network.

        Args:
            resolution: height and width of the images, 16 to 1024.
            channel_base: resolution r has channel_base / r channels.
            channel_max: the most channels at any resolution.
            **kwargs: forwarded to keras.Model.
        """
        super().__init__(**kwargs)
        self.resolution = resolution
        self.channel_base = channel_base
        self.channel_max = channel_max
        widths = {
            r: style_space.channels_at(
                r, base=channel_base, maximum=channel_max
            )
            for r in style_space.resolutions(resolution)
        }
        self.from_rgb = equalized.EqualizedConv2D(
            widths[resolution], 1, name="from_rgb"
        )
        falling: Iterable[int] = sorted(widths, reverse=True)[:-1]
        self.residual_blocks = [
            blocks.ResidualBlock(widths[r // 2], name=f"b{r}") for r in falling
        ]

    def call(self, images):
        """Returns features, [N, 4, 4, C], of images, [N, H, W, 3]."""
        size = self.resolution
        shapes.check_shape("images", images, [None, size, size, 3])
        x = activation.scaled_leaky_relu(self.from_rgb(images))
        for block in self.residual_blocks:
            x = block(x)
        return x

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "resolution": self.resolution,
            "channel_base": self.channel_base,
            "channel_max": self.channel_max,
        }
