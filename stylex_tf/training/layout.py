"""Names every number of a state by the way to it through our own modules.

`networks/encoder/trunk/residual_blocks/0/conv0/kernel` says nothing of how
Keras calls, counts or tracks its objects, so that each version of Keras reads
the checkpoints of the other.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf

from stylex_tf import keras_line


def named(value: Any) -> Any:
    """Returns the variables of a value, nested by name.

    Args:
        value: a layer, a mapping or list of layers, or a weight.

    Returns:
        A tf.Variable of a weight; otherwise a dictionary, without what has no
        weights. The places in a list are names too. A layer's weights stand
        before those of the layers in it, a model's behind, and a dictionary
        is sorted: the order in which Keras 2 counts them, and checkpoints of
        earlier versions the slots of optimizers.

    Raises:
        ValueError: a layer trains a weight that has no name.
    """
    if keras_line.is_weight(value):
        return keras_line.variable(value)
    if isinstance(value, keras.layers.Layer):
        parts = sorted(
            # Keras keeps lists of everything in attributes of its own.
            (item for item in vars(value).items() if item[0][0] != "_"),
            key=lambda item: (
                keras_line.is_weight(item[1]) == isinstance(value, keras.Model)
            ),
        )
        nested = _all(dict(parts))
        _check_whole(value, nested)
        return nested
    if isinstance(value, Mapping):
        return _all(dict(sorted(value.items())))
    if isinstance(value, list | tuple):
        return _all({str(place): part for place, part in enumerate(value)})
    return {}


def flat(nested: Any, path: str = "") -> Iterator[tuple[str, tf.Variable]]:
    """Yields the name of every variable, and the variable.

    Args:
        nested: what `named` returned.
        path: begins each name.
    """
    if isinstance(nested, tf.Variable):
        yield path, nested
        return
    for name, part in nested.items():
        yield from flat(part, f"{path}/{name}" if path else name)


def _all(parts: Mapping[str, Any]) -> dict[str, Any]:
    nested = {str(name): named(part) for name, part in parts.items()}
    return {
        name: part
        for name, part in nested.items()
        if isinstance(part, tf.Variable) or part
    }


def _check_whole(layer: keras.layers.Layer, nested: Mapping[str, Any]) -> None:
    have = {id(variable) for _, variable in flat(nested)}
    missing = [
        variable.name
        for variable in keras_line.variables(layer.trainable_variables)
        if id(variable) not in have
    ]
    if missing:
        raise ValueError(
            f"{layer.name} trains {missing}, which no public attribute of its "
            "leads to: a checkpoint would lack them"
        )
