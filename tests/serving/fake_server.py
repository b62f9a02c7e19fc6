"""A gRPC server that answers as it is told, and remembers what it was asked."""

import concurrent.futures
from collections.abc import Callable

import grpc
from absl.testing import absltest
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

VERSION = 3

Answer = Callable[
    [predict_pb2.PredictRequest, grpc.ServicerContext],
    predict_pb2.PredictResponse,
]


class FakeServer(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Runs until its test ends."""

    def __init__(
        self,
        test: absltest.TestCase,
        answer: Answer,
        credentials: grpc.ServerCredentials | None = None,
    ):
        """Opens a free port.

        Args:
            test: at whose end it stops.
            answer: the answer to a request, or it aborts the context.
            credentials: None: not encrypted.
        """
        self.requests: list[predict_pb2.PredictRequest] = []
        self._answer = answer
        server = grpc.server(
            concurrent.futures.ThreadPoolExecutor(4),
            options=[("grpc.max_receive_message_length", -1)],
        )
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            self, server
        )
        self.port = (
            server.add_insecure_port("localhost:0")
            if credentials is None
            else server.add_secure_port("localhost:0", credentials)
        )
        server.start()
        test.addCleanup(lambda: server.stop(None).wait())

    def Predict(self, request, context):  # noqa: N802
        """Remembers the request, then answers it."""
        self.requests.append(request)
        return self._answer(request, context)

    def GetModelMetadata(self, request, context):  # noqa: N802
        """Says which version it is."""
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = VERSION
        return response
