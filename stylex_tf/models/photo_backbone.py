"""Computes feature maps by a small network that has seen photographs.

It is the lower two thirds of a MobileNetV2 (Sandler et al. 2018,
https://arxiv.org/abs/1801.04381) that was trained on ImageNet. Its weights lie
beside this file; `tools/photo_backbone/convert.py` says where they come from
and makes them again. They are never trained.
"""

import pathlib

import keras
import numpy as np
import tensorflow as tf

from stylex_tf import shapes

WEIGHTS = pathlib.Path(__file__).with_name("photo_backbone.npz")
"""Kernels and biases, float16, with the batch normalisation folded in."""

BLOCKS = 13
"""Inverted residual blocks; the first has no expansion."""

TAPS = (0, 2, 5, 12)
"""The blocks whose outputs are the maps."""

SCALES = (9.0, 9.0, 7.0, 3.3)
"""Standard deviation of each map over photographs, about."""

HALVING = (1, 3, 6)
"""The blocks that halve height and width; so does the stem."""

# The pictures that it was trained on were larger: 3/2 of ours are a compromise
# between what it sees and what it costs.
_ENLARGED = 1.5


@keras.saving.register_keras_serializable(package="stylex_tf")
class PhotoBackbone(keras.Model):
    """Images to four feature maps, [N, R, R, 3] -> [N, h, w, C] each.

    With r = 3 R / 2 the maps have r/2, r/4, r/8 and r/16 pixels a side, and
    16, 24, 32 and 96 channels. Computed in float32 whatever the policy.
    """

    def __init__(self, resolution: int = 64, **kwargs):
        """Describes the network.

        Args:
            resolution: R, height and width of the images, a multiple of 32.
            **kwargs: forwarded to keras.Model.
        """
        super().__init__(**{"dtype": "float32", **kwargs})
        self.resolution = resolution
        with np.load(WEIGHTS) as arrays:
            self._parameters = {
                name: self.add_weight(
                    name=name.replace("/", "_"),
                    shape=arrays[name].shape,
                    initializer=keras.initializers.Constant(
                        arrays[name].astype(np.float32)
                    ),
                    trainable=False,
                )
                for name in sorted(arrays)
            }

    def call(self, images):
        """Returns the maps, float32, of images in [-1, 1]."""
        size = self.resolution
        shapes.check_shape("images", images, [None, size, size, 3])
        side = 2 * map_sides(size)[0]
        x = tf.image.resize(tf.cast(images, tf.float32), [side, side])
        x = tf.nn.relu6(self._conv(x, "stem", halve=True))
        maps = []
        for block in range(BLOCKS):
            x = self._block(x, f"b{block}", halve=block in HALVING)
            if block in TAPS:
                maps.append(x)
        return maps

    def _block(self, x: tf.Tensor, name: str, *, halve: bool) -> tf.Tensor:
        """Applies an inverted residual: widen, filter each channel, project."""
        y = x
        if f"{name}/expand/kernel" in self._parameters:
            y = tf.nn.relu6(self._conv(y, f"{name}/expand"))
        y = tf.nn.relu6(self._filter(y, f"{name}/depthwise", halve=halve))
        y = self._conv(y, f"{name}/project")
        return x + y if y.shape[1:] == x.shape[1:] else y

    def _conv(self, x, name: str, *, halve: bool = False) -> tf.Tensor:
        kernel = self._parameters[f"{name}/kernel"]
        x, stride, padding = _before(x, halve)
        y = tf.nn.conv2d(x, kernel, stride, padding)
        return tf.nn.bias_add(y, self._parameters[f"{name}/bias"])

    def _filter(self, x, name: str, *, halve: bool) -> tf.Tensor:
        kernel = self._parameters[f"{name}/kernel"]
        x, stride, padding = _before(x, halve)
        strides = [1, stride, stride, 1]
        y = tf.nn.depthwise_conv2d(x, kernel, strides, padding)
        return tf.nn.bias_add(y, self._parameters[f"{name}/bias"])

    def get_config(self):
        """Returns the constructor's arguments."""
        return {**super().get_config(), "resolution": self.resolution}


def map_sides(resolution: int) -> list[int]:
    """Returns height and width of each map for images of a resolution."""
    return [int(_ENLARGED * resolution) // 2**k for k in (1, 2, 3, 4)]


def _before(x: tf.Tensor, halve: bool) -> tuple[tf.Tensor, int, str]:
    """Pads below and to the right before a stride of 2, as Keras trained it."""
    if not halve:
        return x, 1, "SAME"
    return tf.pad(x, [[0, 0], [0, 1], [0, 1], [0, 0]]), 2, "VALID"
