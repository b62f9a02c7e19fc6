"""Encoder that starts from the feature maps of a photo backbone."""

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
    """Maps of PhotoBackbone to w: they are brought to one size and joined.

    Differs from the paper, whose encoder learns to see from nothing: with a
    few thousand photographs there is too little to learn it from.
    """

    def __init__(self, w_dim: int = 512, width: int = 64, **kwargs):
        """Describes the network.

        Args:
            w_dim: width of w.
            width: channels that each map is brought to.
            **kwargs: forwarded to keras.Model.
        """
        super().__init__(**kwargs)
        self.w_dim = w_dim
        self.width = width
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
        super().build(input_shape)

    def call(self, maps: Sequence[tf.Tensor]):
        """Returns w, float32 [N, w_dim], of maps, [N, h, w, C] each."""
        parts = []
        for branch, x, scale in zip(
            self.branches, maps, photo_backbone.SCALES, strict=True
        ):
            x = tf.cast(x, self.compute_dtype) / scale
            parts.append(_through(branch, x))
        x = _through(self.joined, tf.concat(parts, axis=-1))
        x = tf.reshape(x, [-1, x.shape[1] * x.shape[2] * x.shape[3]])
        return self.head(activation.scaled_leaky_relu(self.dense(x)))

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "w_dim": self.w_dim,
            "width": self.width,
        }


def _shrinking(
    side: int, last: int, width: int, name: str, *, first: int
) -> list[keras.layers.Layer]:
    """Convolutions that halve `side` until it is no more than `last`."""
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
