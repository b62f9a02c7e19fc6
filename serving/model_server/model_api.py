"""Does what the server is asked, by gRPC and REST alike."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence

import grpc
import numpy as np
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    inference_pb2,
    model_pb2,
)

from serving.model_server import call as calls
from serving.model_server import (
    errors,
    inference,
    loaded_model,
    metrics,
    model_config,
    model_manager,
    servable,
    version_table,
)

_log = logging.getLogger("serving")

# Stands for every name that is not served: clients must not make labels.
_UNKNOWN_MODEL = "unknown"


class ModelApi:
    """What both transports ask for; used from many threads at once."""

    def __init__(
        self,
        manager: model_manager.ModelManager,
        numbers: metrics.Metrics,
        *,
        max_running: int,
    ):
        """Serves the models of a manager.

        Args:
            manager: has the models.
            numbers: where requests are counted.
            max_running: predictions at once; one more is refused.
        """
        self._manager = manager
        self._numbers = numbers
        self._max_running = max_running
        self._lock = threading.Lock()
        self._running = 0

    def running(self) -> int:
        """Counts the predictions that are under way."""
        with self._lock:
            return self._running

    def predict(
        self,
        spec: model_pb2.ModelSpec,
        convert: loaded_model.Convert,
        output_filter: Sequence[str],
        call: calls.Call,
        entrypoint: str,
    ) -> tuple[model_pb2.ModelSpec, dict[str, np.ndarray]]:
        """Answers with a model's outputs, and the version that gave them.

        Args:
            spec: which model, version and signature.
            convert: makes the inputs.
            output_filter: the outputs wanted; empty: all.
            call: the work ends when it does.
            entrypoint: GRPC or REST, for the metrics.

        Raises:
            ServingError: it cannot be answered; nothing else is raised.
        """
        with self._counted(spec.name, "predict", entrypoint):
            call.check()
            with self._admitted(), self._manager.use(spec) as (number, model):
                outputs = model.predict(
                    spec.signature_name, convert, output_filter, call
                )
        return _resolved(spec, number), outputs

    def metadata(
        self, spec: model_pb2.ModelSpec
    ) -> tuple[model_pb2.ModelSpec, get_model_metadata_pb2.SignatureDefMap]:
        """Returns the signatures of a model, and the version that has them.

        Raises:
            ServingError: the model is not there.
        """
        with self._manager.use(spec) as (number, model):
            signatures = get_model_metadata_pb2.SignatureDefMap()
            for name, signature in model.servable.signature_defs.items():
                signatures.signature_def[name].CopyFrom(signature)
        resolved = model_pb2.ModelSpec(name=spec.name)
        resolved.version.value = number
        return resolved, signatures

    def infer(
        self,
        api: str,
        tasks: inference.Tasks,
        examples: Callable[[], np.ndarray],
        call: calls.Call,
        entrypoint: str,
    ) -> list[inference_pb2.InferenceResult]:
        """Answers tasks about tf.Examples, and says which version did.

        Args:
            api: Classify, Regress or MultiInference.
            tasks: one; of MultiInference, any number of one model. The first
                says which version.
            examples: makes the serialized examples, [N].
            call: the work ends when it does.
            entrypoint: GRPC or REST, for the metrics.

        Raises:
            ServingError: it cannot be answered; nothing else is raised.
        """
        # Without a task there is no name, which is refused as such.
        spec = tasks[0].model_spec if tasks else model_pb2.ModelSpec()
        with self._counted(spec.name, api.lower(), entrypoint):
            call.check()
            with self._admitted(), self._manager.use(spec) as (number, model):
                results = model.infer(api, tasks, examples, call)
        for task, result in zip(tasks, results, strict=True):
            result.model_spec.CopyFrom(_resolved(task.model_spec, number))
        return results

    def status(
        self, spec: model_pb2.ModelSpec
    ) -> list[version_table.VersionStatus]:
        """Returns the states of a model's versions, the newest first.

        Raises:
            ServingError: nothing is known of it.
        """
        return self._manager.status(spec)

    def reload(
        self, configs: Sequence[model_config.ModelConfig], call: calls.Call
    ) -> None:
        """Serves these models from now on, and waits for those that are new.

        Raises:
            ServingError: they are refused, or do not become available.
        """
        self._manager.reload(configs, call.remaining())

    @contextlib.contextmanager
    def _admitted(self) -> Iterator[None]:
        with self._lock:
            if self._running >= self._max_running:
                raise errors.ServingError(
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    f"{self._running} predictions are running, which is "
                    "--grpc_max_threads",
                )
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    @contextlib.contextmanager
    def _counted(self, name: str, api: str, entrypoint: str) -> Iterator[None]:
        """Counts a request; turns whatever goes wrong into a ServingError."""
        if not self._manager.serves(name):
            name = _UNKNOWN_MODEL
        latency = self._numbers.request_latency.labels(name, api, entrypoint)
        code = grpc.StatusCode.OK
        try:
            with metrics.microseconds(latency):
                yield
        except errors.ServingError as error:
            code = error.code
            raise
        except Exception as error:
            # A mistake of ours must not show a client more than that.
            _log.exception("%s failed", api)
            code = grpc.StatusCode.INTERNAL
            raise errors.ServingError(code, "internal error") from error
        finally:
            self._numbers.request_count.labels(name, code.name).inc()


def _resolved(spec: model_pb2.ModelSpec, number: int) -> model_pb2.ModelSpec:
    """Says what was asked, and which version answered."""
    resolved = model_pb2.ModelSpec(
        name=spec.name,
        signature_name=spec.signature_name or servable.DEFAULT_SIGNATURE,
    )
    resolved.version.value = number
    return resolved
