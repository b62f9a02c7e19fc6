"""Reads ONNX files, and computes their graphs by TensorFlow's operations.

So gradients reach the pixels, any number of images goes in at once, and nothing
of the file runs but the operations that `onnx_operations` lists.
"""

import pathlib
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf import message as protobuf

from stylex_tf import errors
from stylex_tf.classifiers import (
    network,
    onnx_messages,
    onnx_operations,
    onnx_tensors,
    other_files,
    outputs,
)

# A file of protobuf has no more.
_MAX_BYTES = 2 << 30
_OWN = ("", "ai.onnx")
_FLOATS = (np.float16, np.float32, np.float64)
_OTHERWISE = (
    "Another way: convert the file to a SavedModel (onnx2tf does), and give "
    "its folder"
)


class _Graph:
    """The nodes of a file, with their attributes and weights."""

    def __init__(self, graph: Any, folder: pathlib.Path):
        self.nodes = [
            (node, onnx_tensors.attributes(node)) for node in graph.node
        ]
        # The last size of each output, where it is known.
        self.widths = {
            tensor.name: [
                dim.dim_value for dim in tensor.type.tensor_type.shape.dim
            ][-1:]
            for tensor in graph.output
        }
        self.weights = {
            tensor.name: _weight(onnx_tensors.array(tensor, folder))
            for tensor in graph.initializer
        }

    @property
    def variables(self) -> tuple[tf.Variable, ...]:
        """Returns the weights that are learnt, and leaves shapes out."""
        return tuple(
            weight
            for weight in self.weights.values()
            if isinstance(weight, tf.Variable)
        )

    def run(self, name: str, images: tf.Tensor, wanted: str) -> tf.Tensor:
        """Computes the value called `wanted` from images called `name`."""
        values: dict[str, Any] = {
            # Not the variable itself: an operation may look at its shape.
            key: tf.convert_to_tensor(weight)
            if isinstance(weight, tf.Variable)
            else weight
            for key, weight in self.weights.items()
        }
        values[name] = images
        for node, attributes in self.nodes:
            if wanted in values:
                break
            try:
                inputs = [values[key] if key else None for key in node.input]
            except KeyError as error:
                raise errors.ClassifierError(
                    f"the ONNX node {node.name or node.op_type} reads {error}, "
                    "which nothing writes; the file is damaged"
                ) from error
            asked = {**attributes, "outputs": len(node.output)}
            if node.op_type == "Constant":
                asked = attributes
            result = onnx_operations.OPERATIONS[node.op_type](inputs, asked)
            many = isinstance(result, list)
            for key, value in zip(
                node.output, result if many else [result], strict=False
            ):
                values[key] = (
                    np.asarray(value)
                    if isinstance(value, np.generic)
                    else value
                )
        return values[wanted]


def read(path: pathlib.Path, *, output_name: str = "") -> network.Network:
    """Reads an ONNX file.

    Args:
        path: the file.
        output_name: the one of several outputs to explain.

    Raises:
        ClassifierError: it is damaged, has an operation that is not read, or
            does not map a batch of images to one score a class.
    """
    try:
        model = _parse(path)
        _check_operations(model)
        graph = _Graph(model.graph, path.parent)
        name, shape, first = _input(model.graph, set(graph.weights))
        output = _output_name(model.graph, output_name)
    except errors.ClassifierError as error:
        raise errors.ClassifierError(f"{path}: {error}") from error
    wanted, kind = _before_squashing(graph, output)

    def forward(pixels: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
        images = tf.transpose(pixels, [0, 3, 1, 2]) if first else pixels
        try:
            value = graph.run(name, images, wanted)
        except (
            ValueError,
            TypeError,
            LookupError,
            ArithmeticError,
            MemoryError,
            tf.errors.OpError,
        ) as error:
            if isinstance(error, errors.UserError):
                text = str(error)
            else:
                text = f"its layers do not fit each other ({error})"
            raise errors.ClassifierError(f"{path}: {text}") from error
        return value, []

    return network.Network(
        kind="onnx",
        forward=forward,
        input_shape=shape,
        output=kind,
        certain=wanted != output,
        variables=graph.variables,
    )


def _parse(path: pathlib.Path) -> Any:
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise errors.ClassifierError(
            f"{size:,} bytes; at most {_MAX_BYTES:,} are read"
        )
    model = onnx_messages.Model()
    try:
        model.ParseFromString(path.read_bytes())
    except (protobuf.DecodeError, OSError) as error:
        raise errors.ClassifierError(
            f"is damaged, or no ONNX file ({error}); copy it again"
        ) from error
    if not model.graph.node:
        raise errors.ClassifierError("is damaged, or no ONNX file: no layers")
    return model


def _check_operations(model: Any) -> None:
    unknown = sorted(
        {
            # A damaged name is bytes, where it is no text.
            str(node.op_type)
            if node.domain in _OWN
            else f"{node.domain}.{node.op_type}"
            for node in model.graph.node
            if node.domain not in _OWN
            or node.op_type not in onnx_operations.OPERATIONS
        }
    )
    if unknown:
        raise errors.ClassifierError(
            f"has operations that are not read: {', '.join(unknown)}. "
            f"{_OTHERWISE}"
        )


def _weight(array: np.ndarray) -> Any:
    """Makes a variable of a learnt weight, an array of a shape or number."""
    if array.dtype.type not in _FLOATS:
        return array
    if not array.ndim:
        return array.astype(np.float32)
    # Saved once in an export, however many signatures read it.
    return tf.Variable(
        array.astype(np.float32), trainable=False, name="onnx_weight"
    )


def _input(
    graph: Any, weights: set[str]
) -> tuple[str, tuple[int | None, int | None, int], bool]:
    """Returns the images' name and shape, and whether channels are first."""
    inputs = [value for value in graph.input if value.name not in weights]
    names = [value.name for value in inputs]
    if len(inputs) != 1:
        raise errors.ClassifierError(
            f"takes {names}; a classifier takes one input, the images"
        )
    tensor = inputs[0].type.tensor_type
    kind = onnx_tensors.dtype(tensor.elem_type)
    if kind is not np.float32:
        raise errors.ClassifierError(
            f"takes {names[0]} as {np.dtype(kind).name}; expected float32. "
            "Export it in float32"
        )
    sizes = [dimension.dim_value or None for dimension in tensor.shape.dim]
    channels_first = len(sizes) == 4 and sizes[1] in (1, 3)
    if len(sizes) != 4 or not (channels_first or sizes[3] in (1, 3)):
        raise errors.ClassifierError(
            f"takes {names[0]} of shape {sizes}; a classifier takes "
            "[N, channels, height, width], of 1 or 3 channels"
        )
    if sizes[0] is not None:
        raise errors.ClassifierError(
            f"takes {sizes[0]} image(s) at once and no other number; export it "
            f"with a free first dimension: {other_files.TORCH_EXPORT}"
        )
    if channels_first:
        return names[0], (sizes[2], sizes[3], int(sizes[1] or 0)), True
    return names[0], (sizes[1], sizes[2], int(sizes[3] or 0)), False


def _output_name(graph: Any, asked: str) -> str:
    names = [tensor.name for tensor in graph.output]
    if not names:
        raise errors.ClassifierError("puts out nothing; the file is damaged")
    return outputs.choose(names, asked, "the graph")


def _before_squashing(graph: _Graph, output: str) -> tuple[str, str | None]:
    """Returns what goes into a last softmax or sigmoid, and what it is.

    Near 0 and 1 the probabilities have lost the digits and the gradient that
    the logits have. Several sigmoids are tags: they stay, and are refused.
    """
    for node, attributes in reversed(graph.nodes):
        if output not in node.output:
            continue
        if node.op_type in ("Softmax", "LogSoftmax"):
            if attributes.get("axis", -1) in (1, -1):
                return node.input[0], "logits"
        if node.op_type == "Sigmoid":
            if graph.widths.get(output) == [1]:
                return node.input[0], "logits"
            return output, "probabilities"
        if node.op_type == "Identity":
            return _before_squashing(graph, node.input[0])
    known = output if output in outputs.KNOWN else None
    return output, known
