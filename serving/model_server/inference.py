"""Answers Classify, Regress and MultiInference, which take tf.Examples.

Classify and Regress are a MultiInference of one task. The tasks of a request
share their examples, so the model is run once for all of them.
"""

from collections.abc import Mapping, Sequence

import grpc
import numpy as np
from tensorflow_serving.apis import inference_pb2, input_pb2, model_pb2

from serving.model_server import errors, inference_methods, servable

# A string costs TensorFlow this much before its first character.
_STRING_BYTES = 24
_PREFIX = "tensorflow/serving/"

Tasks = Sequence[inference_pb2.InferenceTask]


class Inference:
    """The tasks of one request, held against the signatures of a model."""

    def __init__(
        self,
        model: servable.Servable,
        tasks: Tasks,
        *,
        joint: bool,
    ):
        """Finds out what the tasks need.

        Args:
            model: has the signatures.
            tasks: at least one.
            joint: whether they came in a MultiInference, which words some of
                its errors in its own way.

        Raises:
            ServingError: a task is none, or does not go with the others.
        """
        self._tasks = tasks
        # For each task: from the name of an output to its tensor.
        self._outputs: list[dict[str, str]] = []
        tensors: dict[str, servable.TensorSpec] = {}
        inputs: list[servable.TensorSpec] = []
        if joint:
            _check_models(tasks)
        for task in tasks:
            name = task.model_spec.signature_name or servable.DEFAULT_SIGNATURE
            definition = model.signature_defs.get(name)
            if definition is None:
                said = (
                    "Requested signature not found in model graph"
                    if joint
                    else "No signature was found with the name"
                )
                raise _invalid(f"{said}: {name}")
            method = _method(task.method_name)
            if model.check_method_names and (
                definition.method_name != task.method_name
            ):
                raise _invalid(
                    f"Expected {method.noun} signature method_name to be "
                    f"{task.method_name}. Was: {definition.method_name}"
                )
            wanted = method.outputs(definition)
            signature = model.signature(name)
            inputs.append(signature.inputs[inference_methods.INPUTS])
            if inputs[-1].tensor != inputs[0].tensor:
                raise _invalid(
                    "Input tensor must be the same for all Signatures."
                )
            specs = {output: signature.outputs[output] for output in wanted}
            self._outputs.append({n: s.tensor for n, s in specs.items()})
            tensors |= {spec.tensor: spec for spec in specs.values()}
        # What is run: all outputs of all tasks, each once.
        self.signature = servable.Signature(
            f"tf.Examples in {inputs[0].tensor}",
            {inference_methods.INPUTS: inputs[0]},
            tensors,
        )

    def results(
        self, arrays: Mapping[str, np.ndarray], size: int
    ) -> list[inference_pb2.InferenceResult]:
        """Returns the answer to each task, without its model_spec.

        Args:
            arrays: the outputs of `signature`.
            size: examples in the request.

        Raises:
            ServingError: the outputs are not what the method promises.
        """
        return [
            _method(task.method_name).result(
                {name: arrays[tensor] for name, tensor in outputs.items()}, size
            )
            for task, outputs in zip(self._tasks, self._outputs, strict=True)
        ]


def single_task(
    model_spec: model_pb2.ModelSpec, method: str
) -> inference_pb2.InferenceTask:
    """Returns the one task of a request to classify or to regress."""
    return inference_pb2.InferenceTask(
        model_spec=model_spec, method_name=_PREFIX + method
    )


def examples(sent: input_pb2.Input, max_bytes: int) -> np.ndarray:
    """Serializes each example of a request with the context: [N].

    Args:
        sent: from a client, who may mean harm: the context is sent once, and
            costs as often as there are examples.
        max_bytes: what all of them together may take.

    Raises:
        ServingError: there are none, or they take more.
    """
    kind = sent.WhichOneof("kind")
    examples = getattr(sent, kind).examples if kind else []
    if not examples:
        raise _invalid("Input is empty.")
    context = b""
    if kind == "example_list_with_context":
        # Messages of one type are joined by joining their bytes.
        context = sent.example_list_with_context.context.SerializeToString()
    needed = len(examples) * (len(context) + _STRING_BYTES) + sent.ByteSize()
    if needed > max_bytes:
        raise errors.ServingError(
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            f"{len(examples):,} examples with their context take {needed:,} "
            f"bytes; expected at most {max_bytes:,}",
        )
    array = np.empty(len(examples), object)
    array[:] = [context + example.SerializeToString() for example in examples]
    return array


def _check_models(tasks: Tasks) -> None:
    seen = set()
    for task in tasks:
        spec = task.model_spec
        if not spec.name:
            raise _invalid("Found ModelSpec with an empty model name.")
        if spec.name != tasks[0].model_spec.name:
            raise _invalid(
                "All ModelSpecs in a MultiInferenceRequest must access the "
                "same model name."
            )
        name = spec.signature_name or servable.DEFAULT_SIGNATURE
        if name in seen:
            raise _invalid(f"Duplicate evaluation of signature: {name}")
        seen.add(name)


def _method(name: str) -> inference_methods.Method:
    method = inference_methods.METHODS.get(name)
    if method is None:
        raise errors.ServingError(
            grpc.StatusCode.UNIMPLEMENTED,
            f"Unsupported signature method_name: {name}",
        )
    return method


def _invalid(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)
