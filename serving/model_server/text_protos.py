"""Reads the config files of tensorflow_model_server, which are text protos.

`tensorflow-serving-api` has the message of models.config alone. The others are
declared here, field for field as TensorFlow Serving declares them, so that a
file which the real server reads is read here, and a misspelt one in neither.
"""

import pathlib
from typing import TypeVar

from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
    wrappers_pb2,
)
from google.protobuf.message import Message

from serving.model_server import errors

_Message = TypeVar("_Message", bound=Message)
_Field = descriptor_pb2.FieldDescriptorProto
_INT64 = ".google.protobuf.Int64Value"

# Each field: its number, and a type, a message's name, or a list of a type.
_MESSAGES: dict[str, dict[str, tuple[int, object]]] = {
    "SSLConfig": {
        "server_key": (1, _Field.TYPE_STRING),
        "server_cert": (2, _Field.TYPE_STRING),
        "custom_ca": (3, _Field.TYPE_STRING),
        "client_verify": (4, _Field.TYPE_BOOL),
    },
    "PrometheusConfig": {
        "enable": (1, _Field.TYPE_BOOL),
        "path": (2, _Field.TYPE_STRING),
    },
    "MonitoringConfig": {
        "prometheus_config": (1, ".tensorflow.serving.PrometheusConfig"),
    },
    "BatchingParameters": {
        "max_batch_size": (1, _INT64),
        "batch_timeout_micros": (2, _INT64),
        "max_enqueued_batches": (3, _INT64),
        "num_batch_threads": (4, _INT64),
        "thread_pool_name": (5, ".google.protobuf.StringValue"),
        "allowed_batch_sizes": (6, [_Field.TYPE_INT64]),
        "pad_variable_length_inputs": (7, _Field.TYPE_BOOL),
    },
}


def _declare() -> dict[str, type[Message]]:
    file = descriptor_pb2.FileDescriptorProto(
        name="stylex_tf/serving_config.proto",
        package="tensorflow.serving",
        syntax="proto3",
        dependency=[wrappers_pb2.DESCRIPTOR.name],
    )
    for message, fields in _MESSAGES.items():
        declared = file.message_type.add(name=message)
        for name, (number, kind) in fields.items():
            field = declared.field.add(name=name, number=number)
            field.label = _Field.LABEL_OPTIONAL
            if isinstance(kind, list):
                field.label = _Field.LABEL_REPEATED
                (kind,) = kind
            if isinstance(kind, str):
                field.type, field.type_name = _Field.TYPE_MESSAGE, kind
            else:
                field.type = kind
    # A pool of our own: another package may declare the same names.
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return {
        message: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"tensorflow.serving.{message}")
        )
        for message in _MESSAGES
    }


_CLASSES = _declare()
SSLConfig = _CLASSES["SSLConfig"]
MonitoringConfig = _CLASSES["MonitoringConfig"]
BatchingParameters = _CLASSES["BatchingParameters"]


def read(path: str | pathlib.Path, message: type[_Message]) -> _Message:
    """Reads a text proto.

    Args:
        path: the file.
        message: what it should hold.

    Raises:
        ConfigError: there is no such file, or it holds something else; the
            message names the file, the line and the field.
    """
    try:
        text = pathlib.Path(path).expanduser().read_text(encoding="utf-8")
        return text_format.Parse(text, message())
    except (OSError, UnicodeDecodeError, text_format.ParseError) as error:
        raise errors.ConfigError(
            f"{path} should hold a {message.DESCRIPTOR.full_name}: {error}"
        ) from error
