"""Turns JSON into tf.Examples, and their results into JSON, for REST.

A body has `examples`, a list of objects that map the names of features to a
value or a list of values, and may have a `context`: features of all examples.
"""

import json
import math
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import inference_pb2, input_pb2

from serving.model_server import errors, json_body

_FLOAT_MAX = float(np.finfo(np.float32).max)


def parse(body: bytes) -> tuple[str, input_pb2.Input]:
    """Reads the signature that a body asks for, and its examples.

    Raises:
        ServingError: it is not JSON, or not a request.
    """
    document = json_body.parse(body)
    name = json_body.signature_name(document)
    sent = input_pb2.Input()
    holder = sent.example_list
    if "context" in document:
        holder = sent.example_list_with_context
        holder.context.CopyFrom(_example(document["context"]))
    if "examples" not in document:
        raise _invalid(
            "When method is classify, key 'examples' is expected and was not "
            "found"
        )
    examples = document["examples"]
    if not isinstance(examples, list):
        raise _invalid("Expecting 'examples' value to be an list/array")
    if not examples:
        raise _invalid("'examples' value is an empty array")
    holder.examples.extend(map(_example, examples))
    return name, sent


def from_result(result: inference_pb2.InferenceResult) -> bytes:
    """Writes the answer: [[label, score], ...] or a value an example."""
    if result.WhichOneof("result") == "regression_result":
        rows: list[Any] = [
            _shortest(regression.value)
            for regression in result.regression_result.regressions
        ]
    else:
        rows = [
            [[scored.label, _shortest(scored.score)] for scored in row.classes]
            for row in result.classification_result.classifications
        ]
    return json.dumps({"results": rows}).encode()


def _example(value: Any) -> tf.train.Example:
    if not isinstance(value, dict):
        raise _invalid(
            f"Example must be JSON object but got JSON {_type(value)}"
        )
    example = tf.train.Example()
    try:
        for name, content in value.items():
            feature = example.features.feature[name]
            values = content if isinstance(content, list) else [content]
            for member in values:
                _add(member, name, feature)
    except UnicodeEncodeError as error:
        raise _invalid(f"Feature: {name!r} is not UTF-8") from error
    return example


def _add(value: Any, name: str, feature: tf.train.Feature) -> None:
    """Adds a value to a feature, all of whose values are of one kind."""
    if isinstance(value, str) or json_body.is_base64(value):
        kind: str = "bytes_list"
        converted: Any = json_body.to_bytes(value, f"Feature: {name}")
    elif isinstance(value, bool):
        kind, converted = "int64_list", int(value)
    elif isinstance(value, int) and -(2**63) <= value < 2**64:
        if value >= 2**63:
            raise _invalid(
                f"Feature: {name} has uint64 element. Only int64 is supported."
            )
        kind, converted = "int64_list", value
    elif isinstance(value, int | float):
        kind, converted = "float_list", _float(value)
    else:
        raise _invalid(
            f"Feature: {name} has element with unexpected JSON type: "
            f"{_type(value)}"
        )
    given_kind = feature.WhichOneof("kind")
    if given_kind not in (None, kind):
        raise _invalid(
            f"Unexpected element type in feature: {name} expecting type: "
            f"{given_kind.removesuffix('_list')}"
        )
    getattr(feature, kind).value.append(converted)


def _float(value: int | float) -> float:
    # NaN and infinity, which JSON does not know, are taken here and there.
    if not -_FLOAT_MAX <= value <= _FLOAT_MAX and (
        isinstance(value, int) or math.isfinite(value)
    ):
        raise _invalid(
            f"Cannot convert JSON value: {json_body.shown(value)} to float "
            "without loss of precision."
        )
    return float(value)


def _shortest(value: float) -> float:
    # By way of the shortest text, or 0.2 would be 0.20000000298.
    return float(str(np.float32(value)))


def _type(value: Any) -> str:
    """Names a type as the real server does."""
    match value:
        case None:
            return "Null"
        case bool():
            return str(value)
        case int() | float():
            return "Number"
        case str():
            return "String"
        case list():
            return "Array"
    return "Object"


def _invalid(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)
