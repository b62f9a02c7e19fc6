"""Makes the feature maps between which the perceptual distance is measured."""

import os
import pathlib
from collections.abc import Callable

import keras
import tensorflow as tf

from stylex_tf import errors, plain_paths
from stylex_tf.classifiers import graph_operations

# The layers of LPIPS (Zhang et al. 2018): the last before each pooling.
_VGG16_LAYERS = (
    "block1_conv2",
    "block2_conv2",
    "block3_conv3",
    "block4_conv3",
    "block5_conv3",
)
# ImageNet's mean, in the order blue, green, red that VGG16 was trained with.
_VGG16_MEAN = (103.939, 116.779, 123.68)

Extractor = Callable[[tf.Tensor], list[tf.Tensor]]


def vgg16(weights: str = "") -> Extractor:
    """Returns the feature maps of VGG16.

    Args:
        weights: an .h5 file without the top, or empty to let
            keras.applications download it.

    Returns:
        Images, float32 [N, H, W, 3] in [-1, 1], to five maps [N, h, w, C].

    Raises:
        ConfigError: there is no such file.
        OSError: nothing was given, and the download failed.
    """
    weights = os.path.expanduser(weights)
    if weights and not pathlib.Path(weights).is_file():
        raise errors.ConfigError(
            f"loss.perceptual_weights: no file {weights!r}; expected VGG16's "
            "weights without the top (.h5)"
        )
    network = keras.applications.VGG16(
        include_top=False, weights=weights or "imagenet"
    )
    network.trainable = False
    outputs = [network.get_layer(name).output for name in _VGG16_LAYERS]
    features = keras.Model(network.inputs, outputs)

    def extract(images: tf.Tensor) -> list[tf.Tensor]:
        pixels = (tf.cast(images, tf.float32) + 1.0) * 127.5
        return features(pixels[..., ::-1] - tf.constant(_VGG16_MEAN))

    return extract


def saved_model(path: str | os.PathLike) -> Extractor:
    """Returns the outputs of a SavedModel's `serving_default`.

    Args:
        path: a folder; its signature takes images, float32 [N, H, W, 3] in
            [-1, 1], and returns maps [N, h, w, C] or vectors [N, C].

    Raises:
        ConfigError: there is no SavedModel in the folder, or its graph does
            more than compute.
        ValueError: it has no signature "serving_default" of one input.
    """
    folder = pathlib.Path(path).expanduser()
    if not (folder / "saved_model.pb").is_file():
        raise errors.ConfigError(
            f"loss.perceptual_features: no SavedModel in {str(path)!r}; "
            'expected "classifier", "vgg16" or a folder with saved_model.pb'
        )
    operations = ", ".join(graph_operations.forbidden(folder))
    if operations:
        raise errors.ConfigError(
            f"loss.perceptual_features: the graph of {folder} has operations "
            f"that do more than compute: {operations}. They could read and "
            "write your files or run code; export it without them"
        )
    with plain_paths.of(folder) as plain:
        loaded = tf.saved_model.load(str(plain))
    signature = loaded.signatures.get("serving_default")
    inputs = signature.structured_input_signature[1] if signature else {}
    if len(inputs) != 1:
        raise ValueError(
            f"{folder}: signatures {list(loaded.signatures)}, inputs "
            f"{list(inputs)}; expected serving_default with one input"
        )
    (name,) = inputs

    def extract(images: tf.Tensor) -> list[tf.Tensor]:
        # `loaded` owns the variables; keep it alive with the function.
        outputs = loaded.signatures["serving_default"](**{name: images})
        maps = [outputs[key] for key in sorted(outputs)]
        return [m if len(m.shape) == 4 else m[:, None, None] for m in maps]

    return extract
