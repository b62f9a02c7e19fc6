"""Turns the REST API's requests into arrays, and arrays into its answers.

In the row format `instances` holds one value an example, and `predictions`
answers; in the column format `inputs` holds whole tensors, and `outputs` does.
"""

import base64
import dataclasses
import itertools
import json
from collections.abc import Mapping
from typing import Any

import grpc
import numpy as np
import tensorflow as tf

from serving.model_server import errors, json_body, servable, tensor_proto

# An output whose name ends so holds bytes, which JSON cannot hold.
_BYTES_SUFFIX = "_bytes"
# Lists in lists: what numpy can hold.
_MAX_DEPTH = 32
# Binary digits of a floating point number.
_DIGITS = {tf.float16: 11, tf.bfloat16: 8, tf.float32: 24, tf.float64: 53}


@dataclasses.dataclass(frozen=True)
class Body:
    """The body of a predict request, parsed as far as JSON goes."""

    signature_name: str
    rows: bool
    content: Any


def parse(body: bytes) -> Body:
    """Parses the body of a predict request.

    Raises:
        ServingError: it is not JSON, or not a request.
    """
    document = json_body.parse(body)
    name = json_body.signature_name(document)
    if "instances" in document and "inputs" in document:
        raise _invalid(
            "Not formatted correctly expecting only one of 'inputs' or "
            "'instances' keys to exist"
        )
    if "inputs" in document:
        return Body(name, rows=False, content=document["inputs"])
    if "instances" not in document:
        raise _invalid("Missing 'inputs' or 'instances' key")
    instances = document["instances"]
    if not isinstance(instances, list):
        raise _invalid("Expecting 'instances' to be an list/array")
    if not instances:
        raise _invalid("No values in 'instances' array")
    return Body(name, rows=True, content=instances)


def to_arrays(
    body: Body, signature: servable.Signature
) -> dict[str, np.ndarray]:
    """Makes a request's arrays, as its signature wants them.

    Raises:
        ServingError: something is missing, too much, or of another kind.
    """
    columns = (
        _columns_of_rows(body.content, signature)
        if body.rows
        else _columns(body.content, signature)
    )
    return {
        name: _dense(column, name, signature.inputs[name])
        for name, column in columns.items()
    }


def from_arrays(arrays: Mapping[str, np.ndarray], *, rows: bool) -> bytes:
    """Writes the body of the answer to a request in the same format.

    Raises:
        ServingError: the outputs are not one row an example, or one is text
            that is not UTF-8.
    """
    columns = {name: _plain(name, array) for name, array in arrays.items()}
    if not rows:
        return _dump("outputs", _unnamed(columns))
    sizes = {
        name: array.shape[0] if array.ndim else None
        for name, array in arrays.items()
    }
    if None in sizes.values() or len(set(sizes.values())) > 1:
        raise errors.ServingError(
            grpc.StatusCode.INVALID_ARGUMENT,
            f"the outputs have no common batch size: {sizes}; ask with "
            "'inputs' in place of 'instances'",
        )
    if len(columns) == 1:
        return _dump("predictions", _unnamed(columns))
    return _dump(
        "predictions",
        [
            dict(zip(columns, row, strict=True))
            for row in zip(*columns.values(), strict=True)
        ],
    )


def _columns_of_rows(
    instances: list[Any], signature: servable.Signature
) -> dict[str, list[Any]]:
    names = set(signature.inputs)
    if not _is_object(instances[0]):
        if len(names) != 1:
            raise _invalid(
                "instances is a plain list, but expecting list of objects as "
                f"multiple input tensors required: {', '.join(sorted(names))}"
            )
        (only,) = names
        return {only: instances}
    for i, instance in enumerate(instances):
        if not _is_object(instance):
            raise _invalid(
                f"Expecting object but got list at item {i} of input list"
            )
        if set(instance) != names:
            raise _invalid(
                f"Failed to process element: {i} of 'instances' list. JSON "
                f"object: has keys {json_body.shown(sorted(instance))}, keys "
                f"must be equal to: {','.join(sorted(names))}"
            )
    return {name: [row[name] for row in instances] for name in names}


def _columns(content: Any, signature: servable.Signature) -> dict[str, Any]:
    names = set(signature.inputs)
    if not _is_object(content):
        if len(names) != 1:
            raise _invalid(
                "inputs is a plain value/list, but expecting an object as "
                f"multiple input tensors required: {', '.join(sorted(names))}"
            )
        (only,) = names
        return {only: content}
    missing, extra = names - set(content), set(content) - names
    if missing or extra:
        raise _invalid(
            f"Missing named input: {','.join(sorted(missing)) or 'none'} in "
            f"'inputs' object; not named in the signature: "
            f"{json_body.shown(sorted(extra)) if extra else 'none'}"
        )
    return content


def _is_object(value: Any) -> bool:
    """Says whether a value is an object; {"b64": ...} stands for a string."""
    return isinstance(value, dict) and not json_body.is_base64(value)


def _dense(value: Any, name: str, spec: servable.TensorSpec) -> np.ndarray:
    """Makes an array of nested lists, level by level: none may be ragged."""
    shape: list[int] = []
    level = [value]
    while level and isinstance(level[0], list):
        size = len(level[0])
        if len(shape) == _MAX_DEPTH:
            raise _invalid(f"input {name} has more than {_MAX_DEPTH} levels")
        if not all(isinstance(v, list) and len(v) == size for v in level):
            raise _invalid(
                f"input {name}: Encountered list at unexpected size at level "
                f"{len(shape)}; expected size: {size} everywhere"
            )
        shape.append(size)
        level = list(itertools.chain.from_iterable(level))
    tensor_proto.check_shape(tuple(shape), name, spec)
    return _leaves(level, name, spec.dtype).reshape(shape)


def _leaves(values: list[Any], name: str, dtype: tf.DType) -> np.ndarray:
    if dtype == tf.string:
        array = np.empty(len(values), object)
        array[:] = [
            json_body.to_bytes(value, f"input {name}") for value in values
        ]
        return array
    if dtype == tf.bool:
        wanted: set[type] = {bool}
    elif dtype in _DIGITS:
        wanted = {int, float}
    elif dtype.is_integer:
        wanted = {int}
    else:
        raise errors.ServingError(
            grpc.StatusCode.UNIMPLEMENTED,
            f"input {name}: JSON has no values of type {dtype.name}",
        )
    # The exact types: to Python, true is an int.
    if not set(map(type, values)) <= wanted:
        wrong = next(v for v in values if type(v) not in wanted)
        raise _invalid(
            f"input {name}: JSON Value: {json_body.shown(wrong)} is not of "
            f"expected type: {dtype.name}"
        )
    if dtype != tf.bool:
        _check_range(values, name, dtype)
    return np.array(values, dtype.as_numpy_dtype)


def _check_range(values: list[Any], name: str, dtype: tf.DType) -> None:
    """Raises ServingError for a number that the type would change."""
    if dtype.is_integer:
        low, high = dtype.min, dtype.max
        lossy = [v for v in values if not low <= v <= high]
    else:
        whole, largest = 2 ** _DIGITS[dtype], float(dtype.max)
        infinite = (float("inf"), float("-inf"))
        lossy = [
            v
            for v in values
            if (abs(v) > whole if type(v) is int else abs(v) > largest)
            and v not in infinite
        ]
    if lossy:
        raise _invalid(
            f"input {name}: Cannot convert JSON value: "
            f"{json_body.shown(lossy[0])} to {dtype.name} without loss of "
            "precision."
        )


def _plain(name: str, array: np.ndarray) -> Any:
    """Returns nested lists that json can write."""
    if array.dtype == object:
        texts = np.empty(array.size, object)
        texts[:] = [_text(name, value) for value in array.flat]
        return texts.reshape(array.shape).tolist()
    if array.dtype == tf.bfloat16.as_numpy_dtype:
        array = array.astype(np.float32)
    if array.dtype.kind not in "biuf":
        raise errors.ServingError(
            grpc.StatusCode.UNIMPLEMENTED,
            f"output {name}: JSON has no values of type {array.dtype}",
        )
    if array.dtype in (np.float16, np.float32):
        # By way of the shortest text, or 0.2 would be 0.20000000298.
        array = array.astype(str).astype(np.float64)
    return array.tolist()


def _text(name: str, value: bytes) -> Any:
    if name.endswith(_BYTES_SUFFIX):
        return {"b64": base64.b64encode(value).decode()}
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        raise errors.ServingError(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"output {name} holds bytes that are not UTF-8, and its name does "
            f"not end in {_BYTES_SUFFIX}: ask for it by gRPC",
        ) from error


def _unnamed(columns: dict[str, Any]) -> Any:
    return next(iter(columns.values())) if len(columns) == 1 else columns


def _dump(key: str, value: Any) -> bytes:
    return json.dumps({key: value}).encode()


def _invalid(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)
