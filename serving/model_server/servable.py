"""Loads a SavedModel into memory and runs its signatures.

It is loaded into a session, as TensorFlow Serving does, rather than with
`tf.saved_model.load`: only a session stops when the time is over.
"""

import contextlib
import dataclasses
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from serving.model_server import call as calls
from serving.model_server import errors, plain_path

DEFAULT_SIGNATURE = "serving_default"

Arrays = Mapping[str, np.ndarray]

# TensorFlow's codes are gRPC's.
_CODES = {code.value[0]: code for code in grpc.StatusCode}
# Those whose signatures Predict serves, where that is checked.
_METHODS = tuple(
    f"tensorflow/serving/{method}"
    for method in ("predict", "classify", "regress")
)


@dataclasses.dataclass(frozen=True)
class TensorSpec:
    """One input or output of a signature; None is a free dimension."""

    # In the graph; empty for a sparse or composite tensor, which has several.
    tensor: str
    dtype: tf.DType
    # None: of any rank.
    shape: tuple[int | None, ...] | None


@dataclasses.dataclass(frozen=True)
class Signature:
    """One entry point of a SavedModel."""

    name: str
    inputs: Mapping[str, TensorSpec]
    outputs: Mapping[str, TensorSpec]


class Servable:
    """A loaded SavedModel. `run` may be called from several threads."""

    def __init__(
        self,
        path: str | pathlib.Path,
        *,
        tags: Sequence[str] = ("serve",),
        intra_op_threads: int = 0,
        inter_op_threads: int = 0,
        check_method_names: bool = False,
    ):
        """Loads a SavedModel.

        Args:
            path: the folder of one version.
            tags: which of its graphs.
            intra_op_threads: threads of one operation; 0: TensorFlow chooses.
            inter_op_threads: operations at once; 0: TensorFlow chooses.
            check_method_names: refuse to ask a signature by another method
                than it was saved for; TensorFlow 2 saves all for Predict.

        Raises:
            Exception: whatever TensorFlow finds wrong with the folder.
        """
        config = tf.compat.v1.ConfigProto(
            intra_op_parallelism_threads=intra_op_threads,
            inter_op_parallelism_threads=inter_op_threads,
        )
        config.gpu_options.allow_growth = True
        with contextlib.ExitStack() as opened:
            self._session = opened.enter_context(
                contextlib.closing(
                    tf.compat.v1.Session(graph=tf.Graph(), config=config)
                )
            )
            # As long as the model: it may read its assets late.
            plain = opened.enter_context(plain_path.plain(path))
            meta_graph = tf.compat.v1.saved_model.load(
                self._session, list(tags), str(plain)
            )
            self._opened = opened.pop_all()
        self.signature_defs = meta_graph.signature_def
        self.check_method_names = check_method_names
        self._signatures = {
            name: Signature(
                name, _specs(signature.inputs), _specs(signature.outputs)
            )
            for name, signature in self.signature_defs.items()
            if _has_tensors(signature)
        }

    def signature(self, name: str = "") -> Signature:
        """Returns the signature of a name; without one, the default.

        Raises:
            ServingError: there is none, or it cannot be asked.
        """
        name = name or DEFAULT_SIGNATURE
        if name not in self.signature_defs:
            raise errors.ServingError(
                grpc.StatusCode.FAILED_PRECONDITION,
                f'Serving signature key "{name}" not found.',
            )
        method = self.signature_defs[name].method_name
        if self.check_method_names and method not in _METHODS:
            raise errors.ServingError(
                grpc.StatusCode.INTERNAL,
                "Expected prediction signature method_name to be one of "
                f"{{{', '.join(_METHODS)}}}. Was: {method}",
            )
        if name not in self._signatures:
            raise errors.ServingError(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"signature {name} names an operation, as what initializes "
                "the model; expected tensors",
            )
        signature = self._signatures[name]
        tensors = [*signature.inputs.values(), *signature.outputs.values()]
        if not all(spec.tensor for spec in tensors):
            raise errors.ServingError(
                grpc.StatusCode.UNIMPLEMENTED,
                f"signature {signature.name} has a sparse or composite tensor; "
                "only dense ones are served",
            )
        return signature

    def run(
        self,
        signature: Signature,
        inputs: Arrays,
        outputs: Sequence[str],
        call: calls.Call | None = None,
    ) -> dict[str, np.ndarray]:
        """Computes the named outputs of a signature.

        Args:
            signature: one of this servable's.
            inputs: an array for each of its inputs.
            outputs: the names of those wanted.
            call: the run stops when its time is over; None: never.

        Raises:
            ServingError: what TensorFlow says against it, or the call ended.
        """
        call = call or calls.Call()
        timeout = call.remaining()
        # Zero would mean "never" to a session.
        milliseconds = 0 if timeout is None else max(1, int(timeout * 1000))
        try:
            return self._session.run(
                {name: signature.outputs[name].tensor for name in outputs},
                {
                    spec.tensor: inputs[name]
                    for name, spec in signature.inputs.items()
                },
                options=tf.compat.v1.RunOptions(timeout_in_ms=milliseconds),
            )
        except tf.errors.OpError as error:
            # A call that has ended says so, whatever it made of the run.
            call.check()
            code = _CODES.get(error.error_code, grpc.StatusCode.INTERNAL)
            raise errors.ServingError(code, error.message) from error
        except (TypeError, ValueError) as error:
            # An array that does not fit the placeholder, where the signature
            # says less than the graph does.
            raise errors.ServingError(
                grpc.StatusCode.INVALID_ARGUMENT, str(error)
            ) from error

    def close(self) -> None:
        """Frees the memory. No `run` may be under way or follow."""
        self._opened.close()


def _has_tensors(signature: meta_graph_pb2.SignatureDef) -> bool:
    tensors = [*signature.inputs.values(), *signature.outputs.values()]
    return all(info.dtype != types_pb2.DT_INVALID for info in tensors)


def _specs(tensors: Mapping[str, Any]) -> dict[str, TensorSpec]:
    """Returns the specs of a SignatureDef's TensorInfo messages."""
    return {
        name: TensorSpec(
            tensor=info.name,
            dtype=tf.as_dtype(info.dtype),
            shape=None
            if info.tensor_shape.unknown_rank
            else tuple(
                None if dim.size < 0 else dim.size
                for dim in info.tensor_shape.dim
            ),
        )
        for name, info in tensors.items()
    }
