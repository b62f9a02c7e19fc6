"""The command: its flags, its log, its end."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from stylex_tf.export import manifest
from tests.serving.model_server import tiny_models
from tests.testing import running_server


class FlagsTest(parameterized.TestCase):
    def run_with(self, *flags):
        """Runs the command, which must refuse; TensorFlow is not imported."""
        return subprocess.run(
            [
                sys.executable,
                "-X",
                "importtime",
                "-m",
                "serving.server",
                *flags,
            ],
            capture_output=True,
            text=True,
            env={"PYTHONPATH": ":".join(filter(None, sys.path))},
            check=False,
        )

    @parameterized.named_parameters(
        ("no_model", [], "one of --model_base_path and --model_config_file"),
        (
            "two_models",
            ["--model_base_path=/", "--model_config_file=/x"],
            "one of --model_base_path and --model_config_file",
        ),
        (
            "no_folder",
            ["--model_base_path=/no/such"],
            "base_path is /no/such, where no folder is",
        ),
        (
            "one_port",
            ["--model_base_path=/", "--port=9", "--rest_api_port=9"],
            "--rest_api_port and --port are both 9",
        ),
        (
            "batching",
            ["--model_base_path=/", "--batching_parameters_file=/x"],
            "--batching_parameters_file needs --enable_batching",
        ),
        (
            "monitoring",
            ["--model_base_path=/", "--monitoring_config_file=/x"],
            "--monitoring_config_file needs --rest_api_port",
        ),
        (
            "no_file",
            ["--model_config_file=/no/such.config"],
            "/no/such.config should hold a tensorflow.serving.ModelServer",
        ),
        (
            "channel_arguments",
            ["--model_base_path=/", "--grpc_channel_arguments=a"],
            "has 'a'; expected name=value",
        ),
    )
    def test_refuses(self, flags, expected):
        done = self.run_with(*flags)

        self.assertEqual(done.returncode, 1, done.stderr[-2000:])
        self.assertIn("error: ", done.stderr.splitlines()[-1])
        self.assertIn(expected, done.stderr.splitlines()[-1])
        # As it lists what is imported; a mistake is told before that.
        self.assertRegex(done.stderr, r"\|\s+serving\.model_server\.options\n")
        self.assertNotRegex(done.stderr, r"\|\s+tensorflow\n")


class ServerTest(absltest.TestCase):
    def test_serves_until_it_is_told_to_end_and_finishes_what_runs(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        tiny_models.save(base, 1)
        parameters = self.create_tempfile(
            content="batch_timeout_micros { value: 1000000 }"
        )
        monitoring = self.create_tempfile(
            content="prometheus_config { enable: true }"
        )
        server = running_server.Server(
            type(self),
            "--model_name=tiny",
            f"--model_base_path={base}",
            "--enable_batching=true",
            f"--batching_parameters_file={parameters.full_path}",
            f"--monitoring_config_file={monitoring.full_path}",
        )
        server.wait_until_it_listens()
        server.wait_for_state("tiny", 1, "AVAILABLE")
        self.assertIn("development server", server.log().splitlines()[0])
        self.assertIn(
            "serving/tf_serving/README.md", server.log().splitlines()[0]
        )
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "tiny"
        request.inputs["x"].CopyFrom(
            tf.make_tensor_proto(np.ones([1, 2], np.float32))
        )
        # The connection stands before the requests whose end is waited for.
        server.predict(request)
        waiting = [
            server.prediction.Predict.future(request, timeout=60)
            for _ in range(2)
        ]
        # Calls of one connection are taken in their order: once a later one
        # is answered, these run, and wait for their batch.
        server.states("tiny")

        server.terminate()

        self.assertEqual(server.exit_code(), 0)
        for future in waiting:
            self.assertIn("y", future.result().outputs)
        self.assertIn("Drained", server.log())

    def start(self, base, *flags):
        server = running_server.Server(
            type(self),
            "--model_name=tiny",
            f"--model_base_path={base}",
            *flags,
        )
        server.wait_until_it_listens()
        return server

    def base_with_a_load_that_hangs(self):
        """Makes a base path with a version whose warm-up never ends."""
        base = pathlib.Path(self.create_tempdir().full_path, "odd [1]*")
        base.mkdir()
        path = tiny_models.save(base, 1)
        extra = path / "assets.extra"
        extra.mkdir()
        request = predict_pb2.PredictRequest()
        request.model_spec.signature_name = "spin"
        request.inputs["steps"].CopyFrom(
            tf.make_tensor_proto([2**31 - 1], tf.int32)
        )
        log = prediction_log_pb2.PredictionLog()
        log.predict_log.request.CopyFrom(request)
        with tf.io.TFRecordWriter(
            str(extra / "tf_serving_warmup_requests")
        ) as writer:
            writer.write(log.SerializeToString())
        return base

    def test_a_version_that_loads_is_not_waited_for(self):
        server = self.start(
            self.base_with_a_load_that_hangs(), "--drain_seconds=600"
        )
        server.wait_for_state("tiny", 1, "LOADING")

        server.terminate()

        self.assertEqual(server.exit_code(), 0)

    def spinning(self, *flags):
        """Starts a server that works on a request which does not end."""
        base = pathlib.Path(self.create_tempdir().full_path)
        tiny_models.save(base, 1)
        server = self.start(base, *flags)
        server.wait_for_state("tiny", 1, "AVAILABLE")
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "tiny"
        request.model_spec.signature_name = "spin"
        request.inputs["steps"].CopyFrom(
            tf.make_tensor_proto([2**31 - 1], tf.int32)
        )
        future = server.prediction.Predict.future(request, timeout=600)
        # Both use one connection, so this one is answered when that one has
        # begun.
        server.states("tiny")
        return server, future

    def test_a_second_signal_ends_at_once(self):
        server, future = self.spinning("--drain_seconds=600")

        server.terminate()
        server.wait_for(lambda: "Draining" in server.log())
        server.terminate()

        self.assertEqual(server.exit_code(), 1)
        self.assertIsNotNone(future.exception())
        self.assertIn("A second signal", server.log())

    def test_a_request_that_is_cut_off_shows_in_the_exit_code(self):
        server, future = self.spinning("--drain_seconds=0.2")

        server.terminate()

        self.assertEqual(server.exit_code(), 1)
        self.assertIsNotNone(future.exception())
        self.assertIn("1 requests did not end", server.log())

    def test_a_file_that_is_not_as_it_was_exported(self):
        base = pathlib.Path(self.create_tempdir().full_path)
        path = tiny_models.save(base, 1)
        manifest.write(path)
        tiny_models.copy(path, base, 2)
        with (base / "2" / "fingerprint.pb").open("ab") as file:
            file.write(b"!")

        server = self.start(base, "--max_num_load_retries=0")

        server.wait_for_state("tiny", 2, "END")
        self.assertIn(
            "fingerprint.pb: has SHA-256",
            json.dumps(server.rest("tiny/versions/2")[1]),
        )


if __name__ == "__main__":
    absltest.main()
