"""Declares TensorFlow Serving's messages for a client without TensorFlow.

`tensorflow-serving-api` has the same messages, but whoever imports them imports
TensorFlow, which takes seconds and 400 MB. So those that a client needs are
declared here, field for field: on the wire they are the same.
"""

import math

import numpy as np
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    wrappers_pb2,
)
from google.protobuf.message import Message

from stylex_tf import errors

_Field = descriptor_pb2.FieldDescriptorProto
_TENSOR = ".tensorflow.TensorProto"
_SPEC = ".tensorflow.serving.ModelSpec"

# Each field: its number, and a type, a message's name, a list of one of them,
# or a tuple for a map from strings.
_MESSAGES: dict[str, dict[str, dict[str, tuple[int, object]]]] = {
    "tensorflow": {
        "TensorShapeDim": {"size": (1, _Field.TYPE_INT64)},
        "TensorShapeProto": {"dim": (2, [".tensorflow.TensorShapeDim"])},
        "TensorProto": {
            "dtype": (1, _Field.TYPE_INT32),
            "tensor_shape": (2, ".tensorflow.TensorShapeProto"),
            "tensor_content": (4, _Field.TYPE_BYTES),
            "float_val": (5, [_Field.TYPE_FLOAT]),
            "int_val": (7, [_Field.TYPE_INT32]),
            "string_val": (8, [_Field.TYPE_BYTES]),
        },
    },
    "tensorflow.serving": {
        "ModelSpec": {
            "name": (1, _Field.TYPE_STRING),
            "version": (2, ".google.protobuf.Int64Value"),
            "signature_name": (3, _Field.TYPE_STRING),
            "version_label": (4, _Field.TYPE_STRING),
        },
        "PredictRequest": {
            "model_spec": (1, _SPEC),
            "inputs": (2, (_TENSOR,)),
        },
        "PredictResponse": {
            "outputs": (1, (_TENSOR,)),
            "model_spec": (2, _SPEC),
        },
        "GetModelMetadataRequest": {
            "model_spec": (1, _SPEC),
            "metadata_field": (2, [_Field.TYPE_STRING]),
        },
        # Its second field, the metadata, nobody here reads.
        "GetModelMetadataResponse": {"model_spec": (1, _SPEC)},
    },
}

# The types that StylEx's signatures have: their number in TensorFlow, numpy's
# type, and the field of the values.
_DTYPES = {
    "float32": (1, np.dtype(np.float32), "float_val"),
    "int32": (3, np.dtype(np.int32), "int_val"),
    "string": (7, np.dtype(object), "string_val"),
}
_NAMES = {number: name for name, (number, _, _) in _DTYPES.items()}


def _declare_field(
    message: descriptor_pb2.DescriptorProto,
    package: str,
    name: str,
    number: int,
    kind: object,
) -> None:
    field = message.field.add(name=name, number=number)
    field.label = _Field.LABEL_OPTIONAL
    if isinstance(kind, tuple):
        # A map is a repeated message of pairs.
        entry = message.nested_type.add(name=f"{name.capitalize()}Entry")
        entry.options.map_entry = True
        _declare_field(entry, package, "key", 1, _Field.TYPE_STRING)
        _declare_field(entry, package, "value", 2, kind[0])
        kind = [f".{package}.{message.name}.{entry.name}"]
    if isinstance(kind, list):
        field.label = _Field.LABEL_REPEATED
        (kind,) = kind
    if isinstance(kind, str):
        field.type, field.type_name = _Field.TYPE_MESSAGE, kind
    else:
        assert isinstance(kind, int)
        field.type = _Field.Type.ValueType(kind)


def _declare() -> dict[str, type[Message]]:
    # A pool of our own: in the default one, TensorFlow declares these names.
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    files = [wrappers_pb2.DESCRIPTOR.name]
    for package, messages in _MESSAGES.items():
        file = descriptor_pb2.FileDescriptorProto(
            name=f"stylex_client/{package}.proto",
            package=package,
            syntax="proto3",
            dependency=files,
        )
        for message, fields in messages.items():
            declared = file.message_type.add(name=message)
            for name, (number, kind) in fields.items():
                _declare_field(declared, package, name, number, kind)
        pool.Add(file)
        files.append(file.name)
    return {
        message: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"{package}.{message}")
        )
        for package, messages in _MESSAGES.items()
        for message in messages
    }


_CLASSES = _declare()
# Their fields are declared above, where mypy does not see them.
TensorProto = _CLASSES["TensorProto"]
PredictRequest = _CLASSES["PredictRequest"]
PredictResponse = _CLASSES["PredictResponse"]
GetModelMetadataRequest = _CLASSES["GetModelMetadataRequest"]
GetModelMetadataResponse = _CLASSES["GetModelMetadataResponse"]


def to_proto(array: np.ndarray, dtype: str, proto: Message) -> None:
    """Fills a TensorProto with an array of `arrays.to_array`."""
    number, _, field = _DTYPES[dtype]
    tensor: object = proto
    tensor.dtype = number  # type: ignore[attr-defined]
    for size in array.shape:
        tensor.tensor_shape.dim.add(size=size)  # type: ignore[attr-defined]
    getattr(proto, field).extend(array.ravel().tolist())


def from_proto(proto: Message, dtype: str, name: str) -> np.ndarray:
    """Reads the array that an answer holds.

    Args:
        proto: a TensorProto.
        dtype: what the contract says of it.
        name: the name of the tensor, for the message of an error.

    Raises:
        UsageError: it is of another type, or has not as many values as its
            shape says; memory is taken for values that are there alone.
    """
    tensor: object = proto
    number, kind, field = _DTYPES[dtype]
    sent = tensor.dtype  # type: ignore[attr-defined]
    if sent != number:
        raise errors.UsageError(
            f"{name} is {_NAMES.get(sent, f'of type number {sent}')}; "
            f"expected {dtype}"
        )
    shape = tuple(
        dim.size
        for dim in tensor.tensor_shape.dim  # type: ignore[attr-defined]
    )
    content = tensor.tensor_content  # type: ignore[attr-defined]
    values = getattr(proto, field)
    if content and dtype != "string":
        if len(content) % kind.itemsize:
            raise errors.UsageError(f"{name} holds half a number")
        array = np.frombuffer(content, kind.newbyteorder("<")).astype(kind)
    else:
        array = np.empty(len(values), kind)
        array[:] = values
    if min(shape, default=0) < 0 or math.prod(shape) != array.size:
        raise errors.UsageError(
            f"{name} has {array.size} values; its shape is {shape}"
        )
    return array.reshape(shape)
