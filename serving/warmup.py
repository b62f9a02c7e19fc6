"""Requests that a version answers before it is served."""

import pathlib

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving import call as calls
from serving import loaded_model

_FILE = pathlib.Path("assets.extra", "tf_serving_warmup_requests")
_MOST = 1000


def replay(
    path: str | pathlib.Path, model: loaded_model.LoadedModel, max_bytes: int
) -> int:
    """Runs the warm-up requests that lie beside a SavedModel.

    Args:
        path: the folder of the version.
        model: the version, loaded.
        max_bytes: what the inputs of one request may take.

    Returns:
        How many there were.

    Raises:
        ValueError: one of them is not a request to Predict, or fails, or
            there are more than a thousand.
        tf.errors.DataLossError: the file is damaged.
    """
    file = pathlib.Path(path) / _FILE
    if not file.exists():
        return 0
    count = 0
    for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
        try:
            if count == _MOST:
                raise ValueError(f"expected at most {_MOST} records")
            log = prediction_log_pb2.PredictionLog.FromString(record)
            if log.WhichOneof("log_type") != "predict_log":
                raise ValueError("expected a predict_log")
            request = log.predict_log.request
            model.predict(
                request.model_spec.signature_name,
                loaded_model.arrays_of(request.inputs, max_bytes),
                request.output_filter,
                calls.Call(),
            )
        except Exception as error:
            # Whatever it was: the reader needs to know which record.
            raise ValueError(f"{file}: record {count}: {error}") from error
        count += 1
    return count
