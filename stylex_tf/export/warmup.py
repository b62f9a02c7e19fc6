"""Writes requests into an export, and what it answers to them.

TensorFlow Serving sends itself the requests before it offers a model, so that
the first user does not wait; the answers tell whether a model, elsewhere or
years later, still is what was exported.
"""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from stylex_tf.export import servables, serving_messages, signatures

# Where TensorFlow Serving looks for them.
REQUESTS = "assets.extra/tf_serving_warmup_requests"
ANSWERS = "assets.extra/recorded_answers"
_EDITS = 8

Tensors = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Record:
    """One request and its answer, arrays by name."""

    signature: str
    inputs: dict[str, np.ndarray]
    outputs: dict[str, np.ndarray]


def pictures(model: Any, resolution: int, count: int) -> tf.Tensor:
    """Returns images that show no one, encoded, bytes [count].

    A model travels further than the photographs that it was trained with may:
    these are what its generator makes of noise.

    Args:
        model: a servable, or an export that was loaded.
        resolution: height and width of its images.
        count: how many.
    """
    noise = np.random.default_rng(0).integers(
        0, 256, [count, resolution, resolution, 3], np.uint8
    )
    files = tf.stack([tf.io.encode_png(image) for image in noise])
    styles = model.encode(image_bytes=files)["styles"]
    return model.generate(styles=styles)["image_bytes"]


def requests(
    servable: servables.Servable, images: int = 2
) -> dict[str, dict[str, tf.Tensor]]:
    """Returns one request a signature, by its name.

    Args:
        servable: encodes and generates what is asked about.
        images: how many a request asks about; `pictures` makes them.
    """
    files = pictures(servable, servable.sizes["R"], images)
    rows = np.arange(images, dtype=np.int32)
    styles = servable.encode(files)["styles"]
    searched = servable.sizes["S"]
    tensors = {
        "image_bytes": files,
        "images": servable.generate(styles)["images"],
        "styles": styles,
        "target_class": rows % servable.sizes["K"],
        # Another number for each image: rows are padded.
        "top_k": np.maximum(servable.max_top_k - rows, 1),
        # The last image's end with the last edit of all.
        "first_edit": np.where(rows == rows[-1], 2 * searched - 1, rows),
        "num_edits": _EDITS - rows,
        # The second edit of the first image is none.
        "coordinates": np.stack(
            [rows % searched, np.minimum(rows, searched) - 1], axis=1
        ),
        "directions": np.stack([rows % 2, 1 - rows % 2], axis=1),
        "strengths": np.stack([1.0 - 0.1 * rows, 0.5 + 0.1 * rows], axis=1),
        "format": np.full_like(rows, signatures.DESCRIPTION_FORMAT),
    }
    return {
        name: {
            key: tf.constant(tensors[key], info.dtype)
            for key, info in signature.inputs.items()
        }
        for name, signature in signatures.CONTRACT.items()
    }


def write(
    directory: pathlib.Path,
    asked: Mapping[str, Tensors],
    answers: Mapping[str, Tensors],
) -> None:
    """Writes requests and answers into an export.

    Args:
        directory: the folder of one version.
        asked: inputs by the name of the signature.
        answers: outputs by the name of the signature.
    """
    (directory / REQUESTS).parent.mkdir(exist_ok=True)
    with (
        tf.io.TFRecordWriter(str(directory / REQUESTS)) as request_file,
        tf.io.TFRecordWriter(str(directory / ANSWERS)) as answer_file,
    ):
        for name, inputs in asked.items():
            log = serving_messages.PredictionLog()
            request = log.predict_log.request
            # A server warms up whatever model the folder belongs to.
            request.model_spec.signature_name = name
            _fill(request.inputs, inputs)
            request_file.write(log.SerializeToString())
            answer = serving_messages.PredictResponse()
            answer.model_spec.signature_name = name
            _fill(answer.outputs, answers[name])
            answer_file.write(answer.SerializeToString())


def read(directory: pathlib.Path) -> list[Record]:
    """Reads what `write` wrote."""
    records = []
    files = tf.data.TFRecordDataset([str(directory / REQUESTS)])
    for asked, answered in zip(
        files,
        tf.data.TFRecordDataset([str(directory / ANSWERS)]),
        strict=True,
    ):
        log = serving_messages.PredictionLog.FromString(asked.numpy())
        request = log.predict_log.request
        answer = serving_messages.PredictResponse.FromString(answered.numpy())
        records.append(
            Record(
                signature=request.model_spec.signature_name,
                inputs=_arrays(request.inputs),
                outputs=_arrays(answer.outputs),
            )
        )
    return records


def _fill(protos: Any, tensors: Tensors) -> None:
    for name, tensor in tensors.items():
        proto = tf.make_tensor_proto(np.asarray(tensor))
        protos[name] = proto.SerializeToString()


def _arrays(protos: Mapping[str, Any]) -> dict[str, np.ndarray]:
    return {
        name: tf.make_ndarray(tensor_pb2.TensorProto.FromString(content))
        for name, content in protos.items()
    }
