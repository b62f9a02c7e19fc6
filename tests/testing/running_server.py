"""A server in a process of its own: ours, or the binary TF_MODEL_SERVER."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import grpc
from absl.testing import absltest
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

# A busy machine imports TensorFlow slowly.
_PATIENCE = 240.0
REAL_BINARY = os.environ.get("TF_MODEL_SERVER")


class Server:
    """One running server, and clients of both its ports."""

    def __init__(self, test: type[absltest.TestCase], *flags: str):
        """Starts it; it never outlives the test class.

        Args:
            test: the class whose clean-up ends it.
            flags: those of tensorflow_model_server, without the ports.
        """
        self.port, self.rest_port = _free_ports(2)
        command = (
            [REAL_BINARY]
            if REAL_BINARY
            else [sys.executable, "-m", "serving.server"]
        )
        folder = pathlib.Path(absltest.get_default_test_tmpdir())
        folder.mkdir(parents=True, exist_ok=True)
        self._log = folder / f"server-{self.port}.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    *command,
                    f"--port={self.port}",
                    f"--rest_api_port={self.rest_port}",
                    *flags,
                ],
                stdout=log,
                stderr=log,
                env=os.environ
                | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        test.addClassCleanup(self._kill)
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{self.port}",
            # The client has no bounds of its own, so that only the server's
            # bounds are met.
            [("grpc.max_send_message_length", -1)],
        )
        test.addClassCleanup(self.channel.close)
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(
            self.channel
        )
        self.models = model_service_pb2_grpc.ModelServiceStub(self.channel)

    def log(self) -> str:
        """What it has said so far."""
        return self._log.read_text()

    def wait_until_it_listens(self) -> None:
        """Waits for both ports."""
        grpc.channel_ready_future(self.channel).result(_PATIENCE)
        self.wait_for(self._rest_listens)

    def wait_for(self, condition) -> None:
        """Waits until a condition holds.

        Raises:
            AssertionError: it has ended, or it takes too long.
        """
        end = time.monotonic() + _PATIENCE
        while not condition():
            if self._process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the server:\n{self.log()[-8000:]}")
            time.sleep(0.05)

    def states(self, name: str) -> dict[int, str]:
        """The states of a model's versions; empty where it is not known."""
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = name
        try:
            response = self.models.GetModelStatus(request)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.NOT_FOUND, error
            return {}
        state = get_model_status_pb2.ModelVersionStatus.State
        return {
            status.version: state.Name(status.state)
            for status in response.model_version_status
        }

    def wait_for_state(self, name: str, version: int, state: str) -> None:
        """Waits until a version is in a state."""
        self.wait_for(lambda: self.states(name).get(version) == state)

    def predict(
        self, request: predict_pb2.PredictRequest, timeout: float = _PATIENCE
    ) -> predict_pb2.PredictResponse:
        """Asks by gRPC."""
        return self.prediction.Predict(request, timeout=timeout)

    def rest(self, path: str, body: object = None) -> tuple[int, object]:
        """Asks by REST.

        Args:
            path: below /v1/models/.
            body: what to post, as JSON or, if bytes, as it is; None: get.

        Returns:
            The status, and the answer's JSON.
        """
        data = body
        if body is not None and not isinstance(body, bytes):
            data = json.dumps(body).encode()
        url = f"http://localhost:{self.rest_port}/v1/models/{path}"
        try:
            with urllib.request.urlopen(url, data, _PATIENCE) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def terminate(self) -> None:
        """Asks it to end, and does not wait."""
        self._process.send_signal(signal.SIGTERM)

    def exit_code(self) -> int:
        """Waits for its end."""
        return self._process.wait(_PATIENCE)

    def _rest_listens(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("localhost", self.rest_port)) == 0

    def _kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for listener in sockets:
        listener.bind(("localhost", 0))
    ports = [listener.getsockname()[1] for listener in sockets]
    for listener in sockets:
        listener.close()
    return ports
