"""Wraps a Keras model as a network with feature maps."""

import keras
import tensorflow as tf

from stylex_tf import errors, keras_line
from stylex_tf.classifiers import (
    feature_maps,
    layer_nodes,
    network,
    output_kind,
    outputs,
    precision,
)

_SQUASHING = ("sigmoid", "softmax")


def wrap(
    model: keras.Model, output: str, output_name: str = ""
) -> network.Network:
    """Describes a Keras model; `output` is "auto" to read it off the model.

    The model is asked for what goes into a final sigmoid or softmax, which
    near 0 and 1 has lost the digits and the gradient that the logits have.

    Args:
        model: with an input shape.
        output: what was said of it: "auto", "logits" or "probabilities".
        output_name: the one of several outputs to explain.

    Raises:
        ClassifierError: the model is no classifier of images, or is none of
            one label an image, or is not as was said.
    """
    if not model.built:
        raise errors.ClassifierError(
            f"the Keras model {model.name} has no input shape yet; call "
            "model.build((None, height, width, channels)) first"
        )
    with precision.float32_policy():
        model = _of_one_output(precision.in_float32(model), output_name)
        forward, ending = _forward(model)
    if output == output_kind.Output.LOGITS and ending == "probabilities":
        raise errors.ClassifierError(
            f"output is 'logits', but the Keras model {model.name} ends in a "
            "softmax or sigmoid, so that it puts out probabilities; leave "
            "classifier.output at 'auto'"
        )
    return network.Network(
        kind="keras",
        forward=forward,
        input_shape=_input_shape(model),
        input_dtype=_input_dtype(model),
        output="logits" if ending in ("inside", "linear") else ending,
        certain=ending in ("inside", "probabilities"),
        variables=tuple(keras_line.variables(model.variables)),
    )


def _of_one_output(model: keras.Model, asked: str) -> keras.Model:
    """Returns a model of the one output to explain, around the same layers."""
    if not keras_line.inputs(model) or len(model.outputs) == 1 and not asked:
        return model
    by_name = keras_line.outputs(model)
    chosen = outputs.choose(
        list(by_name), asked, f"the Keras model {model.name}"
    )
    return keras.Model(model.inputs, by_name[chosen], name=model.name)


def _forward(model: keras.Model) -> tuple[network.Forward, str | None]:
    """Returns the function, and what the model says that it puts out.

    That is "inside" for what goes into a last softmax or sigmoid, "linear",
    "probabilities", or None where the model does not say.
    """
    if not keras_line.inputs(model):
        return feature_maps.with_features(model), None
    last = keras_line.last_layer(model)
    activation = _activation(last)
    if activation not in _SQUASHING:
        forward = feature_maps.with_features(model)
        return forward, "linear" if activation == "linear" else None
    _check_units(model, activation)
    if type(last) not in _OPENED:
        return feature_maps.with_features(model), "probabilities"
    below = feature_maps.with_features(
        keras.Model(model.inputs, layer_nodes.input_inside(model, last))
    )

    def forward_to_logits(pixels):
        features, maps = below(pixels)
        return _OPENED[type(last)](last, features), maps

    return forward_to_logits, "inside"


def _check_units(model: keras.Model, activation: str) -> None:
    """Raises ClassifierError unless the units are the classes of an image."""
    units = model.outputs[0].shape[-1]
    if activation == "sigmoid":
        outputs.check_sigmoids(units, f"the Keras model {model.name}")
    if activation == "softmax" and units == 1:
        raise errors.ClassifierError(
            f"the Keras model {model.name} ends in a softmax of one unit, "
            "which is 1 for every image; expected a sigmoid, or two units"
        )


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


def _input_dtype(model: keras.Model) -> tf.DType:
    given = keras_line.inputs(model)
    return tf.as_dtype(given[0].dtype) if given else tf.float32


def _input_shape(
    model: keras.Model,
) -> tuple[int | None, int | None, int]:
    if keras_line.inputs(model):
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
