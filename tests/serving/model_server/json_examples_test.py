import json
import math

from absl.testing import absltest
from tensorflow_serving.apis import inference_pb2

from serving.model_server import errors, json_examples


def features_of(**values):
    """The one example that a body with these features holds."""
    body = json.dumps({"examples": [values]}).encode()
    _, sent = json_examples.parse(body)
    (example,) = sent.example_list.examples
    return example.features.feature


class JsonExamplesTest(absltest.TestCase):
    """Its errors: tests/serving/conformance/inference_conformance_test.py."""

    def test_a_feature_is_of_the_kind_of_its_values(self):
        features = features_of(
            numbers=[0.5, -1.5],
            one=0.5,
            whole=[1, -(2**63), 2**63 - 1],
            truth=[True, False],
            text="ä",
            binary=[{"b64": "/w=="}, "a"],
            none=[],
        )

        self.assertEqual(features["numbers"].float_list.value, [0.5, -1.5])
        self.assertEqual(features["one"].float_list.value, [0.5])
        self.assertEqual(
            features["whole"].int64_list.value, [1, -(2**63), 2**63 - 1]
        )
        self.assertEqual(features["truth"].int64_list.value, [1, 0])
        self.assertEqual(features["text"].bytes_list.value, ["ä".encode()])
        self.assertEqual(features["binary"].bytes_list.value, [b"\xff", b"a"])
        self.assertIn("none", features)
        self.assertIsNone(features["none"].WhichOneof("kind"))

    def test_numbers_that_are_none(self):
        values = features_of(x=[math.nan, math.inf])["x"].float_list.value

        self.assertTrue(math.isnan(values[0]))
        self.assertEqual(values[1], math.inf)

    def test_whole_numbers_beyond_64_bits_are_floats(self):
        self.assertEqual(features_of(x=2**64)["x"].float_list.value, [2.0**64])
        with self.assertRaisesRegex(errors.ServingError, "loss of precision"):
            features_of(x=10**40)

    def test_a_name_that_no_message_can_hold(self):
        with self.assertRaisesRegex(errors.ServingError, "UTF-8"):
            features_of(**{"\ud800": 1})

    def test_the_signature_and_the_context(self):
        name, sent = json_examples.parse(
            b'{"signature_name": "a", "context": {"c": 1}, '
            b'"examples": [{}, {}]}'
        )

        both = sent.example_list_with_context
        self.assertEqual(name, "a")
        self.assertEqual(
            both.context.features.feature["c"].int64_list.value, [1]
        )
        self.assertLen(both.examples, 2)

    def test_answers(self):
        result = inference_pb2.InferenceResult()
        row = result.classification_result.classifications.add()
        row.classes.add(label="a", score=0.2)
        row.classes.add(label="b")
        self.assertEqual(
            json_examples.from_result(result),
            b'{"results": [[["a", 0.2], ["b", 0.0]]]}',
        )
        result.regression_result.regressions.add(value=0.1)
        self.assertEqual(
            json_examples.from_result(result), b'{"results": [0.1]}'
        )


if __name__ == "__main__":
    absltest.main()
