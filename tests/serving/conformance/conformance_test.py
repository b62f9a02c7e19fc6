"""What tensorflow_model_server promises, asked over the wire.

It runs against our server and, where the variable TF_MODEL_SERVER names a
binary, against that: nothing here is known of the inside of either.
"""

import concurrent.futures
import pathlib
import tempfile
import threading

import grpc
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_management_pb2,
    predict_pb2,
)

from tests.serving.model_server import tiny_models
from tests.testing import running_server

_Code = grpc.StatusCode
_MAX_MESSAGE = 2**20


class ConformanceTest(parameterized.TestCase):
    """One server; each test has models of its own names."""

    # Beside those that all servers here are started with.
    more_flags: tuple[str, ...] = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name)
        for name in ("templates", "tiny"):
            (cls.root / name).mkdir()
        # Versions that answer with factors 2 and 3.
        cls.two = tiny_models.save(cls.root / "templates", 2, 2.0)
        cls.three = tiny_models.save(cls.root / "templates", 3, 3.0)
        tiny_models.copy(cls.two, cls.root / "tiny", 2)
        tiny_models.copy(cls.three, cls.root / "tiny", 3)
        cls.configs = {"tiny": cls.config("tiny", all={})}
        file = cls.root / "models.config"
        file.write_text(str(cls.server_config()))
        cls.server = running_server.Server(
            cls,
            f"--model_config_file={file}",
            "--file_system_poll_wait_seconds=1",
            "--max_num_load_retries=0",
            "--load_retry_interval_micros=0",
            "--grpc_channel_arguments=grpc.max_receive_message_length="
            f"{_MAX_MESSAGE}",
            *cls.more_flags,
        )
        cls.server.wait_until_it_listens()
        for version in (2, 3):
            cls.server.wait_for_state("tiny", version, "AVAILABLE")

    @classmethod
    def config(cls, name, labels=None, **policy):
        request = model_management_pb2.ReloadConfigRequest()
        return request.config.model_config_list.config.add(
            name=name,
            base_path=str(cls.root / name),
            model_platform="tensorflow",
            model_version_policy=policy,
            version_labels=labels or {},
        )

    @classmethod
    def server_config(cls):
        request = model_management_pb2.ReloadConfigRequest()
        request.config.model_config_list.config.extend(cls.configs.values())
        return request.config

    def publish(self, name, *versions):
        """Publishes versions, those of even numbers with the factor two."""
        for version in versions:
            template = self.three if version % 2 else self.two
            tiny_models.copy(template, self.root / name, version)

    def reload(self, name, labels=None, **policy):
        """Serves one model more, or differently."""
        before = dict(self.configs)
        self.configs[name] = self.config(name, labels, **policy)
        try:
            self.send_config()
        except grpc.RpcError:
            self.configs.clear()
            self.configs.update(before)
            raise

    def send_config(self):
        request = model_management_pb2.ReloadConfigRequest()
        request.config.CopyFrom(self.server_config())
        return self.server.models.HandleReloadConfigRequest(request)

    def request(self, name="tiny", signature="", inputs=None, **spec):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = name
        request.model_spec.signature_name = signature
        if "version" in spec:
            request.model_spec.version.value = spec["version"]
        if "label" in spec:
            request.model_spec.version_label = spec["label"]
        if inputs is None:
            inputs = {"x": np.array([[1, 2]], np.float32)}
        for key, value in inputs.items():
            request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
        return request

    def factor(self, **spec):
        """What the version that answers multiplies by."""
        response = self.server.predict(self.request(**spec))
        return tf.make_ndarray(response.outputs["y"])[0, 0]

    def refused(self, code, text, function, *args):
        with self.assertRaises(grpc.RpcError) as caught:
            function(*args)
        error = caught.exception
        self.assertEqual(error.code(), code, error.details())
        self.assertIn(text, error.details())

    # Predict.

    def test_the_answer_says_what_was_asked(self):
        response = self.server.predict(self.request())

        self.assertEqual(response.model_spec.name, "tiny")
        self.assertEqual(response.model_spec.version.value, 3)
        self.assertEqual(response.model_spec.signature_name, "serving_default")
        self.assertEqual(set(response.outputs), {"y", "x_sum"})
        # Clients read the fields, not only make_ndarray.
        self.assertEqual(list(response.outputs["y"].float_val), [3, 6])

    @parameterized.parameters(0, 1, 7)
    def test_batches_of_any_size(self, size):
        x = np.arange(2 * size, dtype=np.float32).reshape(size, 2)

        response = self.server.predict(self.request(inputs={"x": x}))

        np.testing.assert_array_equal(
            tf.make_ndarray(response.outputs["y"]), 3 * x
        )

    def test_a_version_may_be_chosen(self):
        self.assertEqual(self.factor(version=2), 2)
        self.assertEqual(self.factor(version=3), 3)

    def test_another_signature_and_strings(self):
        response = self.server.predict(
            self.request(signature="shout", inputs={"text": [b"a", b"\xff"]})
        )

        self.assertEqual(
            list(response.outputs["upper"].string_val), [b"A", b"\xff"]
        )

    def test_the_outputs_may_be_chosen(self):
        request = self.request()
        request.output_filter.append("x_sum")

        response = self.server.predict(request)

        self.assertEqual(set(response.outputs), {"x_sum"})

    def test_an_output_that_is_not_there(self):
        request = self.request()
        request.output_filter.append("z")

        self.refused(
            _Code.INVALID_ARGUMENT,
            "output tensor alias not found in signature",
            self.server.predict,
            request,
        )

    def test_a_model_or_a_version_that_is_not_there(self):
        self.refused(
            _Code.NOT_FOUND,
            "Servable not found for request: Latest(none)",
            self.server.predict,
            self.request("none"),
        )
        self.refused(
            _Code.NOT_FOUND,
            "Servable not found for request: Specific(tiny, 9)",
            self.server.predict,
            self.request(version=9),
        )

    def test_a_label_that_is_not_there(self):
        self.refused(
            _Code.INVALID_ARGUMENT,
            "Unrecognized servable version label",
            self.server.predict,
            self.request(label="none"),
        )

    def test_a_signature_that_is_not_there(self):
        self.refused(
            _Code.FAILED_PRECONDITION,
            'Serving signature key "none" not found.',
            self.server.predict,
            self.request(signature="none"),
        )

    def test_a_request_without_a_model(self):
        self.refused(
            _Code.INVALID_ARGUMENT,
            "Missing ModelSpec",
            self.server.predict,
            predict_pb2.PredictRequest(),
        )

    @parameterized.named_parameters(
        ("missing", {}, "Missing but required: {x}"),
        (
            "extra",
            {"x": [[1.0, 2.0]], "more": [1.0]},
            "Sent extra: {more}",
        ),
    )
    def test_inputs_that_are_not_those_of_the_signature(self, inputs, text):
        request = self.request(inputs=inputs)
        for expected in ("input size does not match signature", text):
            self.refused(
                _Code.INVALID_ARGUMENT, expected, self.server.predict, request
            )

    def test_an_input_of_another_name(self):
        self.refused(
            _Code.INVALID_ARGUMENT,
            "input tensor alias not found in signature: z",
            self.server.predict,
            self.request(inputs={"z": [[1.0, 2.0]]}),
        )

    @parameterized.named_parameters(
        ("dtype", "", {"x": np.array([[1, 2]])}),
        ("text", "", {"x": [["a", "b"]]}),
        ("rank", "", {"x": np.zeros([2], np.float32)}),
        (
            "sizes",
            "add",
            {"a": np.zeros([2], np.float32), "b": np.zeros([3], np.int32)},
        ),
        ("value", "root", {"x": np.array([-1], np.float32)}),
    )
    def test_inputs_that_do_not_fit(self, signature, inputs):
        self.refused(
            _Code.INVALID_ARGUMENT,
            "",
            self.server.predict,
            self.request(signature=signature, inputs=inputs),
        )

    def test_a_message_that_is_too_large(self):
        x = np.zeros([_MAX_MESSAGE // 8 + 1, 2], np.float32)

        self.refused(
            _Code.RESOURCE_EXHAUSTED,
            "larger than max",
            self.server.predict,
            self.request(inputs={"x": x}),
        )

    def test_a_deadline(self):
        steps = {"steps": np.array([2**31 - 1], np.int32)}

        self.refused(
            _Code.DEADLINE_EXCEEDED,
            "",
            self.server.predict,
            self.request(signature="spin", inputs=steps),
            0.5,
        )
        self.assertEqual(self.factor(), 3)

    def test_a_deadline_need_not_be(self):
        response = self.server.prediction.Predict(self.request())

        self.assertEqual(response.model_spec.version.value, 3)

    # The other methods of PredictionService.

    def test_metadata(self):
        request = get_model_metadata_pb2.GetModelMetadataRequest(
            metadata_field=["signature_def"]
        )
        request.model_spec.name = "tiny"

        response = self.server.prediction.GetModelMetadata(request)

        signatures = get_model_metadata_pb2.SignatureDefMap()
        self.assertTrue(response.metadata["signature_def"].Unpack(signatures))
        signature = signatures.signature_def["serving_default"]
        self.assertEqual(response.model_spec.version.value, 3)
        self.assertEqual(signature.method_name, "tensorflow/serving/predict")
        self.assertEqual(signature.inputs["x"].dtype, tf.float32)
        self.assertEqual(
            [dim.size for dim in signature.inputs["x"].tensor_shape.dim],
            [-1, 2],
        )

    def test_metadata_that_is_not_there(self):
        request = get_model_metadata_pb2.GetModelMetadataRequest()
        request.model_spec.name = "tiny"
        ask = self.server.prediction.GetModelMetadata

        self.refused(
            _Code.INVALID_ARGUMENT, "at least one metadata_field", ask, request
        )
        request.metadata_field.append("other")
        self.refused(_Code.INVALID_ARGUMENT, "is not supported", ask, request)
        request.metadata_field[:] = ["signature_def"]
        request.model_spec.name = "none"
        self.refused(_Code.NOT_FOUND, "Servable not found", ask, request)

    # ModelService.

    def test_status(self):
        self.assertEqual(
            self.server.states("tiny"), {2: "AVAILABLE", 3: "AVAILABLE"}
        )

    def test_status_of_what_is_not_there(self):
        request = get_model_status_pb2.GetModelStatusRequest()
        ask = self.server.models.GetModelStatus
        self.refused(_Code.INVALID_ARGUMENT, "Missing ModelSpec", ask, request)
        request.model_spec.name = "none"
        self.refused(
            _Code.NOT_FOUND,
            "Could not find any versions of model none",
            ask,
            request,
        )
        request.model_spec.name = "tiny"
        request.model_spec.version.value = 9
        self.refused(
            _Code.NOT_FOUND, "Could not find version 9 of model", ask, request
        )

    def test_models_are_added_and_removed(self):
        self.publish("added", 4)

        self.reload("added")
        self.assertEqual(self.factor(name="added"), 2)
        del self.configs["added"]
        self.send_config()

        self.server.wait_for_state("added", 4, "END")
        self.refused(
            _Code.NOT_FOUND,
            "Latest(added)",
            self.server.predict,
            self.request("added"),
        )
        self.assertEqual(self.factor(), 3)

    def test_a_config_without_a_list_of_models_is_refused(self):
        nothing = model_management_pb2.ReloadConfigRequest()
        custom = model_management_pb2.ReloadConfigRequest()
        custom.config.custom_model_config.SetInParent()

        for request in (nothing, custom):
            self.refused(
                _Code.INVALID_ARGUMENT,
                "not supported",
                self.server.models.HandleReloadConfigRequest,
                request,
            )

    def test_labels_move_between_loaded_versions(self):
        self.publish("labelled", 2, 3)
        self.reload("labelled", all={})
        for version in (2, 3):
            self.server.wait_for_state("labelled", version, "AVAILABLE")

        self.reload("labelled", {"stable": 2, "canary": 3}, all={})
        self.assertEqual(self.factor(name="labelled", label="stable"), 2)
        self.assertEqual(self.factor(name="labelled", label="canary"), 3)
        self.reload("labelled", {"stable": 3}, all={})

        self.assertEqual(self.factor(name="labelled", label="stable"), 3)
        self.refused(
            _Code.INVALID_ARGUMENT,
            "Unrecognized servable version label",
            self.server.predict,
            self.request("labelled", label="canary"),
        )

    def test_a_label_of_a_version_that_is_not_loaded_is_refused(self):
        self.refused(
            _Code.FAILED_PRECONDITION,
            "not currently available for inference",
            lambda: self.reload("tiny", {"stable": 9}, all={}),
        )

    def test_version_policies(self):
        self.publish("policies", 1, 2, 3, 4)
        self.reload("policies", specific={"versions": [1]})
        self.assertEqual(self.server.states("policies"), {1: "AVAILABLE"})
        self.assertEqual(self.factor(name="policies"), 3)
        self.reload("policies", latest={"num_versions": 2})
        self.server.wait_for_state("policies", 4, "AVAILABLE")
        self.server.wait_for_state("policies", 3, "AVAILABLE")
        self.server.wait_for_state("policies", 1, "END")
        self.reload("policies", all={})

        for version in (1, 2, 3, 4):
            self.server.wait_for_state("policies", version, "AVAILABLE")

    # Versions change under load.

    def test_no_request_fails_while_versions_change(self):
        self.publish("swapped", 2)
        self.reload("swapped")
        done = threading.Event()

        def ask():
            factors = []
            while not done.is_set():
                factors.append(self.factor(name="swapped"))
            return factors

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            clients = [pool.submit(ask) for _ in range(4)]
            try:
                for version in (3, 4, 5):
                    self.publish("swapped", version)
                    self.server.wait_for_state("swapped", version, "AVAILABLE")
                    self.server.wait_for_state("swapped", version - 1, "END")
            finally:
                done.set()
            # A request that failed would raise here.
            factors = [f for client in clients for f in client.result()]

        # There was load, also where the machine is busy.
        self.assertGreater(len(factors), 100)
        self.assertEqual(set(factors), {2, 3})
        self.assertEqual(self.factor(name="swapped"), 3)

    def test_a_broken_version_leaves_the_old_one_serving(self):
        self.publish("broken", 2)
        self.reload("broken")
        broken = tiny_models.copy(self.three, self.root / "workshop", 1)
        tiny_models.break_(broken)
        broken.rename(self.root / "broken" / "3")

        self.server.wait_for_state("broken", 3, "END")

        self.assertEqual(self.server.states("broken")[2], "AVAILABLE")
        self.assertEqual(self.factor(name="broken"), 2)
        _, status = self.server.rest("broken/versions/3")
        (version,) = status["model_version_status"]
        self.assertNotEqual(version["status"]["error_code"], "OK")
        self.assertNotEmpty(version["status"]["error_message"])

    # REST.

    @parameterized.named_parameters(
        ("rows", {"instances": [[1, 2], [3, 4]]}),
        ("named_rows", {"instances": [{"x": [1, 2]}, {"x": [3, 4]}]}),
    )
    def test_rest_rows(self, body):
        self.assertEqual(
            self.server.rest("tiny:predict", body),
            (
                200,
                {
                    "predictions": [
                        {"y": [3.0, 6.0], "x_sum": 3.0},
                        {"y": [9.0, 12.0], "x_sum": 7.0},
                    ]
                },
            ),
        )

    @parameterized.named_parameters(
        ("columns", {"inputs": [[1, 2]]}),
        ("named_columns", {"inputs": {"x": [[1, 2]]}}),
    )
    def test_rest_columns(self, body):
        self.assertEqual(
            self.server.rest("tiny/versions/2:predict", body),
            (200, {"outputs": {"y": [[2.0, 4.0]], "x_sum": [3.0]}}),
        )

    def test_rest_needs_no_name_for_the_only_output(self):
        body = {
            "signature_name": "add",
            "instances": [{"a": 0.5, "b": 1}, {"a": 2, "b": 3}],
        }

        self.assertEqual(
            self.server.rest("tiny:predict", body),
            (200, {"predictions": [1.5, 5.0]}),
        )

    def test_rest_bytes_are_base64(self):
        body = {
            "signature_name": "shout",
            "instances": [{"b64": "YWI="}, "c"],
        }

        self.assertEqual(
            self.server.rest("tiny:predict", body),
            (
                200,
                {
                    "predictions": [
                        {"upper": "AB", "text_bytes": {"b64": "YWI="}},
                        {"upper": "C", "text_bytes": {"b64": "Yw=="}},
                    ]
                },
            ),
        )

    def test_rest_labels(self):
        self.publish("rest_labels", 2)
        self.reload("rest_labels")
        self.reload("rest_labels", {"stable": 2})

        status, answer = self.server.rest(
            "rest_labels/labels/stable:predict", {"instances": [[1, 1]]}
        )

        self.assertEqual(status, 200)
        self.assertEqual(answer["predictions"][0]["y"], [2.0, 2.0])

    @parameterized.named_parameters(
        ("no_json", "tiny:predict", b"{", 400),
        ("no_inputs", "tiny:predict", {}, 400),
        ("both", "tiny:predict", {"inputs": 1, "instances": [1]}, 400),
        ("type", "tiny:predict", {"instances": [["a", "b"]]}, 400),
        ("ragged", "tiny:predict", {"instances": [[1, 2], [3]]}, 400),
        ("name", "tiny:predict", {"instances": [{"z": [1, 2]}]}, 400),
        (
            "signature",
            "tiny:predict",
            {"signature_name": "none", "instances": [[1, 2]]},
            400,
        ),
        ("label", "tiny/labels/none:predict", {"instances": [[1, 2]]}, 400),
        ("model", "none:predict", {"instances": [[1, 2]]}, 404),
        ("version", "tiny/versions/9:predict", {"instances": [[1, 2]]}, 404),
        ("method", "tiny:guess", {"instances": [[1, 2]]}, 400),
        ("status", "none", None, 404),
        ("metadata", "none/metadata", None, 404),
    )
    def test_rest_errors(self, path, body, expected):
        status, answer = self.server.rest(path, body)

        self.assertEqual(status, expected, answer)
        self.assertEqual(set(answer), {"error"})

    def test_rest_status(self):
        status, answer = self.server.rest("tiny/versions/2")

        self.assertEqual(status, 200)
        (version,) = answer["model_version_status"]
        self.assertEqual(version["version"], "2")
        self.assertEqual(version["state"], "AVAILABLE")
        self.assertEqual(
            version["status"], {"error_code": "OK", "error_message": ""}
        )

    def test_rest_metadata(self):
        status, answer = self.server.rest("tiny/metadata")

        self.assertEqual(status, 200)
        self.assertEqual(answer["model_spec"]["name"], "tiny")
        self.assertEqual(answer["model_spec"]["version"], "3")
        signatures = answer["metadata"]["signature_def"]["signature_def"]
        self.assertEqual(
            signatures["serving_default"]["inputs"]["x"]["dtype"], "DT_FLOAT"
        )


class BatchedConformanceTest(ConformanceTest):
    """Nothing that was promised changes when requests are joined."""

    more_flags = ("--enable_batching=true",)


if __name__ == "__main__":
    absltest.main()
