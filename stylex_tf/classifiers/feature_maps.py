"""Finds the feature maps of a Keras classifier, for perceptual distances."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from stylex_tf import keras_line
from stylex_tf.classifiers import layer_nodes, network

# The layers whose outputs are features. Padding and pooling only move them,
# and a normalisation is followed by its activation.
_FEATURE_LAYERS = (
    keras.layers.Conv2D,
    keras.layers.DepthwiseConv2D,
    keras.layers.SeparableConv2D,
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.ELU,
    keras.layers.Add,
    keras.layers.Concatenate,
)


def with_features(model: keras.Model) -> network.Forward:
    """Returns pixels -> (output, feature maps), in one forward pass.

    The maps are the last convolution or activation of each spatial
    resolution, finest first. A model inside the model (the backbone of
    transfer learning) is looked into. A subclassed model has no graph of
    layers, and so no maps.
    """
    if not keras_line.inputs(model):
        return lambda pixels: (model(pixels, training=False), [])
    forward = _with_all_features(model, training=False)

    def forward_with_last_of_each_resolution(pixels):
        output, maps = forward(pixels)
        last = {tuple(m.shape[1:3]): m for m in maps if m.shape[1:3] != (1, 1)}
        return output, sorted(last.values(), key=lambda m: -m.shape[1])

    return forward_with_last_of_each_resolution


def _with_all_features(model: keras.Model, training: bool) -> network.Forward:
    """Returns pixels -> (output, every feature map in order).

    Args:
        model: a graph of layers.
        training: whether it works as in training, as a model inside another
            does that calls it so.
    """
    for layer in model.layers:
        if isinstance(layer, keras.Model) and _has_features(layer):
            forward = _through_backbone(model, layer, training)
            if forward is not None:
                return forward
    tensors = _feature_tensors(model, model.layers)
    return _evaluate(model.inputs, [model.outputs[0], *tensors], training)


def _through_backbone(
    model: keras.Model, backbone: keras.Model, training: bool
) -> network.Forward | None:
    """Evaluates in three pieces; None if a connection bypasses the backbone."""
    place = model.layers.index(backbone)
    above = _feature_tensors(model, model.layers[:place])
    below = _feature_tensors(model, model.layers[place + 1 :])
    start = layer_nodes.input_inside(model, backbone)
    end = layer_nodes.output_inside(model, backbone)
    mode = layer_nodes.mode_inside(model, backbone)
    inside = _with_all_features(backbone, training if mode is None else mode)
    try:
        before = _evaluate(model.inputs, [start, *above], training)
        after = _evaluate(end, [model.outputs[0], *below], training)
    except ValueError:
        return None  # Keras: "Graph disconnected".

    def forward(pixels):
        x, maps_before = before(pixels)
        x, maps_inside = inside(x)
        output, maps_after = after(x)
        return output, [*maps_before, *maps_inside, *maps_after]

    return forward


def _feature_tensors(
    model: keras.Model, layers: Sequence[keras.layers.Layer]
) -> list[tf.Tensor]:
    """Returns the symbolic feature maps that these layers put out."""
    tensors = [
        layer_nodes.output_inside(model, layer)
        for layer in layers
        if isinstance(layer, _FEATURE_LAYERS)
    ]
    return [t for t in tensors if t is not None and len(t.shape) == 4]


def _has_features(model: keras.Model) -> bool:
    return bool(keras_line.inputs(model)) and any(
        isinstance(layer, _FEATURE_LAYERS)
        or (isinstance(layer, keras.Model) and _has_features(layer))
        for layer in model.layers
    )


def _evaluate(
    inputs, outputs: list[tf.Tensor], training: bool
) -> network.Forward:
    """Returns inputs -> (first output, the others)."""
    if outputs[0] is inputs:
        return lambda pixels: (pixels, [])  # Keras makes no empty graph.
    graph = keras.Model(inputs, outputs)

    def forward(pixels):
        # Keras returns a single output bare.
        first, *others = tf.nest.flatten(graph(pixels, training=training))
        return first, others

    return forward
