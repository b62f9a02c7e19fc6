"""Makes the feature maps between which the perceptual distance is measured."""

import os
import pathlib
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from stylex_tf import errors, plain_paths
from stylex_tf.classifiers import graph_operations, hdf5_check, keras_weights

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

# The names of losses/features_kind.py, which this room may not import.
_KNOWN = "auto, classifier, photographs, vgg16"

Extractor = Callable[[tf.Tensor], list[tf.Tensor]]


def vgg16(weights: str = "") -> Extractor:
    """Returns the feature maps of VGG16.

    Args:
        weights: an .h5 file without the top, or empty to let
            keras.applications download it.

    Returns:
        Images, float32 [N, H, W, 3] in [-1, 1], to five maps [N, h, w, C].

    Raises:
        ConfigError: there is no such file, or it holds other weights; or
            nothing was given, and the download failed.
    """
    weights = os.path.expanduser(weights)
    if weights and not pathlib.Path(weights).is_file():
        raise errors.ConfigError(
            f"loss.perceptual_weights: no file {weights!r}; expected VGG16's "
            "weights without the top (.h5)"
        )
    try:
        if weights:
            hdf5_check.check(pathlib.Path(weights))
            keras_weights.check_file(pathlib.Path(weights))
        network = keras.applications.VGG16(
            include_top=False, weights=weights or "imagenet"
        )
    # Keras and h5py raise anything of a file, or of an address.
    except Exception as error:
        raise errors.ConfigError(
            f"loss.perceptual_weights is {weights!r}, which Keras cannot load "
            f"({errors.first_line(error)}); expected VGG16's weights without "
            "the top (.h5), or '' to download them"
        ) from error
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
        ConfigError: there is no SavedModel in the folder, or it is damaged, or
            its graph does more than compute, or it has no signature
            "serving_default" of one input.
    """
    folder = pathlib.Path(path).expanduser()
    if not (folder / "saved_model.pb").is_file():
        raise errors.ConfigError(
            f"loss.perceptual_features: no SavedModel in {str(path)!r}; "
            f"expected one of {_KNOWN}, or a folder with saved_model.pb"
        )
    try:
        operations = ", ".join(graph_operations.forbidden(folder))
    except errors.ClassifierError as error:
        raise errors.ConfigError(f"loss.perceptual_features: {error}") from None
    if operations:
        raise errors.ConfigError(
            f"loss.perceptual_features: the graph of {folder} has operations "
            f"that do more than compute: {operations}. They could read and "
            "write your files or run code; export it without them"
        )
    try:
        with plain_paths.of(folder) as plain:
            loaded = tf.saved_model.load(str(plain))
    # TensorFlow raises anything of a folder that is damaged.
    except Exception as error:
        raise errors.ConfigError(
            f"loss.perceptual_features: TensorFlow cannot load {folder} "
            f"({errors.first_line(error)}); copy it again"
        ) from error
    signature = loaded.signatures.get("serving_default")
    inputs = signature.structured_input_signature[1] if signature else {}
    if len(inputs) != 1:
        raise errors.ConfigError(
            f"loss.perceptual_features: {folder} has signatures "
            f"{list(loaded.signatures)}, inputs {list(inputs)}; expected "
            "serving_default with one input"
        )
    (name,) = inputs

    def extract(images: tf.Tensor) -> list[tf.Tensor]:
        # `loaded` owns the variables; keep it alive with the function.
        outputs = loaded.signatures["serving_default"](**{name: images})
        maps = [outputs[key] for key in sorted(outputs)]
        return [m if len(m.shape) == 4 else m[:, None, None] for m in maps]

    return extract


def check(extract: Extractor, resolution: int) -> None:
    """Tries features on two images, before anything is trained with them.

    Args:
        extract: images to maps.
        resolution: height and width of the images.

    Raises:
        ConfigError: it cannot take such images, or puts out no maps, or some
            that are not finite or give no gradient to the pixels.
    """
    shape = (2, resolution, resolution, 3)
    images = tf.random.stateless_uniform(shape, (0, 0), minval=-1.0)
    try:
        with tf.GradientTape() as tape:
            tape.watch(images)
            maps = extract(images)
            total = tf.add_n([tf.reduce_sum(tf.square(m)) for m in maps])
        slopes = tape.gradient(total, images)
    # TensorFlow raises anything of what a graph refuses.
    except Exception as error:
        raise errors.ConfigError(
            "loss.perceptual_features: the network cannot make features of "
            f"images {shape} ({errors.first_line(error)}); expected float32 "
            "images in, and maps [N, h, w, C] or vectors [N, C] out"
        ) from error
    if any(m.shape[0] != shape[0] or len(m.shape) != 4 for m in maps):
        raise errors.ConfigError(
            "loss.perceptual_features: the network makes "
            f"{[tuple(m.shape) for m in maps]} of images {shape}; expected "
            "maps [N, h, w, C] or vectors [N, C]"
        )
    if slopes is None or not np.isfinite(total) or not np.any(slopes):
        fault = "not finite" if not np.isfinite(total) else "without gradient"
        raise errors.ConfigError(
            f"loss.perceptual_features: the features are {fault}; expected "
            "finite ones, through which a gradient reaches the pixels"
        )
