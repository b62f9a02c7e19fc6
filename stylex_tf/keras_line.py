"""Holds everything in which Keras 2 and Keras 3 differ for us, with reasons.

The repository runs on two lines: TensorFlow 2.15 with Keras 2.15, and the
newest TensorFlow with Keras 3 (docs/lines.md). Only classifiers/keras_files.py
asks for the version too, to say which Keras reads a file.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import tensorflow as tf

_IS_KERAS_3 = int(keras.__version__.split(".")[0]) >= 3

CALLER_DECIDES_TRAINING = _IS_KERAS_3
"""Whether `model(images, training=False)` overrules a layer's training=True.

In a graph of layers a layer may have been called with `training=True`. In Keras
2 that holds whatever the model is called with; in Keras 3 what the model is
called with goes to every layer of the graph, however deep.
"""


def add_weight(
    layer: keras.layers.Layer,
    name: str,
    shape: Sequence[int],
    *,
    initializer: Any,
    autocast: bool = True,
    mean_of_replicas: bool = False,
    **options: Any,
) -> Any:
    """Adds a weight to a layer.

    Keras 2 calls `autocast` experimental, and its aggregations are
    TensorFlow's; Keras 3 has names for them.

    Args:
        layer: gets the weight.
        name: of the weight.
        shape: of the weight.
        initializer: a Keras initializer.
        autocast: whether the layer reads it in its compute dtype.
        mean_of_replicas: replicas agree on the mean of what they assign.
        **options: `trainable`, `dtype`.
    """
    if _IS_KERAS_3:
        options["autocast"] = autocast
        if mean_of_replicas:
            options["aggregation"] = "mean"
    else:
        options["experimental_autocast"] = autocast
        if mean_of_replicas:
            options["aggregation"] = tf.VariableAggregation.MEAN
    return layer.add_weight(
        name=name, shape=shape, initializer=initializer, **options
    )


def is_weight(value: Any) -> bool:
    """Returns whether a value is a weight of a layer, or a tf.Variable.

    In Keras 2 a weight is a tf.Variable; in Keras 3 it holds one.
    """
    return isinstance(value, tf.Variable | _weight_class())


def variable(weight: Any) -> tf.Variable:
    """Returns the tf.Variable of a weight; see `is_weight`."""
    return weight if isinstance(weight, tf.Variable) else weight.value


def variables(weights: Iterable[Any]) -> list[tf.Variable]:
    """Returns the tf.Variable of each weight; see `is_weight`."""
    return [variable(weight) for weight in weights]


def layers_below(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """Returns a layer and every layer in it, however deep.

    A layer of Keras 2 is a tf.Module and knows its `submodules`; one of Keras
    3 is none, and knows the layers it holds by a private name alone.
    """
    if not _IS_KERAS_3:
        return [
            module
            for module in (layer, *layer.submodules)
            if isinstance(module, keras.layers.Layer)
        ]
    return list(layer._flatten_layers())


def calls(layer: keras.layers.Layer) -> list[tuple[Any, Any]]:
    """Returns the symbolic input and output of each call of a layer.

    Keras 2 counts its calls and is asked by number; Keras 3 keeps them under
    a private name alone.
    """
    if not _IS_KERAS_3:
        return [
            (layer.get_input_at(number), layer.get_output_at(number))
            for number in range(len(layer.inbound_nodes))
        ]
    return [
        (_one_or_all(node.input_tensors), _one_or_all(node.output_tensors))
        for node in layer._inbound_nodes
    ]


def modes(layer: keras.layers.Layer) -> list[bool | None]:
    """Returns of each call of a layer the `training` that it was called with.

    None is none, with which a layer works as the model around it does, as all
    do in Keras 3; see `CALLER_DECIDES_TRAINING`. The calls are in the order of
    `calls`.
    """
    if CALLER_DECIDES_TRAINING:
        return [None for _ in layer._inbound_nodes]
    return [node.call_kwargs.get("training") for node in layer.inbound_nodes]


def inputs(model: keras.Model) -> list[Any]:
    """Returns the symbolic inputs of a model; none of a subclassed one.

    One of Keras 2 says None of it, one of Keras 3 has no such attribute.
    """
    return list(getattr(model, "inputs", None) or [])


def outputs(model: keras.Model) -> dict[str, Any]:
    """Returns the symbolic outputs of a graph of layers, by their names.

    A Sequential model of Keras 3 has no names of its outputs: it has one, of
    its last layer.
    """
    if isinstance(model, keras.Sequential):
        return {model.layers[-1].name: model.outputs[0]}
    if isinstance(model.output, dict):
        return dict(model.output)
    return dict(zip(model.output_names, model.outputs, strict=True))


def last_layer(model: keras.Model) -> keras.layers.Layer | None:
    """Returns the layer that makes the first output of a graph of layers.

    None makes it where it is a function of tensors, such as a sum: Keras 2 has
    a layer of its own for that, Keras 3 an operation that is none.
    """
    if isinstance(model, keras.Sequential):
        return model.layers[-1]
    layers = {layer.name: layer for layer in model.layers}
    return layers.get(model.output_names[0])


def _one_or_all(tensors: Sequence[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else list(tensors)


def _weight_class() -> type:
    # The public name is new; Keras 2 has no class for it but TensorFlow's.
    return keras.Variable if _IS_KERAS_3 else tf.Variable
