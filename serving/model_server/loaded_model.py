"""Holds one version of a model, ready to answer."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import grpc
import numpy as np
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import inference_pb2

from serving.model_server import (
    batching,
    errors,
    inference,
    inference_methods,
    metrics,
    servable,
    tensor_proto,
)
from serving.model_server import call as calls

Arrays = Mapping[str, np.ndarray]
# Makes the inputs of a signature; holds the memory for them in the call.
Convert = Callable[[servable.Signature, calls.Call], Arrays]


class LoadedModel:
    """A servable behind a batcher, where there is one.

    `predict` and `infer` may be called from several threads.
    """

    def __init__(
        self,
        name: str,
        loaded: servable.Servable,
        *,
        parameters: batching.BatchingParameters | None,
        numbers: metrics.Metrics,
    ):
        """Takes charge of a servable.

        Args:
            name: the name of the model, for the metrics.
            loaded: the servable; closed with this.
            parameters: how to join requests; None: each runs by itself.
            numbers: where running times are counted.
        """
        self.servable = loaded
        self._name = name
        self._numbers = numbers
        self._batcher = (
            None if parameters is None else batching.Batcher(parameters)
        )

    def predict(
        self,
        signature_name: str,
        convert: Convert,
        output_filter: Sequence[str],
        call: calls.Call,
    ) -> dict[str, np.ndarray]:
        """Answers one request.

        Args:
            signature_name: empty for the default.
            convert: makes the signature's inputs of what the client sent.
            output_filter: the outputs wanted, each once; empty: all.
            call: the work ends when it does.

        Raises:
            ServingError: the request does not fit the signature, the time is
                over, or the model refused.
        """
        signature = self.servable.signature(signature_name)
        outputs = _wanted(output_filter, signature)
        inputs = convert(signature, call)
        return self._run("Predict", signature, outputs, inputs, call)

    def infer(
        self,
        api: str,
        tasks: inference.Tasks,
        examples: Callable[[], np.ndarray],
        call: calls.Call,
    ) -> list[inference_pb2.InferenceResult]:
        """Answers each task about the same tf.Examples.

        Args:
            api: Classify, Regress or MultiInference.
            tasks: one; or at least one, if it is MultiInference.
            examples: makes the serialized examples, [N].
            call: the work ends when it does.

        Raises:
            ServingError: a signature cannot be asked so, the examples are none,
                the time is over, or the model refused.
        """
        asked = inference.Inference(
            self.servable, tasks, joint=api == "MultiInference"
        )
        inputs = {inference_methods.INPUTS: examples()}
        outputs = self._run(
            api,
            asked.signature,
            tuple(sorted(asked.signature.outputs)),
            inputs,
            call,
        )
        return asked.results(outputs, len(inputs[inference_methods.INPUTS]))

    def idle(self) -> bool:
        """Says whether nothing runs, not even for a client that has gone."""
        return self._batcher is None or self._batcher.idle()

    def close(self) -> None:
        """Frees the memory; nobody may be predicting."""
        if self._batcher is not None:
            self._batcher.close()
        self.servable.close()

    def _run(
        self,
        api: str,
        signature: servable.Signature,
        outputs: tuple[str, ...],
        inputs: Arrays,
        call: calls.Call,
    ) -> dict[str, np.ndarray]:
        # Making the inputs may have taken long.
        call.check()
        runtime = self._numbers.runtime_latency.labels(self._name, api, "TF1")

        def run(arrays: Arrays, call: calls.Call) -> Arrays:
            with metrics.microseconds(runtime):
                return self.servable.run(signature, arrays, outputs, call)

        if self._batcher is None:
            answer = run(inputs, call)
        else:
            key = (signature.name, outputs)
            answer = self._batcher.run(key, run, inputs, call)
        return {name: np.asarray(answer[name]) for name in outputs}


def arrays_of(
    inputs: Mapping[str, tensor_pb2.TensorProto], max_bytes: int
) -> Convert:
    """Returns what makes a signature's arrays of a PredictRequest.

    Args:
        inputs: from a client, who may mean harm.
        max_bytes: what all arrays together may take.
    """

    def convert(signature: servable.Signature, call: calls.Call) -> Arrays:
        _check_names(inputs, signature)
        left = max_bytes
        for name, spec in signature.inputs.items():
            needed = tensor_proto.needed_bytes(inputs[name], name, spec, left)
            call.hold(needed)
            left -= needed
        return {
            name: tensor_proto.to_array(inputs[name], name, spec)
            for name, spec in signature.inputs.items()
        }

    return convert


def _check_names(
    inputs: Mapping[str, tensor_pb2.TensorProto], signature: servable.Signature
) -> None:
    if len(inputs) != len(signature.inputs):
        given, wanted = set(inputs), set(signature.inputs)
        raise _invalid(
            f"input size does not match signature: {len(given)}!="
            f"{len(wanted)} len({_set(given)}) != len({_set(wanted)}). Sent "
            f"extra: {_set(given - wanted)}. Missing but required: "
            f"{_set(wanted - given)}."
        )
    for name in inputs:
        if name not in signature.inputs:
            raise _invalid(
                f"input tensor alias not found in signature: {name}. Inputs "
                f"expected to be in the set {_set(signature.inputs)}."
            )


def _wanted(
    output_filter: Sequence[str], signature: servable.Signature
) -> tuple[str, ...]:
    for name in output_filter:
        if name not in signature.outputs:
            raise _invalid(
                f"output tensor alias not found in signature: {name} Outputs "
                f"expected to be in the set {_set(signature.outputs)}."
            )
    if len(set(output_filter)) < len(output_filter):
        raise _invalid(f"duplicate output tensor alias: {list(output_filter)}")
    return tuple(output_filter or sorted(signature.outputs))


def _set(names: Iterable[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"


def _invalid(message: str) -> errors.ServingError:
    return errors.ServingError(grpc.StatusCode.INVALID_ARGUMENT, message)
