"""Whatever a body or a message says, its arrays are those that it declares.

In the process itself, so that many are tried; a whole server is asked by
`tests/serving/model_server/malformed_requests_test.py`.
"""

import base64
import json

import tensorflow as tf
from absl.testing import absltest
from google.protobuf import message as protobuf
from hypothesis import strategies as st
from tensorflow.core.framework import tensor_pb2

from serving.model_server import errors, json_tensors, servable, tensor_proto
from tests.fuzzing import changed_bytes

_MAX_BYTES = 1 << 20
_INPUTS = {
    "x": servable.TensorSpec("x:0", tf.float32, (None, 2)),
    "n": servable.TensorSpec("n:0", tf.int32, (None,)),
    "image_bytes": servable.TensorSpec("b:0", tf.string, (None,)),
}
_SIGNATURE = servable.Signature("serving_default", _INPUTS, {})
_PICTURE = {"b64": base64.b64encode(bytes(range(40))).decode()}
_BODIES = [
    json.dumps(body).encode()
    for body in (
        {
            "signature_name": "serving_default",
            "instances": [
                {"x": [1, 2.5e3], "n": 1, "image_bytes": _PICTURE},
                {"x": [-4, 0.25], "n": -2, "image_bytes": "text"},
            ],
        },
        {
            "inputs": {
                "x": [[1, 2], [3, 4]],
                "n": [1, 2],
                "image_bytes": [_PICTURE, _PICTURE],
            }
        },
    )
]
_PROTOS = {
    "x": tf.make_tensor_proto([[1.0, 2.0], [3.0, 4.0]]),
    "n": tensor_pb2.TensorProto(
        dtype=tf.int32.as_datatype_enum,
        tensor_shape=tf.TensorShape([5]).as_proto(),
        int_val=[1, 2, 3],
    ),
    "image_bytes": tf.make_tensor_proto([b"one", b"another"]),
}


class RequestsTest(absltest.TestCase):
    @changed_bytes.tried(body=changed_bytes.of(_BODIES))
    def test_bodies(self, body):
        try:
            arrays = json_tensors.to_arrays(
                json_tensors.parse(body), _SIGNATURE
            )
        except errors.ServingError as error:
            self.assertNotEmpty(error.message)
            return
        for name, array in arrays.items():
            self._fits(array, name)

    @changed_bytes.tried(
        message=changed_bytes.of(
            [proto.SerializeToString() for proto in _PROTOS.values()]
        ),
        name=st.sampled_from(list(_INPUTS)),
    )
    def test_messages(self, message, name):
        proto = tensor_pb2.TensorProto()
        try:
            proto.ParseFromString(message)
        except protobuf.DecodeError:
            # gRPC answers in our place.
            return
        spec = _INPUTS[name]
        try:
            needed = tensor_proto.needed_bytes(proto, name, spec, _MAX_BYTES)
            array = tensor_proto.to_array(proto, name, spec)
        except errors.ServingError as error:
            self.assertIn(name, error.message)
            return
        self._fits(array, name)
        if spec.dtype != tf.string:
            self.assertLessEqual(array.nbytes, needed)
        self.assertLessEqual(needed, _MAX_BYTES)

    def _fits(self, array, name: str) -> None:
        spec = _INPUTS[name]
        self.assertEqual(array.shape[1:], spec.shape[1:])
        if spec.dtype == tf.string:
            self.assertContainsSubset({type(v) for v in array.flat}, {bytes})
        else:
            self.assertEqual(array.dtype, spec.dtype.as_numpy_dtype)


if __name__ == "__main__":
    absltest.main()
