"""Has a version answer recorded requests before it is served."""

import pathlib

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving.model_server import call as calls
from serving.model_server import inference, loaded_model

_FILE = pathlib.Path("assets.extra", "tf_serving_warmup_requests")
_MOST = 1000
# By the field of a PredictionLog, the API that it is a request to.
_LOGS = {
    "predict_log": "Predict",
    "classify_log": "Classify",
    "regress_log": "Regress",
    "multi_inference_log": "MultiInference",
}


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
        ValueError: one of them is not a request of PredictionService, or
            fails, or there are more than a thousand.
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
            _replay(log, model, max_bytes)
        except Exception as error:
            # Whatever it was: the reader needs to know which record.
            raise ValueError(f"{file}: record {count}: {error}") from error
        count += 1
    return count


def _replay(
    log: prediction_log_pb2.PredictionLog,
    model: loaded_model.LoadedModel,
    max_bytes: int,
) -> None:
    """Runs one record.

    Raises:
        ValueError: it holds no request.
        ServingError: the model refuses it.
    """
    kind = log.WhichOneof("log_type")
    if kind not in _LOGS:
        raise ValueError(f"expected one of {', '.join(_LOGS)}; found {kind}")
    request = getattr(log, kind).request
    if kind == "predict_log":
        model.predict(
            request.model_spec.signature_name,
            loaded_model.arrays_of(request.inputs, max_bytes),
            request.output_filter,
            calls.Call(),
        )
        return
    if kind == "multi_inference_log":
        tasks = request.tasks
    else:
        method = _LOGS[kind].lower()
        tasks = [inference.single_task(request.model_spec, method)]
    model.infer(
        _LOGS[kind],
        tasks,
        lambda: inference.examples(request.input, max_bytes),
        calls.Call(),
    )
