"""Makes the requests to measure with: one image, four signatures."""

import base64
import dataclasses
import json
import pathlib
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

MODEL = "stylex"
_WARMUP = pathlib.Path("assets.extra", "tf_serving_warmup_requests")


@dataclasses.dataclass(frozen=True)
class Request:
    """One request of one image; its arrays have one row."""

    signature: str
    inputs: dict[str, np.ndarray]

    def message(self) -> predict_pb2.PredictRequest:
        """Returns the message that gRPC's stubs take."""
        message = predict_pb2.PredictRequest()
        message.model_spec.name = MODEL
        message.model_spec.signature_name = self.signature
        for name, array in self.inputs.items():
            message.inputs[name].CopyFrom(tf.make_tensor_proto(array))
        return message

    def grpc_body(self) -> bytes:
        """Returns what gRPC sends: not compressed, the length, the message."""
        message = self.message().SerializeToString()
        return b"\0" + len(message).to_bytes(4, "big") + message

    def rest_body(self) -> bytes:
        """Returns the request as JSON."""
        instance = {
            name: _plain(array[0]) for name, array in self.inputs.items()
        }
        return json.dumps(
            {"signature_name": self.signature, "instances": [instance]}
        ).encode()


def of_export(version: pathlib.Path) -> dict[str, Request]:
    """Returns the four requests, by the names of what they measure.

    Args:
        version: the folder of an exported StylEx. Its image is one of its
            warm-up, which its generator made.

    Raises:
        ValueError: it has no warm-up with images.
    """
    image = _image(version)
    return {
        "classify": Request("serving_default", image),
        "reconstruct": Request("reconstruct", image),
        "edit": Request(
            "edit",
            image
            | {
                "coordinates": np.array([[0, 1]], np.int32),
                "directions": np.array([[0, 1]], np.int32),
                "strengths": np.array([[1.0, 1.0]], np.float32),
            },
        ),
        "find_attributes": Request(
            "find_attributes",
            image
            | {
                "target_class": np.array([-1], np.int32),
                "top_k": np.array([3], np.int32),
            },
        ),
    }


def _image(version: pathlib.Path) -> dict[str, np.ndarray]:
    file = version / _WARMUP
    if file.exists():
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
            log = prediction_log_pb2.PredictionLog.FromString(record)
            inputs = log.predict_log.request.inputs
            if "image_bytes" in inputs:
                return {
                    "image_bytes": tf.make_ndarray(inputs["image_bytes"])[:1]
                }
    raise ValueError(
        f"{file} holds no request with image_bytes; expected an export of "
        "StylEx, as `train` writes it"
    )


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    return value.tolist()
