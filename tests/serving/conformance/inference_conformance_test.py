"""What tensorflow_model_server promises of Classify, Regress, MultiInference.

As conformance_test.py, it may ask the binary TF_MODEL_SERVER.
"""

import base64
import pathlib
import tempfile

import grpc
import tensorflow as tf
from absl.testing import absltest, parameterized
from tensorflow_serving.apis import (
    classification_pb2,
    inference_pb2,
    regression_pb2,
)

from tests.serving.model_server import tiny_example_models, tiny_models
from tests.testing import running_server

_Code = grpc.StatusCode
_CLASSIFY = "tensorflow/serving/classify"
_REGRESS = "tensorflow/serving/regress"


def put(request, *xs, bias=None):
    """Adds examples to a request, and features that all of them have."""
    made = [tiny_example_models.example(x=x) for x in xs]
    if bias is None:
        request.input.example_list.examples.extend(made)
        return request
    both = request.input.example_list_with_context
    both.context.CopyFrom(tiny_example_models.example(bias=bias))
    both.examples.extend(made)
    return request


def labels_and_scores(result):
    return [
        [(scored.label, scored.score) for scored in row.classes]
        for row in result.classifications
    ]


class InferenceTestCase(parameterized.TestCase):
    """One server of a model that reads tf.Examples, and one of tensors."""

    more_flags: tuple[str, ...] = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        root = pathlib.Path(folder.name)
        for name in ("examples", "tiny"):
            (root / name).mkdir()
        tiny_example_models.save(root / "examples", 7)
        tiny_models.save(root / "tiny", 1)
        file = root / "models.config"
        file.write_text(
            "model_config_list {"
            + "".join(
                f'config {{ name: "{name}" base_path: "{root / name}" '
                'model_platform: "tensorflow" }'
                for name in ("examples", "tiny")
            )
            + "}"
        )
        cls.server = running_server.Server(
            cls, f"--model_config_file={file}", *cls.more_flags
        )
        cls.server.wait_until_it_listens()
        cls.server.wait_for_state("examples", 7, "AVAILABLE")
        cls.server.wait_for_state("tiny", 1, "AVAILABLE")

    def classify(self, signature, *xs, name="examples", bias=None):
        request = classification_pb2.ClassificationRequest()
        request.model_spec.name = name
        request.model_spec.signature_name = signature
        put(request, *xs, bias=bias)
        return self.server.prediction.Classify(request, timeout=60)

    def regress(self, signature, *xs, name="examples", bias=None):
        request = regression_pb2.RegressionRequest()
        request.model_spec.name = name
        request.model_spec.signature_name = signature
        put(request, *xs, bias=bias)
        return self.server.prediction.Regress(request, timeout=60)

    def infer(self, *tasks, xs=(1.0,)):
        """Asks for all tasks at once: pairs of a method and a signature."""
        request = inference_pb2.MultiInferenceRequest()
        for method, signature in tasks:
            task = request.tasks.add(method_name=method)
            task.model_spec.name = "examples"
            task.model_spec.signature_name = signature
        put(request, *xs)
        return self.server.prediction.MultiInference(request, timeout=60)

    def refused(self, code, text, function, *args, **kwargs):
        with self.assertRaises(grpc.RpcError) as caught:
            function(*args, **kwargs)
        error = caught.exception
        self.assertEqual(error.code(), code, error.details())
        self.assertIn(text, error.details())


class InferenceConformanceTest(InferenceTestCase):
    # Classify.

    def test_classify(self):
        response = self.classify("classify", 1.0, -2.0)

        self.assertEqual(
            labels_and_scores(response.result),
            [[("up", 2.0), ("down", -2.0)], [("up", -4.0), ("down", 4.0)]],
        )
        self.assertEqual(response.model_spec.name, "examples")
        self.assertEqual(response.model_spec.version.value, 7)
        self.assertEqual(response.model_spec.signature_name, "classify")

    def test_classify_without_scores_or_without_classes(self):
        self.assertEqual(
            labels_and_scores(self.classify("classes", 1.0).result),
            [[("up", 0.0), ("down", 0.0)]],
        )
        self.assertEqual(
            labels_and_scores(self.classify("scores", 1.0).result),
            [[("", 2.0), ("", -2.0)]],
        )

    def test_the_context_is_that_of_every_example(self):
        response = self.regress("regress", 1.0, 2.0, bias=10.0)

        self.assertEqual(
            [regression.value for regression in response.result.regressions],
            [12.0, 14.0],
        )

    def test_a_signature_of_tensorflow_2_may_be_asked_if_it_fits(self):
        # It was saved for Predict, as are all.
        self.assertLen(self.classify("native", 1.0).result.classifications, 1)

    @parameterized.parameters("regress", "column")
    def test_regress(self, signature):
        response = self.regress(signature, 1.0, -2.0)

        self.assertEqual(
            [regression.value for regression in response.result.regressions],
            [2.0, -4.0],
        )
        self.assertEqual(response.model_spec.signature_name, signature)

    # MultiInference.

    def test_several_signatures_at_once(self):
        response = self.infer(
            (_REGRESS, "regress"), (_CLASSIFY, "classify"), xs=(1.0, 2.0)
        )

        first, second = response.results
        self.assertEqual(
            [
                regression.value
                for regression in first.regression_result.regressions
            ],
            [2.0, 4.0],
        )
        self.assertEqual(
            labels_and_scores(second.classification_result),
            [[("up", 2.0), ("down", -2.0)], [("up", 4.0), ("down", -4.0)]],
        )
        self.assertEqual(first.model_spec.signature_name, "regress")
        self.assertEqual(second.model_spec.version.value, 7)

    @parameterized.named_parameters(
        (
            "twice",
            [(_REGRESS, "regress"), (_REGRESS, "regress")],
            _Code.INVALID_ARGUMENT,
            "Duplicate evaluation of signature: regress",
        ),
        (
            "not_there",
            [(_REGRESS, "none")],
            _Code.INVALID_ARGUMENT,
            "Requested signature not found in model graph: none",
        ),
        (
            "of_other_inputs",
            [(_REGRESS, "regress"), (_REGRESS, "elsewhere")],
            _Code.INVALID_ARGUMENT,
            "Input tensor must be the same for all Signatures.",
        ),
        (
            "predict",
            [("tensorflow/serving/predict", "serving_default")],
            _Code.UNIMPLEMENTED,
            "Unsupported signature method_name: tensorflow/serving/predict",
        ),
        ("none", [], _Code.INVALID_ARGUMENT, "no name specified"),
    )
    def test_tasks_that_are_refused(self, tasks, code, text):
        self.refused(code, text, self.infer, *tasks)

    def test_tasks_of_two_models(self):
        request = inference_pb2.MultiInferenceRequest()
        for name in ("examples", "tiny"):
            task = request.tasks.add(method_name=_REGRESS)
            task.model_spec.name = name
            task.model_spec.signature_name = "regress"

        self.refused(
            _Code.INVALID_ARGUMENT,
            "must access the same model name",
            self.server.prediction.MultiInference,
            put(request, 1.0),
        )

    # What is refused.

    def test_no_examples(self):
        for ask, signature in (
            (self.classify, "classify"),
            (self.regress, "regress"),
        ):
            self.refused(
                _Code.INVALID_ARGUMENT, "Input is empty", ask, signature
            )

    def test_a_request_without_a_model(self):
        for method, message in (
            ("Classify", classification_pb2.ClassificationRequest()),
            ("Regress", regression_pb2.RegressionRequest()),
        ):
            self.refused(
                _Code.INVALID_ARGUMENT,
                "Missing ModelSpec",
                getattr(self.server.prediction, method),
                message,
            )

    def test_a_model_or_a_signature_that_is_not_there(self):
        for ask in (self.classify, self.regress):
            self.refused(
                _Code.NOT_FOUND,
                "Servable not found for request: Latest(none)",
                ask,
                "",
                1.0,
                name="none",
            )
            self.refused(
                _Code.INVALID_ARGUMENT,
                "No signature was found with the name: none",
                ask,
                "none",
                1.0,
            )

    @parameterized.named_parameters(
        (
            "another_name",
            "classify",
            "",
            "No classification inputs found in SignatureDef",
        ),
        ("two_inputs", "classify", "add", "Expected one input Tensor."),
        ("two_values", "regress", "", "Expected one output Tensor."),
        (
            "no_inputs",
            "regress",
            "root",
            "No regression inputs found in SignatureDef",
        ),
    )
    def test_signatures_of_tensors(self, method, signature, text):
        self.refused(
            _Code.INVALID_ARGUMENT,
            text,
            getattr(self, method),
            signature,
            1.0,
            name="tiny",
        )

    @parameterized.named_parameters(
        (
            "neither",
            "classify",
            "regress",
            'at least one of "classes" or "scores"',
        ),
        ("no_value", "regress", "odd", "No regression outputs found"),
        (
            "flat",
            "classify",
            "flat",
            "Expected Tensor shape: [batch_size num_classes] but got [1]",
        ),
        (
            "type",
            "classify",
            "swapped",
            "Expected scores Tensor of DT_FLOAT. Got: DT_STRING",
        ),
        (
            "widths",
            "classify",
            "narrow",
            "Tensors class and score should match in dim_size(1). Got 2 vs. 1",
        ),
        (
            "wide",
            "regress",
            "wide",
            "either [batch_size] or [batch_size, 1] but got [1,2]",
        ),
        (
            "text",
            "regress",
            "text",
            "Expected output Tensor of DT_FLOAT.  Got: DT_STRING",
        ),
    )
    def test_outputs_that_are_none(self, method, signature, text):
        self.refused(
            _Code.INVALID_ARGUMENT, text, getattr(self, method), signature, 1.0
        )

    def test_an_example_without_its_feature(self):
        request = regression_pb2.RegressionRequest()
        request.model_spec.name = "examples"
        request.model_spec.signature_name = "regress"
        request.input.example_list.examples.append(tf.train.Example())

        self.refused(
            _Code.INVALID_ARGUMENT,
            "",
            self.server.prediction.Regress,
            request,
        )

    def test_predict_takes_the_same_signatures(self):
        serialized = tiny_example_models.example(x=1.0).SerializeToString()
        body = {
            "signature_name": "regress",
            "instances": [{"b64": base64.b64encode(serialized).decode()}],
        }

        self.assertEqual(
            self.server.rest("examples:predict", body),
            (200, {"predictions": [2.0]}),
        )

    # REST.

    def test_rest_classify(self):
        body = {
            "signature_name": "classify",
            "examples": [{"x": 1.5}, {"x": [-2.0]}],
        }

        self.assertEqual(
            self.server.rest("examples:classify", body),
            (
                200,
                {
                    "results": [
                        [["up", 3.0], ["down", -3.0]],
                        [["up", -4.0], ["down", 4.0]],
                    ]
                },
            ),
        )

    def test_rest_regress_with_a_context(self):
        body = {
            "signature_name": "regress",
            "context": {"bias": 0.2},
            "examples": [{"x": 0.0}, {"x": 1.0}],
        }

        self.assertEqual(
            self.server.rest("examples/versions/7:regress", body),
            (200, {"results": [0.2, 2.2]}),
        )

    @parameterized.named_parameters(
        ("no_json", b"{", 400, "JSON Parse error"),
        ("no_object", [], 400, "Is not object"),
        ("no_examples", {}, 400, "'examples' is expected"),
        ("no_list", {"examples": {}}, 400, "to be an list/array"),
        ("empty", {"examples": []}, 400, "is an empty array"),
        (
            "no_example",
            {"examples": [1]},
            400,
            "Example must be JSON object but got JSON Number",
        ),
        (
            "context",
            {"context": [], "examples": [{}]},
            400,
            "Example must be JSON object but got JSON Array",
        ),
        ("null", {"examples": [{"x": None}]}, 400, "JSON type: Null"),
        ("nested", {"examples": [{"x": [[1.0]]}]}, 400, "JSON type: Array"),
        ("object", {"examples": [{"x": {"y": 1}}]}, 400, "JSON type: Object"),
        (
            "mixed",
            {"examples": [{"x": [1.0, "a"]}]},
            400,
            "Unexpected element type in feature: x expecting type: float",
        ),
        (
            "large",
            {"examples": [{"x": 2**63}]},
            400,
            "has uint64 element. Only int64 is supported.",
        ),
        (
            "too_large",
            {"examples": [{"x": 1e300}]},
            400,
            "without loss of precision",
        ),
        ("base64", {"examples": [{"x": {"b64": "?"}}]}, 400, "base64 decode"),
        ("kind", {"examples": [{"x": 1}]}, 400, ""),
        (
            "signature",
            {"signature_name": "none", "examples": [{"x": 1.0}]},
            400,
            "No signature was found with the name: none",
        ),
    )
    def test_rest_errors(self, body, expected, text):
        if isinstance(body, dict):
            body.setdefault("signature_name", "regress")
        status, answer = self.server.rest("examples:regress", body)

        self.assertEqual(status, expected, answer)
        self.assertIn(text, answer["error"])

    def test_rest_without_the_model(self):
        status, answer = self.server.rest(
            "none:classify", {"examples": [{"x": 1.0}]}
        )

        self.assertEqual(status, 404)
        self.assertIn("Latest(none)", answer["error"])


class BatchedInferenceConformanceTest(InferenceConformanceTest):
    """Nothing that was promised changes when requests are joined."""

    more_flags = ("--enable_batching=true",)


class CheckedInferenceConformanceTest(InferenceTestCase):
    """With a check of what a signature was saved for."""

    more_flags = ("--enable_signature_method_name_check=true",)

    def test_signatures_are_asked_as_they_were_saved(self):
        self.assertLen(self.classify("classify", 1.0).result.classifications, 1)
        self.assertLen(self.regress("regress", 1.0).result.regressions, 1)

    def test_others_are_refused(self):
        for ask, noun, method in (
            (self.classify, "classification", _CLASSIFY),
            (self.regress, "regression", _REGRESS),
        ):
            self.refused(
                _Code.INVALID_ARGUMENT,
                f"Expected {noun} signature method_name to be {method}. "
                "Was: tensorflow/serving/predict",
                ask,
                "native",
                1.0,
            )
        self.refused(
            _Code.INVALID_ARGUMENT,
            f"Expected regression signature method_name to be {_REGRESS}. "
            f"Was: {_CLASSIFY}",
            self.infer,
            (_REGRESS, "classify"),
        )


if __name__ == "__main__":
    absltest.main()
