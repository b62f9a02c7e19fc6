import concurrent.futures
import gzip
import http.client
import json
import pathlib
import socket
import threading
import time
from unittest import mock

import grpc
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from tensorflow_serving.apis import (
    predict_pb2,
    prediction_service_pb2_grpc,
)

from serving.model_server import (
    batching,
    errors,
    model_config,
    model_server,
    options,
    text_protos,
    tls,
)
from tests.serving import certificates
from tests.serving.model_server import tiny_models

_LONG = 60.0
_FOREVER = 2**31 - 1


class ModelServerTest(parameterized.TestCase):
    """The server in this process, asked over its ports."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = pathlib.Path(cls.create_tempdir(cls()).full_path)
        (cls.root / "tiny").mkdir()
        cls.template = tiny_models.save(cls.root / "tiny", 1)

    def start(self, wait=True, **chosen):
        """Starts a server of the tiny model, which ends with the test."""
        chosen.setdefault(
            "models",
            (model_config.ModelConfig("tiny", str(self.root / "tiny")),),
        )
        chosen.setdefault("drain_seconds", 5)
        self.server = model_server.ModelServer(options.Options(**chosen))
        self.port, self.rest_port = self.server.start()
        self.stopped = False
        self.addCleanup(self.stop)
        self.channel = self.connect()
        if wait:
            self.wait_until_healthy()

    def stop(self):
        if not self.stopped:
            self.stopped = True
            self.drained = self.server.stop()

    def connect(self):
        # Not "localhost": at ::1 another program may listen on the same port.
        channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        self.addCleanup(channel.close)
        return channel

    def wait_for(self, condition):
        end = time.monotonic() + _LONG
        while not condition():
            self.assertLess(time.monotonic(), end, "it takes too long")
            time.sleep(0.01)

    def healthy(self, service=""):
        response = health_pb2_grpc.HealthStub(self.channel).Check(
            health_pb2.HealthCheckRequest(service=service), timeout=_LONG
        )
        return response.status == health_pb2.HealthCheckResponse.SERVING

    def wait_until_healthy(self):
        self.wait_for(self.healthy)

    def predict(self, signature="", channel=None, timeout=_LONG, **inputs):
        return self.send(signature, channel, timeout, **inputs).result()

    def send(self, signature="", channel=None, timeout=_LONG, **inputs):
        """Asks, and does not wait."""
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

    def refused(self, code, function, *args, **kwargs):
        with self.assertRaises(grpc.RpcError) as caught:
            function(*args, **kwargs)
        self.assertEqual(caught.exception.code(), code)
        return caught.exception.details()

    def rest(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(
            "localhost", self.rest_port, timeout=_LONG
        )
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def metrics(self):
        _, text = self.rest("GET", "/metrics")
        return text.decode()

    def wait_until_running(self, count=1):
        """Waits until so many predictions run."""
        self.wait_for(lambda: self.server.running() >= count)

    def test_health_tells_the_truth(self):
        base = self.root / "late"
        base.mkdir()
        self.start(
            wait=False,
            models=(model_config.ModelConfig("late", str(base)),),
            file_system_poll_seconds=0.05,
        )
        self.assertFalse(self.healthy())
        self.assertFalse(self.healthy("tensorflow.serving.PredictionService"))

        tiny_models.copy(self.template, base, 1)

        self.wait_until_healthy()
        self.assertTrue(self.healthy("tensorflow.serving.ModelService"))

    def test_reflection_describes_both_services_where_it_is_wanted(self):
        self.start(reflection=True)
        ask = reflection_pb2_grpc.ServerReflectionStub(self.channel)
        for symbol, expected in (
            ("tensorflow.serving.PredictionService", b"PredictRequest"),
            ("tensorflow.serving.ModelService", b"ReloadConfigRequest"),
        ):
            request = reflection_pb2.ServerReflectionRequest(
                file_containing_symbol=symbol
            )
            (answer,) = ask.ServerReflectionInfo(iter([request]))
            files = answer.file_descriptor_response.file_descriptor_proto
            self.assertTrue(any(expected in file for file in files))

    def test_reflection_is_off(self):
        self.start()
        ask = reflection_pb2_grpc.ServerReflectionStub(self.channel)

        with self.assertRaises(grpc.RpcError) as caught:
            list(ask.ServerReflectionInfo(iter([])))

        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNIMPLEMENTED)

    def test_requests_of_several_clients_are_joined(self):
        self.start(
            batching=batching.BatchingParameters(
                max_batch_size=4, batch_timeout_micros=60 * 10**6
            ),
            metrics_path="/metrics",
        )

        # None would be answered if the others did not come.
        futures = [self.send(x=np.full([1, 2], i)) for i in range(4)]

        for i, future in enumerate(futures):
            answer = tf.make_ndarray(future.result().outputs["y"])
            np.testing.assert_array_equal(answer, [[2 * i, 2 * i]])
        self.assertIn(
            ':tensorflow:serving:runtime_latency_count{API="Predict",'
            'model_name="tiny",runtime="TF1"} 1.0',
            self.metrics(),
        )

    def test_a_full_queue_is_unavailable(self):
        self.start(
            batching=batching.BatchingParameters(
                max_batch_size=4,
                batch_timeout_micros=60 * 10**6,
                max_enqueued_batches=1,
            )
        )
        entered, submit = threading.Event(), batching.Batcher._submit

        def noted(*args):
            batch = submit(*args)
            entered.set()
            return batch

        self.enter_context(
            mock.patch.object(batching.Batcher, "_submit", noted)
        )
        waiting = self.send()
        self.assertTrue(entered.wait(_LONG))

        code = grpc.StatusCode.UNAVAILABLE
        self.assertIn("full", self.refused(code, self.predict, "root", x=[1]))
        waiting.cancel()
        self.wait_for(lambda: not self.server.running())
        # What was cancelled has left its place: it takes four to fill a batch.
        self.assertLen([f.result() for f in [self.send() for _ in range(4)]], 4)

    def test_metrics_count_requests_and_not_names_that_clients_invent(self):
        self.start(metrics_path="/metrics")
        self.predict()
        self.rest("POST", "/v1/models/tiny:predict", b'{"inputs": [[1, 2]]}')
        self.rest("POST", "/v1/models/invented:predict", b'{"inputs": 1}')
        self.refused(grpc.StatusCode.FAILED_PRECONDITION, self.predict, "none")

        text = self.metrics()

        count = ":tensorflow:serving:request_count"
        self.assertIn(f'{count}{{model_name="tiny",status="OK"}} 2.0', text)
        self.assertIn(
            f'{count}{{model_name="tiny",status="FAILED_PRECONDITION"}} 1.0',
            text,
        )
        self.assertIn(
            f'{count}{{model_name="unknown",status="NOT_FOUND"}} 1.0', text
        )
        self.assertNotIn("invented", text)
        for entrypoint in ("GRPC", "REST"):
            self.assertIn(f'entrypoint="{entrypoint}"', text)

    def test_more_than_may_run_are_refused_and_health_is_not(self):
        self.start(max_running=1)
        # A call that nobody holds is cancelled.
        running = self.send("spin", steps=[_FOREVER], timeout=8)
        self.wait_until_running()

        self.refused(grpc.StatusCode.RESOURCE_EXHAUSTED, self.predict)
        self.assertTrue(self.healthy())
        status, _ = self.rest(
            "POST", "/v1/models/tiny:predict", b'{"inputs": [[1, 2]]}'
        )
        self.assertEqual(status, 429)
        self.assertFalse(running.done())

    # Starting and stopping.

    def test_draining_finishes_what_runs_and_takes_nothing_new(self):
        self.start(
            batching=batching.BatchingParameters(
                max_batch_size=2, batch_timeout_micros=5 * 10**6
            ),
            drain_seconds=_LONG,
        )
        body = b'{"signature_name": "root", "inputs": [4]}'
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            # Both wait five seconds for others, and the server stops meanwhile.
            asked = self.send()
            posted = pool.submit(
                self.rest, "POST", "/v1/models/tiny:predict", body
            )
            self.wait_until_running(2)

            self.stop()

            self.assertEqual(self.drained.aborted, 0)
            self.assertTrue(self.drained.empty)
            self.assertTrue(asked.result().outputs)
            self.assertEqual(posted.result()[0], 200)
        self.refused(grpc.StatusCode.UNAVAILABLE, self.predict)
        with self.assertRaises(ConnectionError):
            self.rest("GET", "/v1/models/tiny")

    def test_says_so_when_a_request_does_not_end_in_time(self):
        self.start(drain_seconds=0.1)
        endless = self.send("spin", steps=[_FOREVER], timeout=8)
        self.wait_until_running()

        self.stop()

        self.assertEqual(self.drained.aborted, 1)
        self.assertIsInstance(endless.exception(), grpc.RpcError)
        # Its deadline ends it here; a process would not wait for that.
        self.wait_for(lambda: not self.server.running())

    @parameterized.parameters("port", "rest_port")
    def test_a_port_that_is_taken_is_an_error(self, name):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            taken = other.getsockname()[1]

            with self.assertRaisesRegex(errors.ConfigError, str(taken)):
                self.start(**{name: taken})

    def test_a_label_that_points_to_nothing_is_an_error(self):
        model = model_config.ModelConfig(
            "tiny", str(self.root / "tiny"), labels={"stable": 1}
        )

        with self.assertRaisesRegex(errors.ConfigError, "label to version 1"):
            self.start(models=(model,))

        self.start(models=(model,), allow_labels_for_unavailable=True)

    def test_follows_its_config_file(self):
        file = self.root / "models.config"
        entry = (
            'model_config_list {{ config {{ name: "{}" base_path: "{}" '
            'model_platform: "tensorflow" }} }}'
        )
        file.write_text(entry.format("tiny", self.root / "tiny"))
        self.start(
            models=model_config.read(str(file)),
            model_config_file=str(file),
            model_config_file_poll_seconds=0.05,
        )

        # Half a file is not followed, nor an empty one: whoever writes a file
        # anew empties it first.
        for half in ("model_config_list {", ""):
            file.write_text(half)
            time.sleep(0.5)
            self.predict()
        file.write_text(entry.format("other", self.root / "tiny"))

        self.wait_for(
            lambda: (
                self.rest("GET", "/v1/models/other")[0] == 200
                and b"AVAILABLE" in self.rest("GET", "/v1/models/other")[1]
            )
        )
        self.refused(grpc.StatusCode.NOT_FOUND, self.predict)
        file.write_text("model_config_list {}")

        self.wait_for(
            lambda: (
                self.rest("GET", "/v1/models/other")[0] == 404
                or b"AVAILABLE" not in self.rest("GET", "/v1/models/other")[1]
            )
        )

    def test_a_version_that_is_not_what_was_exported(self):
        self.start(
            wait=False,
            verify=lambda path: [f"{path.name} has changed"],
        )

        self.wait_for(
            lambda: b"1 has changed" in self.rest("GET", "/v1/models/tiny")[1]
        )
        self.assertFalse(self.healthy())

    def test_a_bad_warm_up_keeps_a_version_from_being_served(self):
        base = self.root / "warm"
        path = tiny_models.copy(self.template, base, 1)
        extra = path / "assets.extra"
        extra.mkdir()
        with tf.io.TFRecordWriter(
            str(extra / "tf_serving_warmup_requests")
        ) as writer:
            writer.write(b"\xff")
        models = (model_config.ModelConfig("warm", str(base)),)

        self.start(wait=False, models=models)
        self.wait_for(
            lambda: b"record 0" in self.rest("GET", "/v1/models/warm")[1]
        )
        self.assertFalse(self.healthy())
        self.stop()

        self.start(models=models, warm_up=False)

    # REST.

    @parameterized.named_parameters(
        ("plain", b" " * 2000, {}),
        ("packed", gzip.compress(b" " * 2000), {"Content-Encoding": "gzip"}),
    )
    def test_a_body_that_is_too_large(self, body, headers):
        self.start(max_request_bytes=1000)

        status, answer = self.rest(
            "POST", "/v1/models/tiny:predict", body, headers
        )

        self.assertEqual(status, 413)
        self.assertIn("too large", json.loads(answer)["error"])

    def test_a_body_may_be_packed(self):
        self.start()

        status, answer = self.rest(
            "POST",
            "/v1/models/tiny:predict",
            gzip.compress(b'{"signature_name": "root", "inputs": [9]}'),
            {"Content-Encoding": "gzip"},
        )

        self.assertEqual((status, json.loads(answer)), (200, {"outputs": [3]}))

    def test_a_request_that_takes_too_long(self):
        self.start(rest_seconds=0.3)
        body = {"signature_name": "spin", "inputs": [_FOREVER]}

        status, answer = self.rest(
            "POST", "/v1/models/tiny:predict", json.dumps(body)
        )

        self.assertEqual(status, 504)
        self.assertIn("error", json.loads(answer))

    def test_a_body_that_does_not_come_is_not_waited_for(self):
        self.start(rest_seconds=0.3, rest_threads=1)

        status, _ = self.rest(
            "POST",
            "/v1/models/tiny:predict",
            iter([]),
            {"Content-Length": "100"},
        )

        self.assertEqual(status, 504)

    @parameterized.named_parameters(
        ("elsewhere", "GET", "/", 404),
        ("below", "GET", "/v1/models", 400),
        ("get_predict", "GET", "/v1/models/tiny:predict", 400),
        ("post_status", "POST", "/v1/models/tiny", 400),
        ("put", "PUT", "/v1/models/tiny:predict", 400),
        ("classify", "POST", "/v1/models/tiny:classify", 400),
        ("large_version", "GET", "/v1/models/tiny/versions/" + "9" * 19, 400),
        ("no_metrics", "GET", "/monitoring/prometheus/metrics", 404),
    )
    def test_what_is_not_there(self, method, path, expected):
        self.start()

        status, answer = self.rest(method, path)

        self.assertEqual(status, expected)
        self.assertEqual(set(json.loads(answer)), {"error"})

    # TLS.

    def secure(self, client_verify, **client):
        key, certificate = certificates.make()
        file = self.create_tempfile(
            content=str(
                text_protos.SSLConfig(
                    server_key=key,
                    server_cert=certificate,
                    custom_ca=certificate,
                    client_verify=client_verify,
                )
            )
        )
        self.start(
            wait=False, credentials=tls.server_credentials(file.full_path)
        )
        if client:
            client = {
                "private_key": key.encode(),
                "certificate_chain": certificate.encode(),
            }
        channel = grpc.secure_channel(
            f"localhost:{self.port}",
            grpc.ssl_channel_credentials(certificate.encode(), **client),
        )
        self.addCleanup(channel.close)
        self.wait_for(
            lambda: b"AVAILABLE" in self.rest("GET", "/v1/models/tiny")[1]
        )
        return channel

    def test_tls(self):
        channel = self.secure(client_verify=False)

        self.assertTrue(self.predict(channel=channel).outputs)
        self.refused(grpc.StatusCode.UNAVAILABLE, self.predict)

    def test_mutual_tls(self):
        channel = self.secure(client_verify=True, with_key=True)

        self.assertTrue(self.predict(channel=channel).outputs)

    def test_mutual_tls_refuses_who_has_no_key(self):
        channel = self.secure(client_verify=True)

        self.refused(grpc.StatusCode.UNAVAILABLE, self.predict, channel=channel)

    @parameterized.named_parameters(
        ("nothing", "", "server_key holds no PRIVATE KEY"),
        ("a_path", 'server_key: "/etc/key.pem"', "not the name of a file"),
        ("misspelt", 'key: "a"', "key"),
    )
    def test_tls_that_cannot_be(self, text, expected):
        file = self.create_tempfile(content=text).full_path

        with self.assertRaisesRegex(errors.ConfigError, expected):
            tls.server_credentials(file)


if __name__ == "__main__":
    absltest.main()
