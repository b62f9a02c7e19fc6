"""Whatever is sent, the server answers with a code that says whose fault it is.

Never INTERNAL or UNKNOWN, which would mean ours; and it goes on serving.
"""

import http.client
import json
import os
import pathlib

import grpc
import hypothesis
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from hypothesis import strategies as st
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import (
    classification_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from serving.model_server import batching, model_config, model_server, options
from tests.serving.model_server import tiny_example_models, tiny_models

_MAX_BYTES = 2**20
_ALLOWED = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}

# The names that mean something, and any other.
_EXAMPLE_SIGNATURES = ("classify", "regress", "native", "wide", "binary")
_NAMES = st.sampled_from(["x", "a", "b", "text", "steps", ""]) | st.text(
    max_size=5
)
_SIGNATURES = st.sampled_from(
    ["", "shout", "add", "root", "__saved_model_init_op", *_EXAMPLE_SIGNATURES]
) | st.text(max_size=5)
_SIZES = st.sampled_from([0, 1, 2, -1, 2**31, 2**62]) | st.integers(
    -(2**63), 2**63 - 1
)
_INT32 = st.integers(-(2**31), 2**31 - 1)
_FLOATS = st.floats(width=32)
# The types of the model's inputs more often than others.
_DTYPES = (
    st.sampled_from([tf.float32, tf.string, tf.int32]).map(
        lambda dtype: dtype.as_datatype_enum
    )
    | _INT32
)


@st.composite
def _tensors(draw) -> tensor_pb2.TensorProto:
    proto = tensor_pb2.TensorProto(dtype=draw(_DTYPES))
    for size in draw(st.lists(_SIZES, max_size=4)):
        proto.tensor_shape.dim.add(size=size)
    proto.tensor_shape.unknown_rank = draw(st.integers(0, 9)) == 9
    if draw(st.booleans()):
        proto.tensor_content = draw(st.binary(max_size=16))
    proto.float_val.extend(draw(st.lists(_FLOATS, max_size=4)))
    proto.int_val.extend(draw(st.lists(_INT32, max_size=4)))
    proto.string_val.extend(draw(st.lists(st.binary(max_size=4), max_size=4)))
    return proto


@st.composite
def _requests(draw) -> predict_pb2.PredictRequest:
    request = predict_pb2.PredictRequest()
    spec = request.model_spec
    spec.name = draw(st.sampled_from(["tiny"] * 9 + ["", "none"]))
    spec.signature_name = draw(_SIGNATURES)
    match draw(st.integers(0, 9)):
        case 0:
            spec.version.value = draw(st.integers(-(2**63), 2**63 - 1))
        case 1:
            spec.version_label = draw(st.text(max_size=4))
    for name, proto in draw(
        st.dictionaries(_NAMES, _tensors(), max_size=3)
    ).items():
        request.inputs[name].CopyFrom(proto)
    request.output_filter.extend(draw(st.lists(_NAMES, max_size=1)))
    return request


@st.composite
def _classifications(draw) -> classification_pb2.ClassificationRequest:
    request = classification_pb2.ClassificationRequest()
    request.model_spec.name = draw(st.sampled_from(["examples", "tiny"]))
    request.model_spec.signature_name = draw(
        st.sampled_from(_EXAMPLE_SIGNATURES) | _SIGNATURES
    )
    holder = draw(
        st.sampled_from(
            [
                request.input.example_list,
                request.input.example_list_with_context,
            ]
        )
    )
    for _ in range(draw(st.integers(0, 3))):
        features = holder.examples.add().features.feature
        for name in draw(st.lists(st.sampled_from(["x", "y"]), max_size=2)):
            features[name].float_list.value.extend(
                draw(st.lists(_FLOATS, max_size=2))
            )
    return request


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(_NAMES | st.just("b64"), inner, max_size=3)
    ),
    max_leaves=12,
)
_EXAMPLES = st.dictionaries(
    st.sampled_from(["x", "bias"]) | st.text(max_size=3),
    _JSON | st.lists(_FLOATS, max_size=2),
    max_size=3,
)
_BODIES = (
    st.fixed_dictionaries(
        {},
        optional={
            "signature_name": _SIGNATURES | _JSON,
            "instances": st.lists(_JSON, max_size=3) | _JSON,
            "inputs": _JSON,
            "examples": st.lists(_EXAMPLES, max_size=3) | _JSON,
            "context": _EXAMPLES | _JSON,
        },
    ).map(lambda body: json.dumps(body).encode())
    | _JSON.map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=64)
)
_PATHS = st.sampled_from(
    [
        *("tiny:predict",) * 6,
        *("tiny:classify", "none:predict", "tiny/versions/0:predict"),
        *("examples:classify", "examples:regress") * 3,
        *("tiny/labels/a:predict", "tiny", ":predict", "tiny:predict/"),
    ]
)

# The examples are the same in every run, so that a failure is no surprise;
# none is told to be quick, since the machine may be busy. FUZZ_EXAMPLES=20000
# asks for more of them.
_settings = hypothesis.settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "150")),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


class MalformedRequestsTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = pathlib.Path(cls.create_tempdir(cls()).full_path)
        for module in (tiny_models, tiny_example_models):
            (base / module.__name__).mkdir()
            module.save(base / module.__name__, 1)
        server = model_server.ModelServer(
            options.Options(
                models=(
                    model_config.ModelConfig(
                        "tiny", str(base / tiny_models.__name__)
                    ),
                    model_config.ModelConfig(
                        "examples", str(base / tiny_example_models.__name__)
                    ),
                ),
                max_request_bytes=_MAX_BYTES,
                # With the queue in between, there is more to break.
                batching=batching.BatchingParameters(),
            )
        )
        port, cls.rest_port = server.start()
        cls.addClassCleanup(server.stop)
        cls.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        cls.addClassCleanup(cls.channel.close)
        cls.stub = prediction_service_pb2_grpc.PredictionServiceStub(
            cls.channel
        )
        while cls.ask(cls.good_request()) != grpc.StatusCode.OK:
            pass

    @classmethod
    def good_request(cls):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "tiny"
        request.inputs["x"].CopyFrom(
            tf.make_tensor_proto(np.ones([1, 2], np.float32))
        )
        return request

    @classmethod
    def ask(cls, request):
        future = cls.stub.Predict.future(request, timeout=60)
        return future.code()

    def post(self, path, body):
        connection = http.client.HTTPConnection(
            "localhost", self.rest_port, timeout=60
        )
        try:
            connection.request("POST", f"/v1/models/{path}", body)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    @_settings
    @hypothesis.given(request=_requests())
    def test_grpc(self, request):
        # Its work is as much as it says, which is no mistake.
        hypothesis.assume(request.model_spec.signature_name != "spin")

        self.assertIn(self.ask(request), _ALLOWED)
        self.assertEqual(self.ask(self.good_request()), grpc.StatusCode.OK)

    @_settings
    @hypothesis.given(request=_classifications())
    def test_grpc_classify(self, request):
        code = self.stub.Classify.future(request, timeout=60).code()

        self.assertIn(code, _ALLOWED)
        self.assertEqual(self.ask(self.good_request()), grpc.StatusCode.OK)

    @_settings
    @hypothesis.given(message=st.binary(max_size=64))
    def test_bytes_that_are_no_message(self, message):
        predict = self.channel.unary_unary(
            "/tensorflow.serving.PredictionService/Predict"
        )

        # gRPC itself answers to what cannot be parsed, and has its own code.
        code = predict.future(message, timeout=60).code()

        self.assertIn(code, _ALLOWED | {grpc.StatusCode.INTERNAL})
        self.assertEqual(self.ask(self.good_request()), grpc.StatusCode.OK)

    @_settings
    @hypothesis.given(path=_PATHS, body=_BODIES)
    def test_rest(self, path, body):
        status, answer = self.post(path, body)

        self.assertIn(status, (200, 400, 404, 413, 429))
        if status != 200:
            self.assertEqual(set(answer), {"error"})

    def test_22_bytes_that_declare_a_tensor_of_1_6_gb(self):
        request = self.good_request()
        request.inputs["x"].Clear()
        request.inputs["x"].dtype = tf.float32.as_datatype_enum
        for size in (200_000_000, 2):
            request.inputs["x"].tensor_shape.dim.add(size=size)
        request.inputs["x"].float_val.append(1)
        self.assertLess(request.inputs["x"].ByteSize(), 30)

        self.assertEqual(self.ask(request), grpc.StatusCode.RESOURCE_EXHAUSTED)

    def test_a_context_that_every_example_would_repeat(self):
        request = classification_pb2.ClassificationRequest()
        request.model_spec.name = "examples"
        request.model_spec.signature_name = "classify"
        both = request.input.example_list_with_context
        both.context.features.feature["x"].bytes_list.value.append(b"." * 2000)
        for _ in range(1000):
            both.examples.add()
        self.assertLess(request.ByteSize(), 5000)

        code = self.stub.Classify.future(request, timeout=60).code()

        self.assertEqual(code, grpc.StatusCode.RESOURCE_EXHAUSTED)
        status, answer = self.post(
            "examples:classify",
            json.dumps(
                {
                    "signature_name": "classify",
                    "context": {"x": "." * 2000},
                    "examples": [{}] * 1000,
                }
            ),
        )
        self.assertEqual(status, 429, answer)

    def test_json_so_deep_that_a_parser_might_give_up(self):
        body = b'{"instances": ' + b"[" * 500_000

        status, answer = self.post("tiny:predict", body)

        self.assertEqual(status, 400)
        self.assertIn("nested too deeply", answer["error"])


if __name__ == "__main__":
    absltest.main()
