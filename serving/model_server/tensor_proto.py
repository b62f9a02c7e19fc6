"""Turns TensorProtos into arrays, within bounds, and arrays into TensorProtos.

A TensorProto of 22 bytes may declare a tensor of 1.6 GB, all of one value. So
what is declared is held against the signature and the bound before anything
of that size is made.
"""

import math

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from serving.model_server import errors, servable

# What numpy can hold.
_MAX_RANK = 32
# A string costs TensorFlow this much before its first character.
_STRING_BYTES = 24

# The field that holds values of a type.
_FIELDS = {
    tf.float32: "float_val",
    tf.float64: "double_val",
    tf.int64: "int64_val",
    tf.uint64: "uint64_val",
    tf.uint32: "uint32_val",
    tf.bool: "bool_val",
    tf.string: "string_val",
    tf.float16: "half_val",
    tf.bfloat16: "half_val",
    tf.complex64: "scomplex_val",
    tf.complex128: "dcomplex_val",
} | dict.fromkeys((tf.int8, tf.int16, tf.int32, tf.uint8, tf.uint16), "int_val")


def needed_bytes(
    proto: tensor_pb2.TensorProto,
    name: str,
    spec: servable.TensorSpec,
    max_bytes: int,
) -> int:
    """Returns how large the array is that a TensorProto stands for.

    Args:
        proto: from a client, who may mean harm.
        name: the name of the input, for the message of an error.
        spec: what the signature says of it.
        max_bytes: how large the array may be; a string counts its characters
            and what TensorFlow adds to them.

    Raises:
        ServingError: it is not of the dtype or the shape, or too large.
    """
    if proto.dtype != spec.dtype.as_datatype_enum:
        raise _invalid(
            f"input {name} has dtype {_dtype_name(proto.dtype)}; expected "
            f"{spec.dtype.name}"
        )
    shape = _shape(proto, name)
    check_shape(shape, name, spec)
    needed = _size(proto, shape, name, spec)
    if needed > max_bytes:
        raise errors.ServingError(
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            f"input {name} of shape {list(shape)} takes {needed:,} bytes; "
            f"expected at most {max_bytes:,}",
        )
    return needed


def to_array(
    proto: tensor_pb2.TensorProto, name: str, spec: servable.TensorSpec
) -> np.ndarray:
    """Returns the array that a TensorProto stands for.

    Args:
        proto: one whose `needed_bytes` have been found to fit.
        name: the name of the input, for the message of an error.
        spec: what the signature says of it.

    Raises:
        ServingError: its values are not those that it declares.
    """
    shape = _shape(proto, name)
    if spec.dtype != tf.string:
        _check_count(proto, shape, name, spec)
    elif not proto.string_val:
        # TensorFlow would fill them with "", which is no bytes.
        return np.full(shape, b"", object)
    try:
        return tf.make_ndarray(proto).reshape(shape)
    except (TypeError, ValueError) as error:
        raise _invalid(f"tensor parsing error: {name}: {error}") from error


def from_array(array: np.ndarray) -> tensor_pb2.TensorProto:
    """Makes a TensorProto with its values in the field of their type.

    The real server fills those fields, and clients read them, although
    `tensor_content` would be quicker.

    Args:
        array: numbers, or bytes as objects.
    """
    dtype = tf.as_dtype(array.dtype)
    field = _FIELDS.get(dtype)
    if field is None:
        return tf.make_tensor_proto(array)
    proto = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum)
    # Also where there are no dimensions.
    proto.tensor_shape.SetInParent()
    for size in array.shape:
        proto.tensor_shape.dim.add(size=size)
    values = array.ravel()
    if field == "half_val":
        values = values.view(np.uint16)
    elif dtype.is_complex:
        values = values.view(dtype.real_dtype.as_numpy_dtype)
    getattr(proto, field).extend(values.tolist())
    return proto


def check_shape(
    shape: tuple[int, ...], name: str, spec: servable.TensorSpec
) -> None:
    """Raises ServingError unless the signature takes this shape."""
    if spec.shape is None:
        return
    fits = len(shape) == len(spec.shape) and all(
        want is None or got == want
        for got, want in zip(shape, spec.shape, strict=True)
    )
    if not fits:
        expected = ",".join("?" if d is None else str(d) for d in spec.shape)
        given = ",".join(map(str, shape))
        raise _invalid(
            f"input {name} has shape [{given}]; expected [{expected}]"
        )


def _shape(proto: tensor_pb2.TensorProto, name: str) -> tuple[int, ...]:
    declared = proto.tensor_shape
    # Before the dimensions are multiplied: there may be a million.
    if declared.unknown_rank or len(declared.dim) > _MAX_RANK:
        raise _invalid(
            f"input {name} is of unknown rank or has {len(declared.dim)} "
            f"dimensions; expected at most {_MAX_RANK}"
        )
    shape = tuple(dim.size for dim in declared.dim)
    if any(size < 0 for size in shape):
        raise _invalid(f"input {name} has a negative dimension: {shape}")
    return shape


def _size(
    proto: tensor_pb2.TensorProto,
    shape: tuple[int, ...],
    name: str,
    spec: servable.TensorSpec,
) -> int:
    """Returns the bytes of the array, its values included."""
    elements = math.prod(shape)
    # Zero elements must not hide a dimension that overflows.
    extent = math.prod(max(1, size) for size in shape)
    if spec.dtype != tf.string:
        return extent * spec.dtype.size
    if proto.tensor_content:
        raise _invalid(f"input {name}: strings belong in string_val")
    values = proto.string_val
    needed = extent * _STRING_BYTES + sum(map(len, values))
    if values:
        # The last one stands for all that are not there.
        needed += max(0, elements - len(values)) * len(values[-1])
    return needed


def _check_count(
    proto: tensor_pb2.TensorProto,
    shape: tuple[int, ...],
    name: str,
    spec: servable.TensorSpec,
) -> None:
    """Raises ServingError for more values than the shape has elements."""
    field = _FIELDS.get(spec.dtype)
    if proto.tensor_content or field is None:
        return
    parts = 2 if spec.dtype.is_complex else 1
    count = len(getattr(proto, field))
    if count > parts * math.prod(shape):
        raise _invalid(
            f"tensor parsing error: {name}: {count} values for shape "
            f"{list(shape)}"
        )


def _invalid(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)


def _dtype_name(number: int) -> str:
    try:
        return tf.as_dtype(number).name
    except TypeError:
        return f"number {number}"
