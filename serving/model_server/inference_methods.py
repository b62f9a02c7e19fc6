"""Checks and reads what Classify and Regress need of a signature.

Both are written in TensorFlow Serving's classifier.cc and regressor.cc; codes
and texts are theirs.
"""

import dataclasses
from collections.abc import Callable, Mapping

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    inference_pb2,
    regression_pb2,
)

from serving.model_server import errors

# The one input of both: serialized tf.Examples, [N].
INPUTS = "inputs"
_CLASSES = "classes"
_SCORES = "scores"
_VALUES = "outputs"

Arrays = Mapping[str, np.ndarray]


@dataclasses.dataclass(frozen=True)
class Method:
    """Classify or Regress: what it takes of a signature, and its answer."""

    # As error messages say it.
    noun: str
    # Raises ServingError unless the signature can be asked so; gives the names
    # of the outputs that it takes.
    outputs: Callable[[meta_graph_pb2.SignatureDef], list[str]]
    # Those outputs, N -> the answer. Raises ServingError unless they fit.
    result: Callable[[Arrays, int], inference_pb2.InferenceResult]


def _classification_outputs(
    definition: meta_graph_pb2.SignatureDef,
) -> list[str]:
    count = len(definition.outputs)
    _check_one_input(definition)
    if count not in (1, 2):
        raise _invalid(f"Expected one or two output Tensors, found {count}")
    _check_name_of_input("classification", definition)
    names = [n for n in (_CLASSES, _SCORES) if n in definition.outputs]
    if not names:
        raise _invalid(
            "Expected classification signature outputs to contain at least "
            f'one of "{_CLASSES}" or "{_SCORES}". Signature was: {definition}'
        )
    return names


def _classification(
    outputs: Arrays, size: int
) -> inference_pb2.InferenceResult:
    """Returns classes [N, K] (strings) and scores [N, K], or one of them."""
    for name, dtype in ((_CLASSES, tf.string), (_SCORES, tf.float32)):
        if name not in outputs:
            continue
        array = outputs[name]
        if array.ndim != 2:
            raise _invalid(
                "Expected Tensor shape: [batch_size num_classes] but got "
                f"{_shape(array)}"
            )
        given_dtype = tf.as_dtype(array.dtype)
        if given_dtype != dtype:
            raise _invalid(
                f"Expected {name} Tensor of {_dtype_name(dtype)}. Got: "
                f"{_dtype_name(given_dtype)}"
            )
        if len(array) != size:
            raise _invalid(
                f"Expected {name} output batch size of {size}. Got: "
                f"{len(array)}"
            )
    widths = [array.shape[1] for array in outputs.values()]
    if len(set(widths)) > 1:
        raise _invalid(
            "Tensors class and score should match in dim_size(1). Got "
            f"{outputs[_CLASSES].shape[1]} vs. {outputs[_SCORES].shape[1]}"
        )
    shape = (size, widths[0])
    # What the model does not say has the value of a field that is not set.
    labels = outputs.get(_CLASSES, np.full(shape, b"", object))
    scores = outputs.get(_SCORES, np.zeros(shape, np.float32))
    result = classification_pb2.ClassificationResult(
        classifications=[
            classification_pb2.Classifications(
                classes=[
                    classification_pb2.Class(label=_text(label), score=score)
                    for label, score in zip(row, row_scores, strict=True)
                ]
            )
            for row, row_scores in zip(labels, scores.tolist(), strict=True)
        ]
    )
    return inference_pb2.InferenceResult(classification_result=result)


def _regression_outputs(definition: meta_graph_pb2.SignatureDef) -> list[str]:
    _check_one_input(definition)
    if len(definition.outputs) != 1:
        raise _invalid("Expected one output Tensor.")
    _check_name_of_input("regression", definition)
    if _VALUES not in definition.outputs:
        raise _invalid(
            f"No regression outputs found in SignatureDef: {definition}"
        )
    return [_VALUES]


def _regression(outputs: Arrays, size: int) -> inference_pb2.InferenceResult:
    """Converts values [N] or [N, 1] of float32."""
    values = outputs[_VALUES]
    if values.ndim != 1 and (values.ndim != 2 or values.shape[1] != 1):
        raise _invalid(
            "Expected output Tensor shape to be either [batch_size] or "
            f"[batch_size, 1] but got {_shape(values)}"
        )
    if len(values) != size:
        raise _invalid(
            f"Input batch size did not match output batch size: {size} vs. "
            f"{len(values)}"
        )
    dtype = tf.as_dtype(values.dtype)
    if dtype != tf.float32:
        raise _invalid(
            f"Expected output Tensor of DT_FLOAT.  Got: {_dtype_name(dtype)}"
        )
    result = regression_pb2.RegressionResult(
        regressions=[
            regression_pb2.Regression(value=value)
            for value in values.ravel().tolist()
        ]
    )
    return inference_pb2.InferenceResult(regression_result=result)


# By the method_name of a signature, and of a task of MultiInference.
METHODS: Mapping[str, Method] = {
    "tensorflow/serving/classify": Method(
        "classification", _classification_outputs, _classification
    ),
    "tensorflow/serving/regress": Method(
        "regression", _regression_outputs, _regression
    ),
}


def _check_one_input(definition: meta_graph_pb2.SignatureDef) -> None:
    if len(definition.inputs) != 1:
        raise _invalid("Expected one input Tensor.")


def _check_name_of_input(
    noun: str, definition: meta_graph_pb2.SignatureDef
) -> None:
    if INPUTS not in definition.inputs:
        raise _invalid(f"No {noun} inputs found in SignatureDef: {definition}")


def _dtype_name(dtype: tf.DType) -> str:
    return types_pb2.DataType.Name(dtype.as_datatype_enum)


def _shape(array: np.ndarray) -> str:
    return f"[{','.join(map(str, array.shape))}]"


def _text(label: bytes) -> str:
    try:
        return label.decode()
    except UnicodeDecodeError as error:
        raise errors.ServingError(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"output {_CLASSES} holds bytes that are not UTF-8: {label!r}",
        ) from error


def _invalid(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)
