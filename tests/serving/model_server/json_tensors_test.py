import json

import grpc
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from serving.model_server import errors, json_tensors, servable

_ONE = {"x": servable.TensorSpec("x:0", tf.float32, (None, 2))}
_TWO = {
    "a": servable.TensorSpec("a:0", tf.int32, (None,)),
    "image_bytes": servable.TensorSpec("b:0", tf.string, (None,)),
}


def arrays(body, inputs=_ONE):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = servable.Signature("serving_default", inputs, {})
    return json_tensors.to_arrays(json_tensors.parse(text), signature)


class RequestTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("rows", {"instances": [[1, 2], [3.5, -4]]}),
        ("named_rows", {"instances": [{"x": [1, 2]}, {"x": [3.5, -4]}]}),
        ("columns", {"inputs": [[1, 2], [3.5, -4]]}),
        ("named_columns", {"inputs": {"x": [[1, 2], [3.5, -4]]}}),
    )
    def test_one_input(self, body):
        (array,) = arrays(body).values()

        self.assertEqual(array.dtype, np.float32)
        np.testing.assert_array_equal(array, [[1, 2], [3.5, -4]])

    @parameterized.named_parameters(
        (
            "rows",
            {
                "instances": [
                    {"a": 1, "image_bytes": {"b64": "/wA="}},
                    {"a": 2, "image_bytes": "é"},
                ]
            },
        ),
        (
            "columns",
            {"inputs": {"a": [1, 2], "image_bytes": [{"b64": "/wA="}, "é"]}},
        ),
    )
    def test_two_inputs(self, body):
        parsed = arrays(body, _TWO)

        np.testing.assert_array_equal(parsed["a"], [1, 2])
        self.assertEqual(parsed["a"].dtype, np.int32)
        self.assertEqual(
            parsed["image_bytes"].tolist(), [b"\xff\x00", "é".encode()]
        )

    def test_b64_is_taken_without_a_name(self):
        strings = {"text": servable.TensorSpec("t:0", tf.string, (None,))}

        parsed = arrays({"instances": [{"b64": "YQ=="}, "b"]}, strings)

        self.assertEqual(parsed["text"].tolist(), [b"a", b"b"])

    def test_numbers_that_are_none_are_taken_as_the_real_server_does(self):
        array = arrays(b'{"inputs": [[NaN, -Infinity]]}')["x"]

        np.testing.assert_array_equal(array, [[np.nan, -np.inf]])

    def test_the_signature_is_named_or_not(self):
        named = json_tensors.parse(b'{"signature_name": "a", "inputs": 1}')

        self.assertEqual(named.signature_name, "a")
        self.assertEqual(
            json_tensors.parse(b'{"inputs": 1}').signature_name, ""
        )

    @parameterized.named_parameters(
        ("empty", b"", "JSON Parse error"),
        ("no_json", b"{", "JSON Parse error"),
        ("no_text", b"\xff\xfe\x00", "JSON Parse error"),
        ("many_digits", b'{"inputs": ' + b"1" * 5000 + b"}", "JSON Parse"),
        ("no_object", b"[1]", "Is not object"),
        ("signature", b'{"signature_name": 100}', "must be a string value"),
        ("neither", b"{}", "Missing 'inputs' or 'instances' key"),
        ("both", b'{"inputs": 1, "instances": [1]}', "only one of"),
        ("no_rows", b'{"instances": []}', "No values in 'instances'"),
        ("rows_no_list", b'{"instances": 3}', "to be an list/array"),
        ("deep", b'{"inputs": ' + b"[" * 100_000, "nested too deeply"),
        ("deep_enough", b'{"inputs":' + b"[" * 40 + b"]" * 40 + b"}", "levels"),
    )
    def test_refuses_a_body(self, body, expected):
        with self.assertRaisesRegex(errors.ServingError, expected) as caught:
            arrays(body)

        self.assertEqual(
            caught.exception.code, grpc.StatusCode.INVALID_ARGUMENT
        )

    @parameterized.named_parameters(
        ("text", {"inputs": [["a", 1]]}, "'a' is not of expected type: float"),
        ("truth", {"inputs": [[True, 1]]}, "True is not of expected type"),
        ("nothing", {"inputs": [[None, 1]]}, "None is not of expected type"),
        ("object", {"inputs": [[{"b64": "YQ=="}, 1]]}, "is not of expected"),
        ("ragged", {"inputs": [[1, 2], [3]]}, "unexpected size at level 1"),
        ("mixed", {"inputs": [[1, 2], 3]}, "unexpected size at level 1"),
        ("shape", {"inputs": [[1, 2, 3]]}, r"x has shape \[1,3\]; expected"),
        ("rank", {"inputs": [1, 2]}, r"x has shape \[2\]; expected \[\?,2\]"),
        ("large", {"inputs": [[1e39, 1]]}, "without loss of precision"),
        ("exact", {"inputs": [[2**24 + 1, 1]]}, "without loss of precision"),
        ("huge", {"inputs": [[10**400, 1]]}, "without loss of precision"),
        ("missing", {"inputs": {}}, "Missing named input: x"),
        ("extra", {"inputs": {"x": [[1, 2]], "y": 1}}, "not named .*'y'"),
        ("row", {"instances": [{"x": [1, 2]}, {"y": 1}]}, "process element: 1"),
        ("rows", {"instances": [{"x": [1, 2]}, [1, 2]]}, "list at item 1"),
    )
    def test_refuses_one_input(self, body, expected):
        with self.assertRaisesRegex(errors.ServingError, expected) as caught:
            arrays(body)

        self.assertEqual(
            caught.exception.code, grpc.StatusCode.INVALID_ARGUMENT
        )

    @parameterized.named_parameters(
        ("unnamed_rows", {"instances": [1]}, "list of objects as multiple"),
        ("unnamed_columns", {"inputs": [1]}, "an object as multiple"),
        ("fraction", {"inputs": {"a": [1.5], "image_bytes": ["a"]}}, "int32"),
        ("too_large", {"inputs": {"a": [2**31], "image_bytes": ["a"]}}, "loss"),
        ("number", {"inputs": {"a": [1], "image_bytes": [1]}}, "type: string"),
        (
            "no_base64",
            {"inputs": {"a": [1], "image_bytes": [{"b64": "*"}]}},
            "Unable to base64 decode",
        ),
        (
            "half_a_character",
            {"inputs": {"a": [1], "image_bytes": ["\ud800"]}},
            "not UTF-8",
        ),
    )
    def test_refuses_two_inputs(self, body, expected):
        with self.assertRaisesRegex(errors.ServingError, expected):
            arrays(body, _TWO)


class AnswerTest(parameterized.TestCase):
    def answer(self, outputs, rows):
        return json.loads(json_tensors.from_arrays(outputs, rows=rows))

    def test_one_output_needs_no_name(self):
        output = {"y": np.array([[1, 2], [3, 4]])}

        self.assertEqual(
            self.answer(output, True), {"predictions": [[1, 2], [3, 4]]}
        )
        self.assertEqual(
            self.answer(output, False), {"outputs": [[1, 2], [3, 4]]}
        )

    def test_several_outputs(self):
        outputs = {
            "y": np.array([0.2, 3], np.float32),
            "name": np.array([b"a", "é".encode()], object),
            "image_bytes": np.array([b"\xff\x00", b"a"], object),
        }

        self.assertEqual(
            self.answer(outputs, True),
            {
                "predictions": [
                    {"y": 0.2, "name": "a", "image_bytes": {"b64": "/wA="}},
                    {"y": 3.0, "name": "é", "image_bytes": {"b64": "YQ=="}},
                ]
            },
        )
        self.assertEqual(
            self.answer(outputs, False)["outputs"]["y"], [0.2, 3.0]
        )

    @parameterized.named_parameters(
        ("bfloat16", tf.bfloat16.as_numpy_dtype, 0.5),
        ("float16", np.float16, 0.1),
        ("float64", np.float64, 0.1),
        ("bool", np.bool_, True),
        ("uint64", np.uint64, 2**63),
    )
    def test_values_are_written_as_short_as_they_are_meant(self, dtype, value):
        self.assertEqual(
            self.answer({"y": np.array([value]).astype(dtype)}, False),
            {"outputs": [value]},
        )

    def test_an_output_of_no_rank_is_a_column_but_no_row(self):
        output = {"y": np.array(3)}

        self.assertEqual(self.answer(output, False), {"outputs": 3})
        with self.assertRaisesRegex(errors.ServingError, "no common batch"):
            json_tensors.from_arrays(output, rows=True)

    def test_outputs_of_unlike_sizes_are_no_rows(self):
        outputs = {"a": np.zeros(2), "b": np.zeros(3)}

        with self.assertRaisesRegex(errors.ServingError, "no common batch"):
            json_tensors.from_arrays(outputs, rows=True)

    @parameterized.named_parameters(
        ("bytes", np.array([b"\xff"], object), "not UTF-8"),
        ("complex", np.array([1j]), "JSON has no values of type"),
    )
    def test_refuses_what_json_cannot_hold(self, output, expected):
        with self.assertRaisesRegex(errors.ServingError, expected):
            json_tensors.from_arrays({"y": output}, rows=False)


if __name__ == "__main__":
    absltest.main()
