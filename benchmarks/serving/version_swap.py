"""Publishes versions of a model while clients ask, and counts failures."""

import collections
import concurrent.futures
import dataclasses
import pathlib
import shutil
import threading
import time

import grpc
from tensorflow_serving.apis import prediction_service_pb2_grpc

from benchmarks.serving import child_server, sample_requests

_TIMEOUT = 60.0
# Seconds that the last version may take to load.
_PATIENCE = 120.0


@dataclasses.dataclass(frozen=True)
class Swapped:
    """The answers and failures of requests while versions changed."""

    # By the version that answered.
    answers: dict[int, int]
    # By the code of the error.
    failures: dict[str, int]


# Longer than 60 lines: what the clients share is nothing without them.
def run(
    server: child_server.ChildServer,
    base_path: pathlib.Path,
    request: sample_requests.Request,
    *,
    clients: int,
    count: int,
    swaps: int,
) -> Swapped:
    """Publishes copies of a version while clients ask, evenly spread.

    Args:
        server: serves the versions in the base path, also those that come.
        base_path: the folder of its versions, where the copies appear as new
            ones.
        request: what the clients ask.
        clients: threads that ask, each as soon as it is answered.
        count: how many requests the clients send together; they go on until
            the last version has answered one.
        swaps: how many versions to publish.
    """
    lock = threading.Lock()
    answers: collections.Counter[int] = collections.Counter()
    failures: collections.Counter[str] = collections.Counter()
    asked = 0
    last_asked = float("inf")
    due = [count * (i + 1) // (swaps + 1) for i in range(swaps)]
    last = _newest(base_path) + swaps
    published: list[concurrent.futures.Future[None]] = []
    message = request.message()

    def ask(stub: prediction_service_pb2_grpc.PredictionServiceStub) -> None:
        nonlocal asked, last_asked
        while True:
            with lock:
                if asked >= count:
                    # The last version may still be loading.
                    last_asked = min(last_asked, time.monotonic())
                    waited = time.monotonic() - last_asked
                    if last in answers or failures or waited > _PATIENCE:
                        return
                asked += 1
                if due and asked >= due[0]:
                    due.pop(0)
                    published.append(publisher.submit(_publish, base_path))
            try:
                response = stub.Predict(message, timeout=_TIMEOUT)
                with lock:
                    answers[response.model_spec.version.value] += 1
            except grpc.RpcError as error:
                with lock:
                    failures[error.code().name] += 1

    with (
        grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel,
        concurrent.futures.ThreadPoolExecutor(1) as publisher,
        concurrent.futures.ThreadPoolExecutor(clients) as pool,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        for done in [pool.submit(ask, stub) for _ in range(clients)]:
            done.result()
        for done in published:
            done.result()
    return Swapped(dict(sorted(answers.items())), dict(failures))


def _publish(base_path: pathlib.Path) -> None:
    """Copies the newest version as the next, which appears complete."""
    newest = _newest(base_path)
    with_no_number = base_path.with_name(f"{base_path.name}-incoming")
    shutil.copytree(base_path / str(newest), with_no_number)
    with_no_number.rename(base_path / str(newest + 1))


def _newest(base_path: pathlib.Path) -> int:
    return max(int(path.name) for path in base_path.iterdir())
