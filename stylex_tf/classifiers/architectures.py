"""Builds a classifier for those who have none.

Each takes images in [-1, 1], [N, resolution, resolution, 3], and puts out
logits, [N, K].
"""

from collections.abc import Callable, Mapping

import keras

from stylex_tf.classifiers import architecture_kind, photo_classifier

# Channels after the first convolution; they double at each halving, to at
# most _WIDEST.
_WIDTH = 16
_WIDEST = 128


def small_cnn(resolution: int, num_classes: int) -> keras.Model:
    """Builds strided convolutions down to 4x4, then one dense layer.

    StylEx runs it forwards and backwards in every training step, so it is as
    small as it can be: 1.8 MFLOP an image forwards at 32 px. There is no
    normalisation (nothing to fold), and the leak keeps gradients to every
    pixel alive.
    """
    images = keras.Input((resolution, resolution, 3), name="images")
    x, size, width = images, resolution, _WIDTH
    while size > 4:
        # The first kernel is larger, so that a stride of 2 misses no pixel.
        x = keras.layers.Conv2D(
            width,
            kernel_size=5 if x is images else 3,
            strides=2,
            padding="same",
            kernel_initializer="he_normal",
        )(x)
        x = keras.layers.LeakyReLU(0.1)(x)
        size, width = size // 2, min(2 * width, _WIDEST)
    x = keras.layers.Flatten()(x)
    logits = keras.layers.Dense(num_classes, name="logits")(x)
    return keras.Model(images, logits, name="small_cnn")


def mobilenet(resolution: int, num_classes: int) -> keras.Model:
    """Builds MobileNet-V1 (Howard et al. 2017), which the paper explains."""
    images = keras.Input((resolution, resolution, 3), name="images")
    return keras.applications.MobileNet(
        input_tensor=images,
        weights=None,
        classes=num_classes,
        classifier_activation=None,
    )


BY_NAME: Mapping[str, Callable[[int, int], keras.Model]] = {
    architecture_kind.Architecture.SMALL_CNN: small_cnn,
    architecture_kind.Architecture.MOBILENET: mobilenet,
    architecture_kind.Architecture.PHOTOGRAPHS: photo_classifier.build,
}
