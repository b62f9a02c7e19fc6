"""ONNX files that a test makes, of a few layers each."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stylex_tf.classifiers import onnx_messages

_KINDS = {"float32": 1, "int64": 7, "float16": 10, "float64": 11}
_FIRST = ("n", 3, 8, 8)


def node(
    kind: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    **attributes: Any,
) -> tuple:
    """Returns a layer for `model`."""
    return kind, inputs, outputs, attributes


def model(
    nodes: Sequence[tuple],
    *,
    weights: Mapping[str, np.ndarray] | None = None,
    shape: Sequence[int | str] = _FIRST,
    outputs: Mapping[str, Sequence[int | str]] | None = None,
) -> Any:
    """Returns the message of a whole file; its input is called "x".

    Args:
        nodes: of `node`, in their order.
        weights: by name.
        shape: of the input; text is any size.
        outputs: their shapes by name; by default "y", two classes.
    """
    made = onnx_messages.Model(ir_version=8)
    made.opset_import.add(domain="", version=17)
    _describe(made.graph.input.add(name="x"), shape)
    for name, sizes in (outputs or {"y": ("n", 2)}).items():
        _describe(made.graph.output.add(name=name), sizes)
    for name, array in (weights or {}).items():
        fill(made.graph.initializer.add(name=name), array)
    for kind, read, written, attributes in nodes:
        operation = made.graph.node.add(
            op_type=kind, input=read, output=written
        )
        for name, value in attributes.items():
            _set(operation.attribute.add(name=name), value)
    return made


def write(path: pathlib.Path, made: Any) -> pathlib.Path:
    """Writes a file; returns its path."""
    path.write_bytes(made.SerializeToString())
    return path


def fill(tensor: Any, array: np.ndarray) -> None:
    """Puts numbers into a tensor's message."""
    array = np.asarray(array)
    tensor.data_type = _KINDS[array.dtype.name]
    tensor.dims.extend(array.shape)
    tensor.raw_data = array.tobytes()


def _describe(value: Any, shape: Sequence[int | str]) -> None:
    value.type.tensor_type.elem_type = 1
    for size in shape:
        dim = value.type.tensor_type.shape.dim.add()
        if isinstance(size, str):
            dim.dim_param = size
        else:
            dim.dim_value = size


def _set(attribute: Any, value: Any) -> None:
    if isinstance(value, float):
        attribute.type, attribute.f = 1, value
    elif isinstance(value, int):
        attribute.type, attribute.i = 2, value
    elif isinstance(value, str):
        attribute.type, attribute.s = 3, value.encode()
    elif isinstance(value, np.ndarray):
        attribute.type = 4
        fill(attribute.t, value)
    elif isinstance(value[0], float):
        attribute.type = 6
        attribute.floats.extend(value)
    else:
        attribute.type = 7
        attribute.ints.extend(value)
