"""Encodes an image to w from the feature maps of a photo backbone."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from stylex_tf.layers import equalized
from stylex_tf.models import photo_backbone
from stylex_tf.ops import activation

# The smallest side before the dense layers.
_LAST_SIDE = 4


@keras.saving.register_keras_serializable(package="stylex_tf")
class FeatureEncoder(keras.Model):
    """Encodes to w the feature maps of a PhotoBackbone.

    The maps are brought to one size and joined.

    Differs from the paper, whose encoder learns to see from nothing: with a
    few thousand photographs there is too little to learn it from.
    """

    def __init__(
        self,
        w_dim: int = 512,
        width: int = 64,
        spatial_resolution: int = 0,
        spatial_channels: int = 0,
        **kwargs,
    ):
        """Describes the network.

        Args:
            w_dim: width of w.
            width: channels that each map is brought to.
            spatial_resolution: height and width of a spatial code, which w
                ends with.
            spatial_channels: its channels; 0 is none.
            **kwargs: forwarded to keras.Model.
        """
        super().__init__(**kwargs)
        self.w_dim = w_dim
        self.width = width
        self.spatial_resolution = spatial_resolution
        self.spatial_channels = spatial_channels
        self.dense = equalized.EqualizedDense(max(256, w_dim), name="dense")
        self.head = equalized.EqualizedDense(
            w_dim, name="head", dtype="float32"
        )

    def build(self, input_shape):
        """Creates as many convolutions as the maps' sizes need."""
        sides = [int(shape[1]) for shape in input_shape]
        last = min(sides)
        self.branches = [
            _shrinking(side, last, self.width, f"map{index}", first=1)
            for index, side in enumerate(sides)
        ]
        self.joined = _shrinking(
            last, min(last, _LAST_SIDE), 2 * self.width, "joined", first=3
        )
        if self.spatial_channels:
            # The deepest map is too coarse to say where something is.
            self.placed = [
                [equalized.EqualizedConv2D(self.width, 1, name=f"placed{i}")]
                for i in range(len(sides) - 1)
            ]
            self.spatial = [
                equalized.EqualizedConv2D(self.width, 3, name="spatial_first")
            ]
            self.spatial_head = equalized.EqualizedConv2D(
                self.spatial_channels, 1, name="spatial", dtype="float32"
            )
        super().build(input_shape)

    def call(self, maps: Sequence[tf.Tensor]):
        """Returns w, float32 [N, w_dim], of maps, [N, h, w, C] each."""
        maps = [
            tf.cast(x, self.compute_dtype) / scale
            for x, scale in zip(maps, photo_backbone.SCALES, strict=True)
        ]
        parts = [
            _through(branch, x)
            for branch, x in zip(self.branches, maps, strict=True)
        ]
        x = _through(self.joined, tf.concat(parts, axis=-1))
        x = tf.reshape(x, [-1, x.shape[1] * x.shape[2] * x.shape[3]])
        w = self.head(activation.scaled_leaky_relu(self.dense(x)))
        if not self.spatial_channels:
            return w
        return tf.concat([w, self._spatial_code(maps)], axis=-1)

    def _spatial_code(self, maps: Sequence[tf.Tensor]) -> tf.Tensor:
        """Returns the spatial code, float32 [N, r * r * c]."""
        r = self.spatial_resolution
        parts = [
            _resized(_through(branch, x), r)
            for branch, x in zip(self.placed, maps[:-1], strict=True)
        ]
        x = tf.cast(tf.concat(parts, axis=-1), self.compute_dtype)
        code = self.spatial_head(_through(self.spatial, x))
        return tf.reshape(code, [-1, r * r * self.spatial_channels])

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "w_dim": self.w_dim,
            "width": self.width,
            "spatial_resolution": self.spatial_resolution,
            "spatial_channels": self.spatial_channels,
        }


def _resized(x: tf.Tensor, side: int) -> tf.Tensor:
    """Brings maps to another side: means of whole pixels, then bilinear."""
    size = max(1, int(x.shape[1]) // side)
    x = tf.nn.avg_pool2d(x, size, size, "SAME")
    return x if x.shape[1] == side else tf.image.resize(x, [side, side])


def _shrinking(
    side: int, last: int, width: int, name: str, *, first: int
) -> list[keras.layers.Layer]:
    """Builds convolutions that halve `side` until it is at most `last`."""
    layers = [equalized.EqualizedConv2D(width, first, name=f"{name}_first")]
    while side > last:
        side //= 2
        layers.append(
            equalized.EqualizedConv2D(
                width, 3, downsample=True, name=f"{name}_{side}"
            )
        )
    return layers


def _through(layers: Sequence[keras.layers.Layer], x: tf.Tensor) -> tf.Tensor:
    for layer in layers:
        x = activation.scaled_leaky_relu(layer(x))
    return x
