"""Keras classifiers: files and models, as a network with feature maps."""

import json
import pathlib
import zipfile

import keras
import tensorflow as tf

from stylex_tf import errors
from stylex_tf.classifiers import (
    feature_maps,
    layer_nodes,
    network,
    precision,
)

_SQUASHING = ("sigmoid", "softmax")
# How an HDF5 file starts.
_HDF5 = b"\x89HDF\r\n\x1a\n"


def read(path: pathlib.Path) -> keras.Model:
    """Loads a .keras or .h5 file, in float32 whatever the global policy.

    Raises:
        ClassifierError: where this Keras cannot read the file.
    """
    if zipfile.is_zipfile(path):
        _check_version(path)
    elif path.read_bytes()[: len(_HDF5)] != _HDF5:
        raise errors.ClassifierError(
            f"{path} is neither a .keras nor an .h5 file"
        )
    try:
        with precision.float32_policy():
            model = keras.models.load_model(path, compile=False)
    except (TypeError, ValueError) as error:
        # Layers of the user's own, or a Lambda, which could be any code.
        raise errors.ClassifierError(
            f"Keras cannot read {path}: {error}"
        ) from error
    model.trainable = False
    return model


def _check_version(path: pathlib.Path) -> None:
    with zipfile.ZipFile(path) as archive:
        if "metadata.json" not in archive.namelist():
            raise errors.ClassifierError(f"{path} is not a .keras file")
        written = json.loads(archive.read("metadata.json"))["keras_version"]
    if int(written.split(".")[0]) > int(keras.__version__.split(".")[0]):
        raise errors.ClassifierError(
            f"{path} was written by Keras {written}, and Keras "
            f"{keras.__version__} cannot read it. Where it was written, "
            "call model.export(FOLDER), and give that folder instead."
        )


def wrap(model: keras.Model, output: str) -> network.Network:
    """Describes a Keras model; `output` is "auto" to read it off the model.

    The model is asked for what goes into a final sigmoid or softmax, which
    near 0 and 1 has lost the digits and the gradient that the logits have.
    """
    if not model.built:
        raise errors.ClassifierError(
            f"the Keras model {model.name} has no input shape yet; call "
            "model.build((None, height, width, channels)) first"
        )
    with precision.float32_policy():
        model = precision.in_float32(model)
        forward, found = _forward(model, output)
    return network.Network(
        kind="keras",
        forward=forward,
        input_shape=_input_shape(model),
        input_dtype=model.inputs[0].dtype if model.inputs else tf.float32,
        output=found,
        variables=tuple(model.variables),
    )


def _forward(
    model: keras.Model, output: str
) -> tuple[network.Forward, str | None]:
    """Returns the function and what it puts out, where the model says so."""
    if not model.inputs:
        return feature_maps.with_features(model), None
    last = model.get_layer(model.output_names[0])
    activation = _activation(last)
    if output == "logits" or activation not in _SQUASHING:
        forward = feature_maps.with_features(model)
        return forward, "logits" if activation == "linear" else None
    if type(last) not in _OPENED:
        return feature_maps.with_features(model), "probabilities"
    below = feature_maps.with_features(
        keras.Model(model.inputs, layer_nodes.input_inside(model, last))
    )

    def forward_to_logits(pixels):
        features, maps = below(pixels)
        return _OPENED[type(last)](last, features), maps

    return forward_to_logits, "logits"


def _dense_without_activation(layer, x: tf.Tensor) -> tf.Tensor:
    x = tf.matmul(x, layer.kernel)
    return x + layer.bias if layer.use_bias else x


# How to compute what a last layer puts into its sigmoid or softmax.
_OPENED = {
    keras.layers.Activation: lambda layer, x: x,
    keras.layers.Softmax: lambda layer, x: x,
    keras.layers.Dense: _dense_without_activation,
}


def _activation(layer) -> str | None:
    """Returns the Keras name of the layer's activation; None if unknown."""
    if isinstance(layer, keras.layers.Softmax):
        return "softmax"
    if isinstance(layer, keras.Model):
        return _activation(layer.layers[-1]) if layer.layers else None
    activation = getattr(layer, "activation", None)
    return getattr(activation, "__name__", None)


def _input_shape(
    model: keras.Model,
) -> tuple[int | None, int | None, int]:
    if model.inputs:
        if len(model.inputs) != 1:
            raise errors.ClassifierError(
                f"the Keras model {model.name} takes {len(model.inputs)} "
                "inputs; a classifier takes one, the image"
            )
        shape = tuple(model.inputs[0].shape)
    else:
        shape = tuple(model.get_build_config()["input_shape"])
    if len(shape) != 4:
        raise errors.ClassifierError(
            f"the Keras model {model.name} takes an input of shape {shape}; "
            "a classifier of images takes [N, height, width, channels]"
        )
    return shape[1:]
