"""Finds where a layer stands in the graph of a Keras model.

A layer is called once for every place that it has, and only some of them
belong to the model at hand.
"""

from typing import Any

import keras
import tensorflow as tf

from stylex_tf import keras_line


def input_inside(
    model: keras.Model, layer: keras.layers.Layer
) -> tf.Tensor | None:
    """Returns what the layer is given inside the model, symbolically."""
    return _call_inside(model, layer)[0]


def output_inside(
    model: keras.Model, layer: keras.layers.Layer
) -> tf.Tensor | None:
    """Returns what the layer puts out inside the model, symbolically."""
    return _call_inside(model, layer)[1]


def mode_inside(model: keras.Model, layer: keras.layers.Layer) -> bool | None:
    """Returns the `training` with which a model calls a layer, or None."""
    return _call_inside(model, layer)[2]


def _call_inside(
    model: keras.Model, layer: keras.layers.Layer
) -> tuple[Any, Any, bool | None]:
    calls = [
        (given, made, mode)
        for (given, made), mode in zip(
            keras_line.calls(layer), keras_line.modes(layer), strict=True
        )
    ]
    if len(calls) == 1:
        return calls[0]
    for given, made, mode in calls:
        try:
            keras.Model(model.inputs, made)
        except ValueError:
            continue  # Keras: not connected, so not of this model.
        return given, made, mode
    return None, None, None
