"""Declares the messages of an ONNX file, by the numbers of their fields.

They follow the format's description (https://onnx.ai/onnx/repo-docs/IR.html).
Only what a classifier needs is here: protobuf skips the rest. So ONNX
files are read without the package `onnx`.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "stylex_tf.onnx"
_FIELD = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "bytes": _FIELD.TYPE_BYTES,
    "double": _FIELD.TYPE_DOUBLE,
    "float": _FIELD.TYPE_FLOAT,
    "int32": _FIELD.TYPE_INT32,
    "int64": _FIELD.TYPE_INT64,
    "string": _FIELD.TYPE_STRING,
}
# The fields of each message: "name", number, "type"; "[]" marks a list.
_MESSAGES: dict[str, tuple[tuple[str, int, str], ...]] = {
    "Model": (
        ("ir_version", 1, "int64"),
        ("producer_name", 2, "string"),
        ("graph", 7, "Graph"),
        ("opset_import", 8, "OperatorSet[]"),
    ),
    "OperatorSet": (("domain", 1, "string"), ("version", 2, "int64")),
    "Graph": (
        ("node", 1, "Node[]"),
        ("name", 2, "string"),
        ("initializer", 5, "Tensor[]"),
        ("input", 11, "ValueInfo[]"),
        ("output", 12, "ValueInfo[]"),
    ),
    "Node": (
        ("input", 1, "string[]"),
        ("output", 2, "string[]"),
        ("name", 3, "string"),
        ("op_type", 4, "string"),
        ("attribute", 5, "Attribute[]"),
        ("domain", 7, "string"),
    ),
    "Attribute": (
        ("name", 1, "string"),
        ("f", 2, "float"),
        ("i", 3, "int64"),
        ("s", 4, "bytes"),
        ("t", 5, "Tensor"),
        ("floats", 7, "float[]"),
        ("ints", 8, "int64[]"),
        ("type", 20, "int32"),
    ),
    "Tensor": (
        ("dims", 1, "int64[]"),
        ("data_type", 2, "int32"),
        ("float_data", 4, "float[]"),
        ("int32_data", 5, "int32[]"),
        ("int64_data", 7, "int64[]"),
        ("name", 8, "string"),
        ("raw_data", 9, "bytes"),
        ("double_data", 10, "double[]"),
        ("external_data", 13, "Entry[]"),
        ("data_location", 14, "int32"),
    ),
    "Entry": (("key", 1, "string"), ("value", 2, "string")),
    "ValueInfo": (("name", 1, "string"), ("type", 2, "Type")),
    "Type": (("tensor_type", 1, "TensorType"),),
    "TensorType": (("elem_type", 1, "int32"), ("shape", 2, "Shape")),
    "Shape": (("dim", 1, "Dimension[]"),),
    "Dimension": (("dim_value", 1, "int64"), ("dim_param", 2, "string")),
}


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="stylex_tf/onnx.proto", package=_PACKAGE, syntax="proto2"
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field_name, number, kind in fields:
            base = kind.removesuffix("[]")
            field = message.field.add(
                name=field_name,
                number=number,
                label=(
                    _FIELD.LABEL_REPEATED
                    if base != kind
                    else _FIELD.LABEL_OPTIONAL
                ),
                type=_TYPES.get(base, _FIELD.TYPE_MESSAGE),
            )
            if base in _MESSAGES:
                field.type_name = f".{_PACKAGE}.{base}"
    return file


_POOL = descriptor_pool.DescriptorPool()
_POOL.Add(_file())

Model: Any = message_factory.GetMessageClass(
    _POOL.FindMessageTypeByName(f"{_PACKAGE}.Model")
)
"""A whole file."""
