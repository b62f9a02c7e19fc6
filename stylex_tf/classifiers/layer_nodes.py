"""Finds where a layer stands in the graph of a Keras model.

A layer has a node for every place it was called at, and only some of them
belong to the model at hand.
"""

import keras
import tensorflow as tf


def input_inside(
    model: keras.Model, layer: keras.layers.Layer
) -> tf.Tensor | None:
    """Returns what the layer is given inside the model, symbolically."""
    node = _node_inside(model, layer)
    return None if node is None else layer.get_input_at(node)


def output_inside(
    model: keras.Model, layer: keras.layers.Layer
) -> tf.Tensor | None:
    """Returns what the layer puts out inside the model, symbolically."""
    node = _node_inside(model, layer)
    return None if node is None else layer.get_output_at(node)


def _node_inside(model: keras.Model, layer: keras.layers.Layer) -> int | None:
    nodes = len(layer.inbound_nodes)
    if nodes == 1:
        return 0
    for node in range(nodes):
        try:
            keras.Model(model.inputs, layer.get_output_at(node))
        except ValueError:
            continue  # Keras: "Graph disconnected", so not of this model.
        return node
    return None
