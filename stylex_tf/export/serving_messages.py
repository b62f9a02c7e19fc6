"""Declares the messages of TensorFlow Serving that an export's files hold.

`tensorflow-serving-api` has them too, but asks for a TensorFlow of its own, and
would replace the one that is there. What is written with these can be read with
those: the fields are the same, but that a tensor is bytes here, into which the
caller serializes it.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto
_PACKAGE = "stylex.serving"
# Each field: its number, and a message's name, or one of the two kinds below.
_TEXT, _TENSORS = "text", "tensors"
_MESSAGES = {
    "ModelSpec": {"signature_name": (3, _TEXT)},
    "PredictRequest": {"model_spec": (1, "ModelSpec"), "inputs": (2, _TENSORS)},
    "PredictResponse": {
        "outputs": (1, _TENSORS),
        "model_spec": (2, "ModelSpec"),
    },
    "PredictLog": {"request": (1, "PredictRequest")},
    "PredictionLog": {"predict_log": (6, "PredictLog")},
}


def _declare() -> dict[str, Any]:
    """Returns the classes of the messages, by name."""
    file = descriptor_pb2.FileDescriptorProto(
        name="stylex_serving_messages.proto", package=_PACKAGE, syntax="proto3"
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            declared = message.field.add(
                name=field, number=number, label=_Field.LABEL_OPTIONAL
            )
            if kind == _TEXT:
                declared.type = _Field.TYPE_STRING
                continue
            declared.type = _Field.TYPE_MESSAGE
            declared.type_name = f".{_PACKAGE}.{kind}"
            if kind == _TENSORS:
                entry = message.nested_type.add(
                    name=f"{field.capitalize()}Entry"
                )
                entry.options.map_entry = True
                for place, (part, part_type) in enumerate(
                    (("key", _Field.TYPE_STRING), ("value", _Field.TYPE_BYTES))
                ):
                    entry.field.add(
                        name=part,
                        number=place + 1,
                        label=_Field.LABEL_OPTIONAL,
                        type=part_type,
                    )
                declared.label = _Field.LABEL_REPEATED
                declared.type_name = f".{_PACKAGE}.{name}.{entry.name}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")
        )
        for name in _MESSAGES
    }


_CLASSES = _declare()
PredictionLog: Any = _CLASSES["PredictionLog"]
"""A request, as the file of warm-up requests holds it."""
PredictResponse: Any = _CLASSES["PredictResponse"]
"""An answer; its `outputs` are serialized TensorProtos."""
