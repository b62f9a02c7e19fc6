"""Computes ONNX's operations on numbers and shapes in TensorFlow.

https://onnx.ai/onnx/operators says what each computes. What depends on a
version of ONNX is read from the inputs: axes were attributes, and are inputs.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import errors
from stylex_tf.classifiers import onnx_layers, onnx_tensors
from stylex_tf.classifiers.onnx_layers import Attributes, Operation


def _elementwise(function: Callable[..., Any]) -> Operation:
    return lambda x, a: function(*x)


def _fold(function: Callable[[Any, Any], Any]) -> Operation:
    def run(x: Sequence[Any], a: Attributes) -> Any:
        folded = x[0]
        for other in x[1:]:
            folded = function(folded, other)
        return folded

    return run


def _divide(x: Any, y: Any) -> Any:
    if isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
        if np.issubdtype(x.dtype, np.integer):
            return np.trunc(x / y).astype(x.dtype)
    x = tf.convert_to_tensor(x)
    if x.dtype.is_integer:
        # Towards 0, as in C.
        return tf.cast(tf.truncatediv(x, y), x.dtype)
    return x / y


def _clip(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    low, high = [
        x[place] if len(x) > place and x[place] is not None else a.get(name)
        for place, name in ((1, "min"), (2, "max"))
    ]
    y = x[0] if low is None else tf.maximum(x[0], low)
    return y if high is None else tf.minimum(y, high)


def _gelu(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    return tf.nn.gelu(x[0], approximate=a.get("approximate", "") == "tanh")


def _hard_sigmoid(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    y = a.get("alpha", 0.2) * x[0] + a.get("beta", 0.5)
    return tf.clip_by_value(y, 0.0, 1.0)


def _elu(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    alpha = a.get("alpha", 1.0)
    return tf.where(x[0] > 0, x[0], alpha * tf.math.expm1(tf.minimum(x[0], 0)))


def _prelu(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    return tf.maximum(x[0], 0) + x[1] * tf.minimum(x[0], 0)


def _cast(x: Sequence[Any], a: Attributes) -> Any:
    kind = onnx_tensors.dtype(a["to"])
    known = tf.get_static_value(x[0])
    return tf.cast(x[0], kind) if known is None else known.astype(kind)


def _constant(x: Sequence[Any], a: Attributes) -> np.ndarray:
    (name, value), *others = a.items()
    if others:
        raise errors.ClassifierError(f"a Constant has {sorted(a)}; expected 1")
    kinds: dict[str, Any] = {"value_int": np.int64, "value_ints": np.int64}
    kinds |= {"value_float": np.float32, "value_floats": np.float32}
    return np.asarray(value, kinds.get(name))


def _constant_of_shape(x: Sequence[Any], a: Attributes) -> Any:
    value = a.get("value", np.zeros([1], np.float32))[0]
    known = tf.get_static_value(x[0])
    return tf.fill(x[0], value) if known is None else np.full(known, value)


def _shape(x: Sequence[Any], a: Attributes) -> Any:
    shape = tf.TensorShape(x[0].shape)
    part = slice(a.get("start", 0), a.get("end"))
    if shape.is_fully_defined():
        return np.array(shape.as_list()[part], np.int64)
    dynamic = tf.shape(x[0], tf.int64)
    sizes = [
        dynamic[axis] if size is None else np.int64(size)
        for axis, size in enumerate(shape)
    ]
    return tf.stack(sizes[part])


def _parts(shape: Any) -> list[Any] | None:
    """Returns the numbers that `_shape` packed, where they are known."""
    if isinstance(shape, np.ndarray) or tf.executing_eagerly():
        return None
    if shape.op.type != "Pack" or shape.shape.rank != 1:
        return None
    known = [tf.get_static_value(part) for part in shape.op.inputs]
    return [
        part if value is None else np.asarray(value)
        for part, value in zip(shape.op.inputs, known, strict=True)
    ]


def _gather(x: Sequence[Any], a: Attributes) -> Any:
    axis = a.get("axis", 0)
    known = [tf.get_static_value(value) for value in x]
    if all(value is not None for value in known):
        return np.take(known[0], known[1], axis=axis)
    sizes = _parts(x[0])
    if sizes and known[1] is not None and known[1].ndim == 0:
        return sizes[int(known[1])]
    indices = tf.convert_to_tensor(x[1])
    indices = tf.where(
        indices < 0,
        indices + tf.shape(x[0], indices.dtype)[axis],
        indices,
    )
    return tf.gather(x[0], indices, axis=axis)


def _axes(x: Sequence[Any], a: Attributes) -> list[int] | None:
    """Reads the attribute `axes`, or the second input that it became."""
    if len(x) > 1 and x[1] is not None:
        return [int(n) for n in _static(x[1], "axes").reshape(-1)]
    return a.get("axes")


def _unsqueeze(x: Sequence[Any], a: Attributes) -> Any:
    y, axes = x[0], _axes(x, a) or []
    rank = len(np.shape(y)) if isinstance(y, np.ndarray) else y.shape.rank
    for axis in sorted(axis % (rank + len(axes)) for axis in axes):
        expand = np.expand_dims if isinstance(y, np.ndarray) else tf.expand_dims
        y = expand(y, axis)
    return y


def _squeeze(x: Sequence[Any], a: Attributes) -> Any:
    if isinstance(x[0], np.ndarray):
        axes = _axes(x, a)
        return np.squeeze(x[0], None if axes is None else tuple(axes))
    return tf.squeeze(x[0], _axes(x, a))


def _concat(x: Sequence[Any], a: Attributes) -> Any:
    if all(isinstance(value, np.ndarray) for value in x):
        return np.concatenate(x, axis=a["axis"])
    return tf.concat(x, axis=a["axis"])


def _reshape(x: Sequence[Any], a: Attributes) -> Any:
    shape = x[1] if len(x) > 1 else np.array(a["shape"], np.int64)
    known = tf.get_static_value(shape)
    if known is not None and not a.get("allowzero", 0):
        # 0 is as long as it was.
        sizes = [
            int(n) if n else _size(x[0], axis) for axis, n in enumerate(known)
        ]
        if isinstance(x[0], np.ndarray):
            return np.reshape(x[0], sizes)
        return tf.reshape(x[0], sizes)
    return tf.reshape(x[0], shape)


def _size(x: Any, axis: int) -> Any:
    known = x.shape[axis]
    return tf.shape(x)[axis] if known is None else known


def _flatten(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    rank = x[0].shape.rank
    axis = a.get("axis", 1)
    axis = axis if axis >= 0 else axis + rank
    after = x[0].shape[axis:]
    if after.is_fully_defined():
        return tf.reshape(x[0], [-1, after.num_elements()])
    first = tf.reduce_prod(tf.shape(x[0])[:axis])
    return tf.reshape(x[0], tf.stack([first, -1]))


def _transpose(x: Sequence[Any], a: Attributes) -> Any:
    if isinstance(x[0], np.ndarray):
        return np.transpose(x[0], a.get("perm"))
    return tf.transpose(x[0], a.get("perm"))


def _slice(x: Sequence[Any], a: Attributes) -> Any:
    def numbers(place: int, name: str) -> list[int] | None:
        if len(x) > place and x[place] is not None:
            return [int(n) for n in _static(x[place], name)]
        return a.get(name)

    starts, ends = numbers(1, "starts") or [], numbers(2, "ends") or []
    axes = numbers(3, "axes") or list(range(len(starts)))
    steps = numbers(4, "steps") or [1] * len(starts)
    chosen = [slice(None)] * len(tf.TensorShape(x[0].shape))
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        # The beginning, and more, is no end that Python has.
        stop = None if step < 0 and end < -(2**31) else _bounded(end)
        chosen[axis] = slice(_bounded(start), stop, step)
    sizes = _parts(x[0])
    if sizes:
        sizes = sizes[chosen[0]]
        known = all(isinstance(size, np.ndarray) for size in sizes)
        return np.stack(sizes) if known else tf.stack(sizes)
    return x[0][tuple(chosen)]


def _bounded(number: int) -> int:
    """Bounds an index: ONNX says "the end" by the largest number."""
    return max(min(number, 2**31 - 1), -(2**31) + 1)


def _split(x: Sequence[Any], a: Attributes) -> list[Any]:
    axis = a.get("axis", 0)
    if len(x) > 1 and x[1] is not None:
        return tf.split(x[0], _static(x[1], "split").tolist(), axis=axis)
    if "split" in a:
        return tf.split(x[0], a["split"], axis=axis)
    size, count = x[0].shape[axis], a["outputs"]
    each = math.ceil(size / count)
    sizes = [each] * (count - 1)
    return tf.split(x[0], [*sizes, size - sum(sizes)], axis=axis)


def _pad(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    pads = _static(x[1], "pads").tolist() if len(x) > 1 else a["pads"]
    rank = x[0].shape.rank
    axes = [int(n) for n in x[3]] if len(x) > 3 else list(range(rank))
    widths = [[0, 0] for _ in range(rank)]
    for place, axis in enumerate(axes):
        widths[axis] = [pads[place], pads[place + len(axes)]]
    mode = a.get("mode", "constant")
    if mode not in ("constant", "reflect"):
        raise errors.ClassifierError(
            f"Pad has the mode {mode!r}; expected constant or reflect"
        )
    value = a.get("value", 0.0)
    if len(x) > 2 and x[2] is not None:
        value = _static(x[2], "value").item()
    return tf.pad(x[0], widths, mode, constant_values=value)


def _expand(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    shape = tf.broadcast_dynamic_shape(
        tf.shape(x[0], tf.int64), tf.cast(x[1], tf.int64)
    )
    return tf.broadcast_to(x[0], shape)


def _reduce(function: Callable[..., tf.Tensor]) -> Operation:
    def run(x: Sequence[Any], a: Attributes) -> tf.Tensor:
        axes = _axes(x, a)
        if not axes and a.get("noop_with_empty_axes", 0):
            return x[0]
        return function(
            x[0], axis=axes or None, keepdims=bool(a.get("keepdims", 1))
        )

    return run


def _softmax(function: Callable[..., tf.Tensor]) -> Operation:
    return lambda x, a: function(x[0], axis=a.get("axis", -1))


def _static(value: Any, name: str) -> np.ndarray:
    known = tf.get_static_value(value)
    if known is None:
        raise errors.ClassifierError(
            f"the {name} of a layer depend on the images; expected numbers. "
            "Export the model for images of one size"
        )
    return known


OPERATIONS: dict[str, Operation] = {
    **onnx_layers.OPERATIONS,
    "Abs": _elementwise(tf.abs),
    "Add": _elementwise(lambda x, y: x + y),
    "Cast": _cast,
    "Clip": _clip,
    "Concat": _concat,
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Div": _elementwise(_divide),
    "Dropout": lambda x, a: x[0],
    "Elu": _elu,
    "Equal": _elementwise(lambda x, y: tf.equal(x, y)),
    "Erf": _elementwise(tf.math.erf),
    "Exp": _elementwise(tf.exp),
    "Expand": _expand,
    "Flatten": _flatten,
    "Gather": _gather,
    "Gelu": _gelu,
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": lambda x, a: (
        x[0] * tf.clip_by_value(x[0] / 6.0 + 0.5, 0.0, 1.0)
    ),
    "Identity": lambda x, a: x[0],
    "LeakyRelu": lambda x, a: tf.nn.leaky_relu(x[0], a.get("alpha", 0.01)),
    "Log": _elementwise(tf.math.log),
    "LogSoftmax": _softmax(tf.nn.log_softmax),
    "Max": _fold(tf.maximum),
    "Min": _fold(tf.minimum),
    "Mod": _elementwise(lambda x, y: x % y),
    "Mul": _elementwise(lambda x, y: x * y),
    "Neg": _elementwise(tf.negative),
    "PRelu": _prelu,
    "Pad": _pad,
    "Pow": _elementwise(lambda x, y: tf.pow(x, tf.cast(y, x.dtype))),
    "Reciprocal": _elementwise(tf.math.reciprocal),
    "ReduceMax": _reduce(tf.reduce_max),
    "ReduceMean": _reduce(tf.reduce_mean),
    "ReduceSum": _reduce(tf.reduce_sum),
    "Relu": _elementwise(tf.nn.relu),
    "Reshape": _reshape,
    "Shape": _shape,
    "Sigmoid": _elementwise(tf.sigmoid),
    "Slice": _slice,
    "Softmax": _softmax(tf.nn.softmax),
    "Softplus": _elementwise(tf.math.softplus),
    "Split": _split,
    "Sqrt": _elementwise(tf.sqrt),
    "Squeeze": _squeeze,
    "Sub": _elementwise(lambda x, y: x - y),
    "Sum": _fold(lambda x, y: x + y),
    "Tanh": _elementwise(tf.tanh),
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
    "Where": _elementwise(tf.where),
}
"""By ONNX's names; each takes its inputs and its attributes."""
