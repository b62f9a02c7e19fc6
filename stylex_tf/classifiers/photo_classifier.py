"""Builds a classifier on a network that has seen photographs."""

import keras
import numpy as np

from stylex_tf.models import photo_backbone


def build(resolution: int, num_classes: int) -> keras.Model:
    """Builds a dense layer on the features of `models/photo_backbone.py`.

    The weights of that network stay as they are, so that some hundred pictures
    are enough: the dense layer sees mean and maximum of each of 96 channels.
    All is made of Keras's own layers, and the file opens like anybody's.

    Args:
        resolution: R, height and width of the images, a multiple of 32.
        num_classes: K.

    Returns:
        Images in [-1, 1], [N, R, R, 3] -> logits, [N, K].
    """
    images = keras.Input((resolution, resolution, 3), name="images")
    side = 2 * photo_backbone.map_sides(resolution)[0]
    x = keras.layers.Resizing(side, side)(images)
    with np.load(photo_backbone.WEIGHTS) as arrays:
        x = _frozen(x, arrays, "stem", halve=True)
        for block in range(photo_backbone.BLOCKS):
            x = _inverted_residual(x, arrays, block)
    x = keras.layers.Concatenate()(
        [
            keras.layers.GlobalAveragePooling2D()(x),
            keras.layers.GlobalMaxPooling2D()(x),
        ]
    )
    # Channels differ in size, and the steps of Adam do not. A small set of
    # pictures has few steps to learn the statistics in.
    x = keras.layers.BatchNormalization(momentum=0.9)(x)
    logits = keras.layers.Dense(num_classes, name="logits")(x)
    return keras.Model(images, logits, name="photographs")


def _inverted_residual(x, arrays, block: int):
    """Applies what `photo_backbone.PhotoBackbone` computes in a block."""
    y = x
    if f"b{block}/expand/kernel" in arrays:
        y = _frozen(y, arrays, f"b{block}/expand")
    halve = block in photo_backbone.HALVING
    y = _frozen(y, arrays, f"b{block}/depthwise", halve=halve)
    y = _frozen(y, arrays, f"b{block}/project", activated=False)
    return keras.layers.Add()([x, y]) if y.shape[1:] == x.shape[1:] else y


def _frozen(x, arrays, name: str, *, halve=False, activated=True):
    """Applies a convolution whose weights are never trained."""
    kernel, bias = arrays[f"{name}/kernel"], arrays[f"{name}/bias"]
    padding = "same"
    if halve:
        # Below and to the right, as it was trained.
        x = keras.layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
        padding = "valid"
    settings = {
        "kernel_size": kernel.shape[:2],
        "strides": 2 if halve else 1,
        "padding": padding,
        "trainable": False,
        "name": name.replace("/", "_"),
    }
    if name.endswith("/depthwise"):
        layer = keras.layers.DepthwiseConv2D(**settings)
    else:
        layer = keras.layers.Conv2D(kernel.shape[-1], **settings)
    y = layer(x)
    layer.set_weights([kernel.astype(np.float32), bias.astype(np.float32)])
    return keras.layers.ReLU(6.0)(y) if activated else y
