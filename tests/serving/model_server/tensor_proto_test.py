import grpc
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from tensorflow.core.framework import tensor_pb2

from serving.model_server import errors, servable, tensor_proto

_MAX_BYTES = 2**20


def spec(dtype=tf.float32, shape=(None, 2)) -> servable.TensorSpec:
    return servable.TensorSpec("x:0", dtype, shape)


def proto(dtype, shape, **values) -> tensor_pb2.TensorProto:
    return tensor_pb2.TensorProto(
        dtype=tf.as_dtype(dtype).as_datatype_enum,
        tensor_shape=tf.TensorShape(shape).as_proto(),
        **values,
    )


def to_array(message, name, wanted, max_bytes):
    """Reads a TensorProto as a request's is read: bounded, then expanded."""
    tensor_proto.needed_bytes(message, name, wanted, max_bytes)
    return tensor_proto.to_array(message, name, wanted)


class TensorProtoTest(parameterized.TestCase):
    @parameterized.named_parameters(
        (dtype.name, dtype)
        for dtype in (
            *(tf.float16, tf.bfloat16, tf.float32, tf.float64),
            *(tf.int8, tf.int16, tf.int32, tf.int64),
            *(tf.uint8, tf.uint16, tf.uint32, tf.uint64),
            *(tf.bool, tf.complex64, tf.complex128),
        )
    )
    def test_numbers_there_and_back(self, dtype):
        array = np.array([[0, 1], [2, 3], [1, 0]]).astype(dtype.as_numpy_dtype)

        message = tensor_proto.from_array(array)
        actual = to_array(message, "x", spec(dtype), _MAX_BYTES)

        self.assertEqual(actual.dtype, array.dtype)
        np.testing.assert_array_equal(actual, array)
        # TensorFlow reads it alike; and clients look into the fields.
        np.testing.assert_array_equal(tf.make_ndarray(message), array)
        self.assertEmpty(message.tensor_content)

    def test_strings_there_and_back(self):
        array = np.array([[b"", b"\xff\x00"], [b"a", b"bc"]], object)

        message = tensor_proto.from_array(array)
        actual = to_array(message, "x", spec(tf.string), _MAX_BYTES)

        np.testing.assert_array_equal(actual, array)

    def test_one_value_may_stand_for_all(self):
        actual = to_array(
            proto(tf.float32, [3, 2], float_val=[7]), "x", spec(), _MAX_BYTES
        )

        np.testing.assert_array_equal(actual, np.full([3, 2], 7, np.float32))

    def test_a_shape_of_no_rank_in_the_signature_takes_any(self):
        actual = to_array(
            proto(tf.float32, [], float_val=[7]),
            "x",
            spec(shape=None),
            _MAX_BYTES,
        )

        self.assertEqual(actual.shape, ())

    @parameterized.named_parameters(
        ("dtype", proto(tf.int32, [1, 2]), "x has dtype int32; expected float"),
        ("no_dtype", tensor_pb2.TensorProto(), "x has dtype"),
        ("dtype_that_is_none", tensor_pb2.TensorProto(dtype=9999), "9999"),
        ("rank", proto(tf.float32, [2]), r"x has shape \[2\]; expected \[\?,2"),
        ("size", proto(tf.float32, [1, 3]), r"x has shape \[1,3\]; expected"),
        ("no_rank", proto(tf.float32, None), "unknown rank"),
        ("free_size", proto(tf.float32, [None, 2]), "negative dimension"),
        (
            "too_many_values",
            proto(tf.float32, [1, 2], float_val=[1, 2, 3]),
            "tensor parsing error: x",
        ),
        (
            "content_of_another_size",
            proto(tf.float32, [1, 2], tensor_content=b"123"),
            "tensor parsing error: x",
        ),
    )
    def test_refuses(self, message, expected):
        with self.assertRaisesRegex(errors.ServingError, expected) as caught:
            to_array(message, "x", spec(), _MAX_BYTES)

        self.assertEqual(
            caught.exception.code, grpc.StatusCode.INVALID_ARGUMENT
        )

    def test_strings_that_are_declared_and_not_sent_are_empty_bytes(self):
        for shape in ([2, 2], [0, 2]):
            message = proto(tf.string, shape)
            actual = to_array(message, "x", spec(tf.string), _MAX_BYTES)
            self.assertEqual(actual.shape, tuple(shape))
            self.assertEqual(
                actual.ravel().tolist(), [b""] * int(np.prod(shape))
            )

    def test_refuses_strings_in_the_content(self):
        message = proto(tf.string, [1, 2], tensor_content=b"ab")

        with self.assertRaisesRegex(errors.ServingError, "string_val"):
            to_array(message, "x", spec(tf.string), _MAX_BYTES)

    @parameterized.named_parameters(
        ("numbers", proto(tf.float32, [20_000, 20_000], float_val=[1]), None),
        ("empty_of_overflow", proto(tf.float32, [0, 2**62, 2**62]), None),
        ("of_too_many_dimensions", proto(tf.float32, [2**40] * 33), None),
        ("empty_strings", proto(tf.string, [10**6], string_val=[b""]), None),
        (
            "a_long_string_over_and_over",
            proto(tf.string, [2000], string_val=[b"x" * 2000]),
            None,
        ),
    )
    def test_refuses_what_expands_beyond_the_bound(self, message, shape):
        wanted = spec(tf.as_dtype(message.dtype), shape)
        self.assertLess(message.ByteSize(), 3000)

        with self.assertRaises(errors.ServingError) as caught:
            to_array(message, "x", wanted, _MAX_BYTES)

        self.assertIn(
            caught.exception.code,
            (
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                grpc.StatusCode.INVALID_ARGUMENT,
            ),
        )

    def test_the_bound_is_the_largest_that_is_taken(self):
        message = proto(tf.float32, [8, 2], float_val=[1])

        to_array(message, "x", spec(), 64)
        with self.assertRaisesRegex(errors.ServingError, "takes 64 bytes; "):
            to_array(message, "x", spec(), 63)


if __name__ == "__main__":
    absltest.main()
