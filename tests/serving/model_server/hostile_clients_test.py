"""The ports, asked by clients that are slow, silent, or want too much."""

import concurrent.futures
import gzip
import http.client
import json
import pathlib
import socket
import threading
import time

import grpc
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2_grpc
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from serving.model_server import model_config, model_server, options
from tests.serving.model_server import tiny_models

_LONG = 120.0
_FOREVER = 2**31 - 1
_BODY = b'{"inputs": [[1, 2]]}'
_PREDICT = "/tensorflow.serving.PredictionService/Predict"


class HostileClientsTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = pathlib.Path(cls.create_tempdir(cls()).full_path)
        tiny_models.save(cls.root, 1)

    def start(self, **chosen):
        chosen.setdefault("drain_seconds", 5)
        self.server = model_server.ModelServer(
            options.Options(
                models=(model_config.ModelConfig("tiny", str(self.root)),),
                **chosen,
            )
        )
        self.port, self.rest_port = self.server.start()
        self.addCleanup(self.server.stop)
        self.channel = self.connect()
        self.wait_for(lambda: self.code(self.send()) == grpc.StatusCode.OK)

    def wait_for(self, condition):
        end = time.monotonic() + _LONG
        while not condition():
            self.assertLess(time.monotonic(), end, "it takes too long")
            time.sleep(0.01)

    def connect(self):
        channel = grpc.insecure_channel(
            f"127.0.0.1:{self.port}", [("grpc.use_local_subchannel_pool", 1)]
        )
        self.addCleanup(channel.close)
        return channel

    def send(self, signature="", channel=None, timeout=_LONG, **inputs):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "tiny"
        request.model_spec.signature_name = signature
        for name, value in (inputs or {"x": np.ones([1, 2])}).items():
            dtype = np.int32 if name == "steps" else np.float32
            request.inputs[name].CopyFrom(tf.make_tensor_proto(value, dtype))
        stub = prediction_service_pb2_grpc.PredictionServiceStub(
            channel or self.channel
        )
        return stub.Predict.future(request, timeout=timeout)

    def code(self, future):
        error = future.exception()
        return grpc.StatusCode.OK if error is None else error.code()

    def rest(self, body=_BODY, headers=None, method="POST"):
        connection = http.client.HTTPConnection(
            "localhost", self.rest_port, timeout=_LONG
        )
        self.addCleanup(connection.close)
        connection.request(
            method, "/v1/models/tiny:predict", body, headers or {}
        )
        response = connection.getresponse()
        return response.status, json.loads(response.read())

    def open(self, sent):
        """Opens a connection to REST, and sends the beginning of a request."""
        opened = socket.create_connection(("localhost", self.rest_port), _LONG)
        self.addCleanup(opened.close)
        opened.sendall(sent)
        return opened

    def silent_calls(self, method, count):
        """Opens calls on a connection of its own, and sends no message."""
        over = threading.Event()
        self.addCleanup(over.set)

        def never():
            over.wait()
            yield from ()

        call = self.connect().stream_unary(method)
        return [call.future(never(), timeout=_LONG) for _ in range(count)]

    # gRPC.

    def test_calls_that_send_no_message_keep_nobody_out(self):
        self.start(max_running=2, receive_seconds=60)
        silent = self.silent_calls(_PREDICT, 50)

        self.assertEqual(self.code(self.send()), grpc.StatusCode.OK)
        self.assertEqual(self.rest()[0], 200)
        self.assertEqual(len(silent), 50)

    @parameterized.parameters(_PREDICT, "/grpc.health.v1.Health/Check")
    def test_a_message_that_does_not_come_is_not_waited_for(self, method):
        self.start(receive_seconds=0.2)

        (silent,) = self.silent_calls(method, 1)

        self.assertEqual(self.code(silent), grpc.StatusCode.DEADLINE_EXCEEDED)

    def test_a_call_without_a_message(self):
        self.start()
        call = self.channel.stream_unary(_PREDICT)

        self.assertEqual(
            self.code(call.future(iter([]), timeout=_LONG)),
            grpc.StatusCode.INVALID_ARGUMENT,
        )

    def test_open_streams_of_reflection_and_health_keep_nobody_out(self):
        self.start(max_running=1, reflection=True)
        over = threading.Event()
        self.addCleanup(over.set)

        def never():
            over.wait()
            yield from ()

        asking = reflection_pb2_grpc.ServerReflectionStub(self.connect())
        watching = health_pb2_grpc.HealthStub(self.connect())
        streams = [asking.ServerReflectionInfo(never()) for _ in range(80)]
        streams += [
            watching.Watch(health_pb2.HealthCheckRequest()) for _ in range(80)
        ]

        self.assertEqual(self.code(self.send()), grpc.StatusCode.OK)
        for stream in streams:
            stream.cancel()

    def test_a_call_without_a_deadline_has_one(self):
        self.start(max_call_seconds=0.3)

        self.assertEqual(
            self.code(self.send("spin", steps=[_FOREVER])),
            grpc.StatusCode.DEADLINE_EXCEEDED,
        )

    def test_messages_at_work_are_bounded_in_sum(self):
        self.start(max_bytes_in_work=190_000)
        # 40 kB as sent, as parsed, and as an array.
        working = self.send("spin", timeout=8, steps=[_FOREVER] * 10_000)
        self.wait_for(self.server.running)

        refused = self.send(x=np.ones([5000, 2]))
        self.assertEqual(self.code(refused), grpc.StatusCode.RESOURCE_EXHAUSTED)
        self.assertIn("are in use", refused.details())
        self.assertEqual(self.code(self.send()), grpc.StatusCode.OK)
        working.cancel()
        self.wait_for(
            lambda: (
                self.code(self.send(x=np.ones([5000, 2]))) == grpc.StatusCode.OK
            )
        )

    def test_what_messages_declare_is_bounded_in_sum(self):
        self.start(max_bytes_in_work=100_000)
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "tiny"
        request.inputs["x"].dtype = tf.float32.as_datatype_enum
        request.inputs["x"].tensor_shape.CopyFrom(
            tf.TensorShape([50_000, 2]).as_proto()
        )
        request.inputs["x"].float_val.append(1)
        stub = prediction_service_pb2_grpc.PredictionServiceStub(self.channel)

        self.assertEqual(
            self.code(stub.Predict.future(request, timeout=_LONG)),
            grpc.StatusCode.RESOURCE_EXHAUSTED,
        )

    # REST.

    def test_small_bodies_that_would_be_large_values(self):
        self.start(max_bytes_in_work=2**20)
        body = gzip.compress(b'{"instances": [' + b"[]," * 20_000 + b"[]]}")
        self.assertLess(len(body), 1000)

        status, answer = self.rest(body, {"Content-Encoding": "gzip"})

        self.assertEqual(status, 429)
        self.assertIn("bytes of memory", answer["error"])
        self.assertEqual(self.rest()[0], 200)

    def test_bodies_that_do_not_come_keep_nobody_out(self):
        self.start(rest_threads=1, receive_seconds=60)
        for _ in range(40):
            self.open(
                b"POST /v1/models/tiny:predict HTTP/1.1\r\nHost: x\r\n"
                b"Content-Length: 1000\r\n\r\n{"
            )

        self.assertEqual(self.rest()[0], 200)

    @parameterized.named_parameters(
        ("nothing", b""),
        ("half_a_head", b"POST /v1/models/tiny:predict HTTP/1.1\r\nX: "),
    )
    def test_a_head_that_does_not_come_is_not_waited_for(self, sent):
        self.start(receive_seconds=0.3)

        opened = self.open(sent)

        with self.assertRaises(ConnectionResetError):
            # An end without an answer is one too.
            if not opened.recv(1000):
                raise ConnectionResetError

    def test_a_body_that_stops_is_not_waited_for(self):
        self.start(receive_seconds=0.3)

        opened = self.open(
            b"POST /v1/models/tiny:predict HTTP/1.1\r\nHost: x\r\n"
            b"Content-Length: 1000\r\n\r\n{"
        )

        self.assertIn(b" 504 ", opened.recv(1000))

    def test_a_connection_that_is_used_again_is_kept(self):
        self.start(receive_seconds=30)
        connection = http.client.HTTPConnection(
            "localhost", self.rest_port, timeout=_LONG
        )
        self.addCleanup(connection.close)
        for _ in range(3):
            connection.request("POST", "/v1/models/tiny:predict", _BODY)
            answer = connection.getresponse()
            self.assertEqual(answer.status, 200)
            answer.read()

    def test_more_connections_than_there_may_be(self):
        with absltest.mock.patch.object(
            model_server.limits, "most_connections", return_value=8
        ):
            self.start(receive_seconds=600)
        silent = [self.open(sent) for sent in (b"", *7 * [b"POST "])]

        self.assertEqual(self.rest()[0], 200)
        # The first of them gave way, and is told.
        self.assertIn(b" 503 ", silent[0].recv(1000))

    def test_many_clients_at_once_are_all_answered(self):
        self.start()
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            statuses = set(pool.map(lambda _: self.rest()[0], range(60)))
            codes = {self.code(f) for f in [self.send() for _ in range(60)]}

        self.assertLessEqual(statuses, {200, 503})
        self.assertEqual(codes, {grpc.StatusCode.OK})


if __name__ == "__main__":
    absltest.main()
