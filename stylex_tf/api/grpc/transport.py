"""Asks over gRPC."""

import json
from collections.abc import Mapping
from typing import Any

import grpc
import numpy as np

from stylex_tf import errors
from stylex_tf.api import connection as connections
from stylex_tf.api.grpc import messages
from stylex_tf.export import signatures

_SERVICE = "tensorflow.serving.PredictionService"


class GrpcTransport:
    """A channel to a server; to be closed."""

    def __init__(self, connection: connections.Connection):
        """Connects with the first request, not here."""
        self._timeout = connection.timeout_seconds
        largest = connection.max_message_bytes
        options = [
            ("grpc.max_send_message_length", largest),
            ("grpc.max_receive_message_length", largest),
            # A request that is larger than this would not be sent again: by
            # default 256 KiB, less than a photograph.
            ("grpc.per_rpc_retry_buffer_size", largest),
            ("grpc.service_config", _service_config(connection.retries)),
        ]
        if connection.tls is None:
            self._channel = grpc.insecure_channel(connection.server, options)
        else:
            self._channel = grpc.secure_channel(
                connection.server, _credentials(connection.tls), options
            )
        # Not the stubs of tensorflow-serving-api: they import TensorFlow.
        self._predict = self._method(
            "Predict", messages.PredictRequest, messages.PredictResponse
        )
        self._metadata = self._method(
            "GetModelMetadata",
            messages.GetModelMetadataRequest,
            messages.GetModelMetadataResponse,
        )

    def predict(
        self,
        model: connections.Model,
        signature: signatures.Signature,
        inputs: Mapping[str, np.ndarray],
    ) -> dict[str, np.ndarray]:
        """Asks by a signature.

        Args:
            model: whom to ask.
            signature: by what.
            inputs: all that the signature takes, of its types.

        Returns:
            All that it answers, of its types.

        Raises:
            ServerError: the server refuses, or cannot be reached.
            UsageError: it answers something else.
        """
        request: Any = messages.PredictRequest()
        _fill_spec(request.model_spec, model)
        request.model_spec.signature_name = signature.name
        for name, array in inputs.items():
            messages.to_proto(
                array, signature.inputs[name].dtype, request.inputs[name]
            )
        response = self._call(self._predict, request)
        missing = set(signature.outputs) - set(response.outputs)
        if missing:
            raise errors.UsageError(
                f"the answer lacks {', '.join(sorted(missing))}: this is no "
                "StylEx, or one of another version"
            )
        return {
            name: messages.from_proto(response.outputs[name], info.dtype, name)
            for name, info in signature.outputs.items()
        }

    def version(self, model: connections.Model) -> int:
        """Returns the number of the version that answers now.

        Raises:
            ServerError: there is none, or the server cannot be reached.
        """
        request: Any = messages.GetModelMetadataRequest()
        _fill_spec(request.model_spec, model)
        request.metadata_field.append("signature_def")
        response = self._call(self._metadata, request)
        return response.model_spec.version.value

    def close(self) -> None:
        """Gives the connection back."""
        self._channel.close()

    def _method(self, name: str, request: Any, response: Any) -> Any:
        return self._channel.unary_unary(
            f"/{_SERVICE}/{name}",
            request_serializer=request.SerializeToString,
            response_deserializer=response.FromString,
        )

    def _call(self, method: Any, request: Any) -> Any:
        try:
            return method(request, timeout=self._timeout)
        except grpc.RpcError as error:
            text = error.details() or "no reason given"
            raise (
                connections.not_trusted(text)
                or errors.ServerError(error.code().name, text)
            ) from error


def _service_config(retries: connections.Retries) -> str:
    method: dict[str, Any] = {"name": [{"service": _SERVICE}]}
    if retries.attempts > 1:
        method["retryPolicy"] = {
            "maxAttempts": retries.attempts,
            "initialBackoff": f"{retries.first_seconds:.3f}s",
            "maxBackoff": f"{retries.longest_seconds:.3f}s",
            "backoffMultiplier": 2,
            "retryableStatusCodes": ["UNAVAILABLE"],
        }
    return json.dumps({"methodConfig": [method]})


def _credentials(tls: connections.Tls) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(
        root_certificates=tls.ca.read_bytes() if tls.ca else None,
        private_key=tls.key.read_bytes() if tls.key else None,
        certificate_chain=tls.cert.read_bytes() if tls.cert else None,
    )


def _fill_spec(spec: Any, model: connections.Model) -> None:
    spec.name = model.name
    if model.version is not None:
        spec.version.value = model.version
    elif model.label is not None:
        spec.version_label = model.label
