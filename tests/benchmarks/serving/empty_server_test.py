"""The server that does nothing, asked by gRPC."""

import grpc
from absl.testing import absltest
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from benchmarks.serving import empty_server


class EmptyServerTest(absltest.TestCase):
    def test_every_answer_is_empty(self):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "any"

        with (
            empty_server.running() as port,
            grpc.insecure_channel(f"127.0.0.1:{port}") as channel,
        ):
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            answers = [stub.Predict(request, timeout=60) for _ in range(3)]

        self.assertEqual(answers, [predict_pb2.PredictResponse()] * 3)


if __name__ == "__main__":
    absltest.main()
