import contextlib
import http.server
import io
import json
import pathlib
import socket
import ssl
import subprocess
import sys
import threading

import grpc
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from tensorflow_serving.apis import predict_pb2

from serving import client as command
from stylex_tf import errors
from stylex_tf.api import connection as connections
from stylex_tf.api import questions, served
from tests.serving import certificates, fake_server, tiny_stylex

_LONG = 60.0
_OUTPUTS = {
    "probabilities": np.array([[0.25, 0.75]], np.float32),
    "logits": np.array([[0.0, 1.0]], np.float32),
    "class": np.array([1], np.int32),
    "class_name": np.array([b"pear"], object),
}
_STATUS = {
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.INTERNAL: 500,
}
_BOTH = ({"rest": False}, {"rest": True})


def _answered(_request=None, _context=None):
    response = predict_pb2.PredictResponse()
    for name, array in _OUTPUTS.items():
        response.outputs[name].CopyFrom(tf.make_tensor_proto(array))
    return response


class ClientTransportTest(parameterized.TestCase):
    """Both ways to servers that do as the test says."""

    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir().full_path)

    def serve(self, *failures, rest, credentials=None, context=None):
        """A server that fails so often, then answers.

        Returns:
            Its port, and the list of the requests that it gets.
        """
        left = list(failures)
        if rest:
            return self._serve_rest(left, context)

        def answer(request, grpc_context):
            if left:
                grpc_context.abort(left.pop(0), "not\nnow")
            return _answered()

        server = fake_server.FakeServer(self, answer, credentials)
        return server.port, server.requests

    def _serve_rest(self, left, context):
        requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append(body)
                status, answer = (
                    200,
                    {
                        "outputs": {
                            name: array.astype(str).tolist()
                            if array.dtype == object
                            else array.tolist()
                            for name, array in _OUTPUTS.items()
                        }
                    },
                )
                if left:
                    status, answer = _STATUS[left.pop(0)], {"error": "not\nnow"}
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                """Who does not trust us hangs up: no trace of it."""

        server = Quiet(("localhost", 0), Handler)
        if context is not None:
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_port, requests

    def connect(self, port, *, rest, attempts=4, timeout=_LONG, tls=None):
        backend = served.connect(
            connections.Connection(
                server=f"localhost:{port}",
                timeout_seconds=timeout,
                retries=connections.Retries(
                    attempts=attempts, first_seconds=0.01
                ),
                tls=tls,
            ),
            connections.Model(name=tiny_stylex.NAME, version=3),
            rest=rest,
        )
        self.addCleanup(backend.close)
        return questions.Questions(backend)

    @parameterized.parameters(*_BOTH)
    def test_what_is_unavailable_is_asked_again(self, rest):
        port, requests = self.serve(
            *[grpc.StatusCode.UNAVAILABLE] * 3, rest=rest
        )

        # More than gRPC keeps for another attempt unless it is told to.
        answer = self.connect(port, rest=rest).classify([b"x" * 2**20])

        self.assertLen(requests, 4)
        for name, array in _OUTPUTS.items():
            np.testing.assert_array_equal(answer[name], array)
            self.assertEqual(answer[name].dtype, array.dtype)

    @parameterized.parameters(*_BOTH)
    def test_attempts_are_counted(self, rest):
        port, requests = self.serve(
            *[grpc.StatusCode.UNAVAILABLE] * 9, rest=rest
        )

        with self.assertRaisesRegex(
            errors.ServerError, "^UNAVAILABLE: not now$"
        ):
            self.connect(port, rest=rest, attempts=2).classify([b""])

        self.assertLen(requests, 2)

    @parameterized.product(
        rest=(False, True),
        code=(
            grpc.StatusCode.INVALID_ARGUMENT,
            grpc.StatusCode.RESOURCE_EXHAUSTED,
        ),
    )
    def test_nothing_else_is_asked_again(self, rest, code):
        port, requests = self.serve(code, rest=rest)

        with self.assertRaisesRegex(
            errors.ServerError, f"^{code.name}: not now$"
        ):
            self.connect(port, rest=rest).classify([b""])

        self.assertLen(requests, 1)

    @parameterized.parameters(*_BOTH)
    def test_no_server(self, rest):
        with socket.socket() as taken:
            taken.bind(("localhost", 0))
            client = self.connect(taken.getsockname()[1], rest=rest, attempts=2)
            with self.assertRaisesRegex(errors.ServerError, "^UNAVAILABLE: .+"):
                client.classify([b""])

    @parameterized.parameters(*_BOTH)
    def test_a_deadline(self, rest):
        with socket.create_server(("localhost", 0)) as silent:
            client = self.connect(
                silent.getsockname()[1], rest=rest, timeout=0.2
            )
            with self.assertRaisesRegex(
                errors.ServerError, "^(DEADLINE_EXCEEDED|UNAVAILABLE): .+"
            ):
                client.classify([b""])

    def test_an_answer_beyond_grpcs_own_bound(self):
        large = np.full([1, 2**21], 0.5, np.float32)

        def answer(request, context):
            response = _answered()
            response.outputs["logits"].CopyFrom(tf.make_tensor_proto(large))
            return response

        port = fake_server.FakeServer(self, answer).port

        answered = self.connect(port, rest=False).classify([b""])

        np.testing.assert_array_equal(answered["logits"], large)

    @parameterized.named_parameters(
        ("missing", None, "lacks class"),
        (
            "retyped",
            tf.make_tensor_proto([1.0]),
            "class is float32; expected int32",
        ),
        # 22 bytes that would be 4 TiB.
        (
            "inflated",
            tf.make_tensor_proto(1, shape=[2**40]),
            "class has 1 values",
        ),
    )
    def test_an_answer_that_is_not_of_the_contract(self, proto, expected):
        def answer(request, context):
            response = _answered()
            del response.outputs["class"]
            if proto is not None:
                response.outputs["class"].CopyFrom(proto)
            return response

        client = self.connect(
            fake_server.FakeServer(self, answer).port, rest=False
        )

        with self.assertRaisesRegex(errors.UsageError, expected):
            client.classify([b""])

    def secure(self, *, rest, mutual=False):
        """A server with a certificate: its port, and the client's files."""
        key, certificate = certificates.make()
        for name, text in (("key", key), ("cert", certificate)):
            (self.root / f"{name}.pem").write_text(text)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.root / "cert.pem", self.root / "key.pem")
        if mutual:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.root / "cert.pem")
        credentials = grpc.ssl_server_credentials(
            [(key.encode(), certificate.encode())],
            root_certificates=certificate.encode() if mutual else None,
            require_client_auth=mutual,
        )
        port, _ = self.serve(
            rest=rest, credentials=credentials, context=context
        )
        return port, self.root / "cert.pem", self.root / "key.pem"

    @parameterized.product(rest=(False, True), mutual=(False, True))
    def test_tls(self, rest, mutual):
        port, cert, key = self.secure(rest=rest, mutual=mutual)
        ours = {"cert": cert, "key": key} if mutual else {}

        client = self.connect(
            port, rest=rest, tls=connections.Tls(ca=cert, **ours)
        )

        self.assertEqual(client.classify([b""])["class"], [1])

    @parameterized.parameters(*_BOTH)
    def test_a_wrong_ca_is_one_clear_error(self, rest):
        port, _, _ = self.secure(rest=rest)
        other = self.root / "other.pem"
        other.write_text(certificates.make()[1])

        client = self.connect(
            port, rest=rest, attempts=2, tls=connections.Tls(ca=other)
        )

        with self.assertRaisesRegex(
            errors.ServerError,
            "^UNAVAILABLE: the server's certificate is not signed by",
        ):
            client.classify([b""])

    @parameterized.parameters(
        (["--server=localhost"], "expected HOST:PORT"),
        (["--tls_ca=none.pem"], "none.pem: No such file"),
        (["--tls_cert=none.pem"], "go together"),
        (["--timeout_seconds=0"], "expected more than 0"),
        (["--attempts=6"], "expected 1 to 5"),
        (["--model_version=1", "--version_label=a"], "not both"),
    )
    def test_flags_that_cannot_be(self, words, expected):
        with contextlib.redirect_stderr(io.StringIO()) as err:
            code = command.main(["classify", "a.png", *words])

        self.assertEqual(code, 1)
        self.assertRegex(err.getvalue(), f"^error: .*{expected}.*\n$")

    def test_it_imports_no_tensorflow(self):
        code = (
            "import sys; sys.path[:] = sys.argv[1:]; import serving.client; "
            "sys.exit('tensorflow' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code, *sys.path])
        self.assertEqual(done.returncode, 0)


if __name__ == "__main__":
    absltest.main()
