"""Scores images by the maps of a photo backbone, and by their pixels."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from stylex_tf import shapes
from stylex_tf.layers import equalized
from stylex_tf.models import photo_backbone
from stylex_tf.ops import activation

# The side of the map on which each part of an image is scored.
_SCORED_SIDE = 8
# Brings pixels in [-1, 1] to about unit variance.
_PIXEL_GAIN = 1.5


@keras.saving.register_keras_serializable(package="stylex_tf")
class FeatureDiscriminator(keras.Model):
    """Scores images by small heads, one on each map and one on the pixels.

    Frozen features make a discriminator that needs few images and little
    arithmetic: Sauer et al. 2021 (https://arxiv.org/abs/2111.01007). Differs
    from them: no random projections, the losses of StyleGAN2, and a head on
    the pixels, which sees what the features do not. The condition is that of
    `Discriminator`: sum over k of p_k D_k(x).
    """

    def __init__(
        self,
        resolution: int = 64,
        num_classes: int = 2,
        width: int = 64,
        **kwargs,
    ):
        """Builds the network.

        Args:
            resolution: R, height and width of the images, a multiple of 32.
            num_classes: K, the number of classes.
            width: channels of a head.
            **kwargs: forwarded to keras.Model.
        """
        # What is in it casts for itself; p stays in float32.
        super().__init__(autocast=False, **kwargs)
        self.resolution = resolution
        self.num_classes = num_classes
        self.width = width
        sides = [resolution, *photo_backbone.map_sides(resolution)]
        self.heads = [
            _Head(side, num_classes, width, name=f"head{index}")
            for index, side in enumerate(sides)
        ]

    @staticmethod
    def inputs_of(
        images: tf.Tensor, maps: Sequence[tf.Tensor]
    ) -> list[tf.Tensor]:
        """Returns what the heads see, [N, h, w, C] each, of equal variance.

        Args:
            images: [N, R, R, 3], in [-1, 1].
            maps: the feature maps of PhotoBackbone.
        """
        return [images * _PIXEL_GAIN, *(_unit_variance(x) for x in maps)]

    def call(self, inputs: Sequence[tf.Tensor], p: tf.Tensor):
        """Returns scores, float32 [N]; above zero means real.

        Args:
            inputs: what `inputs_of` returns.
            p: class probabilities, [N, K].

        Raises:
            ValueError: p has another width.
        """
        shapes.check_shape("p", p, [None, self.num_classes])
        scores = [head(x) for head, x in zip(self.heads, inputs, strict=True)]
        total = tf.add_n(scores) / len(scores) ** 0.5
        return tf.reduce_sum(total * tf.cast(p, tf.float32), axis=-1)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "resolution": self.resolution,
            "num_classes": self.num_classes,
            "width": self.width,
        }


@keras.saving.register_keras_serializable(package="stylex_tf")
class _Head(keras.layers.Layer):
    """Convolutions down to some 8 x 8 parts; the mean of their scores."""

    def __init__(self, side: int, num_classes: int, width: int, **kwargs):
        super().__init__(**kwargs)
        self.side = side
        self.num_classes = num_classes
        self.width = width
        # Large maps cost most, and get half the channels at first.
        first = width // 2 if side > 2 * _SCORED_SIDE else width
        self.convs = [equalized.EqualizedConv2D(first, 1, name="first")]
        while side > _SCORED_SIDE:
            side //= 2
            self.convs.append(
                equalized.EqualizedConv2D(
                    width, 3, downsample=True, name=f"down{side}"
                )
            )
        self.convs.append(equalized.EqualizedConv2D(width, 3, name="last"))
        self.score = equalized.EqualizedConv2D(
            num_classes, 1, name="score", dtype="float32"
        )

    def call(self, x):
        """Returns scores, float32 [N, K], of a map, [N, h, w, C]."""
        for conv in self.convs:
            x = activation.scaled_leaky_relu(conv(x))
        return tf.reduce_mean(self.score(x), axis=[1, 2])

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "side": self.side,
            "num_classes": self.num_classes,
            "width": self.width,
        }


def _unit_variance(x: tf.Tensor) -> tf.Tensor:
    """Scales each pixel's features to a mean square of one."""
    x = tf.cast(x, tf.float32)
    mean_square = tf.reduce_mean(tf.square(x), axis=-1, keepdims=True)
    return x * tf.math.rsqrt(mean_square + 1e-6)
