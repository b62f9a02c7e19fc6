"""Runs our server as a child process, and reads what it shows of itself."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import grpc
from tensorflow_serving.apis import prediction_service_pb2_grpc

from benchmarks import free_ports
from benchmarks.serving import sample_requests

# A busy machine imports TensorFlow slowly.
_PATIENCE = 600.0
_METRICS = "/metrics"
_COUNT = re.compile(
    r'^:tensorflow:serving:request_count{.*status="(\w+)"} (\S+)$', re.MULTILINE
)
_TICKS = os.sysconf("SC_CLK_TCK")


class ChildServer:
    """Runs while its block does."""

    def __init__(self, base_path: pathlib.Path, *flags: str):
        """Prepares it.

        Args:
            base_path: the folder of the versions of the model.
            flags: beside the model, the ports and the metrics.
        """
        self._base_path = base_path
        self._flags = flags
        self.port, self.rest_port = free_ports.find(2)

    def __enter__(self) -> "ChildServer":
        """Starts it, and waits until it serves.

        Raises:
            RuntimeError: it ends, or takes minutes.
        """
        self._folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self._folder.name)
        monitoring = folder / "monitoring.config"
        monitoring.write_text(
            f'prometheus_config {{ enable: true, path: "{_METRICS}" }}'
        )
        self._log = folder / "log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "serving.server"),
                    f"--model_name={sample_requests.MODEL}",
                    f"--model_base_path={self._base_path}",
                    f"--port={self.port}",
                    f"--rest_api_port={self.rest_port}",
                    f"--monitoring_config_file={monitoring}",
                    *self._flags,
                ],
                stdout=log,
                stderr=log,
                env=os.environ
                | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        try:
            self._wait_until_it_serves()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Ends it."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def ask(self, request: sample_requests.Request) -> None:
        """Asks once, so that what is measured is no first time.

        Raises:
            RuntimeError: it is refused.
        """
        with grpc.insecure_channel(f"127.0.0.1:{self.port}") as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            try:
                stub.Predict(request.message(), timeout=_PATIENCE)
            except grpc.RpcError as error:
                raise RuntimeError(
                    f"{request.signature}: {error.code().name}: "
                    f"{error.details()}"
                ) from error

    def answered(self) -> dict[str, int]:
        """Counts the requests it has answered, by their status.

        A load tool cannot tell: a gRPC error is status 200 to HTTP.
        """
        counts: dict[str, int] = {}
        for status, count in _COUNT.findall(self._get(_METRICS)):
            counts[status] = counts.get(status, 0) + int(float(count))
        return counts

    def resident_bytes(self) -> int:
        """Returns the memory that it takes now."""
        pages = _proc(self._process.pid, "statm").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def threads(self) -> int:
        """Counts the threads it has now."""
        return len(os.listdir(f"/proc/{self._process.pid}/task"))

    def descriptors(self) -> int:
        """Counts the files and sockets it has open now."""
        return len(os.listdir(f"/proc/{self._process.pid}/fd"))

    def wait_until_idle(self) -> None:
        """Waits for work that a load tool left behind as it stopped."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            before = self._cpu_seconds()
            time.sleep(0.2)
            if self._cpu_seconds() - before < 0.1:
                return

    def _cpu_seconds(self) -> float:
        # Behind the name, which may hold spaces: the 14th and 15th field.
        fields = _proc(self._process.pid, "stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def _wait_until_it_serves(self) -> None:
        end = time.monotonic() + _PATIENCE
        while True:
            if self._process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(
                    f"the server does not start:\n{self._log.read_text()}"
                )
            try:
                if "AVAILABLE" in self._get(
                    f"/v1/models/{sample_requests.MODEL}"
                ):
                    return
            except (urllib.error.URLError, ConnectionError):
                pass
            time.sleep(0.1)

    def _get(self, path: str) -> str:
        url = f"http://127.0.0.1:{self.rest_port}{path}"
        with urllib.request.urlopen(url, timeout=_PATIENCE) as response:
            return response.read().decode()


def _proc(pid: int, file: str) -> str:
    return pathlib.Path("/proc", str(pid), file).read_text()
