import grpc
import numpy as np
from absl.testing import absltest, parameterized

from serving.model_server import errors, inference_methods

_CLASSIFY = inference_methods.METHODS["tensorflow/serving/classify"]
_REGRESS = inference_methods.METHODS["tensorflow/serving/regress"]


class InferenceMethodsTest(parameterized.TestCase):
    """The rest is tests/serving/conformance/inference_conformance_test.py's."""

    def test_a_row_of_classes_an_example(self):
        outputs = {
            "classes": np.array([[b"a", b"b"]] * 3, object),
            "scores": np.arange(6, dtype=np.float32).reshape(3, 2),
        }

        rows = _CLASSIFY.result(outputs, 3).classification_result

        self.assertLen(rows.classifications, 3)
        last = rows.classifications[2].classes
        self.assertEqual(
            [(c.label, c.score) for c in last], [("a", 4), ("b", 5)]
        )

    def test_labels_that_no_message_can_hold(self):
        with self.assertRaisesRegex(errors.ServingError, "UTF-8") as caught:
            _CLASSIFY.result({"classes": np.array([[b"\xff"]], object)}, 1)

        self.assertEqual(
            caught.exception.code, grpc.StatusCode.FAILED_PRECONDITION
        )

    @parameterized.named_parameters(
        (
            "scores",
            _CLASSIFY,
            {"scores": np.zeros([3, 1], np.float32)},
            "Expected scores output batch size of 2. Got: 3",
        ),
        (
            "values",
            _REGRESS,
            {"outputs": np.zeros([3], np.float32)},
            "did not match output batch size: 2 vs. 3",
        ),
        (
            "scalar",
            _REGRESS,
            {"outputs": np.float32(1)},
            r"\[batch_size, 1\] but got \[\]",
        ),
    )
    def test_outputs_of_another_size(self, method, outputs, text):
        with self.assertRaisesRegex(errors.ServingError, text) as caught:
            method.result(outputs, 2)

        self.assertEqual(
            caught.exception.code, grpc.StatusCode.INVALID_ARGUMENT
        )


if __name__ == "__main__":
    absltest.main()
