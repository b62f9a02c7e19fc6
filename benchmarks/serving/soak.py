r"""Serves for minutes, and records whether anything grows.

    ./bazelw run //benchmarks/serving:soak -- \
        --model_base_path=$PWD/pretrained/faces_32 --minutes=30

Four clients ask by gRPC, a fifth by REST, each in 70 % of its time: it pauses
for three sevenths of what its last request took. A line for each part of the
time: resident set, threads and open files of the server. What the second half
adds to them is the last line.
"""

import argparse
import http.client
import os
import pathlib
import sys
import threading
import time
from collections.abc import Callable

import grpc
from tensorflow_serving.apis import prediction_service_pb2_grpc

from benchmarks.serving import child_server, sample_requests

_CLIENTS = 4
_PAUSE = 3 / 7
_PARTS = 20


def main(arguments: argparse.Namespace) -> None:
    """Prints the lines."""
    newest = max(
        path
        for path in arguments.model_base_path.iterdir()
        if path.name.isdecimal()
    )
    requests = sample_requests.of_export(newest)
    over = threading.Event()
    with child_server.ChildServer(
        arguments.model_base_path, *arguments.server_flag
    ) as server:
        for request in requests.values():
            server.ask(request)
        clients = [
            threading.Thread(
                target=_ask, args=(_by_grpc(server, requests), over)
            )
            for _ in range(_CLIENTS)
        ]
        clients.append(
            threading.Thread(
                target=_ask, args=(_by_rest(server, requests), over)
            )
        )
        for client in clients:
            client.start()
        try:
            _watch(server, 60 * arguments.minutes)
        finally:
            over.set()
            for client in clients:
                client.join()


def _watch(server: child_server.ChildServer, seconds: float) -> None:
    start = time.monotonic()
    rows = []
    for part in range(_PARTS + 1):
        due = start + part * seconds / _PARTS
        time.sleep(max(0.0, due - time.monotonic()))
        row = (
            server.resident_bytes() / 1e6,
            server.threads(),
            server.descriptors(),
        )
        rows.append(row)
        print(
            f"{time.monotonic() - start:7.0f} s  {row[0]:7.1f} MB  "
            f"{row[1]} threads  {row[2]} files  {server.answered()}",
            flush=True,
        )
    half, last = rows[_PARTS // 2], rows[-1]
    growth = [100 * (b - a) / a for a, b in zip(half, last, strict=True)]
    print(
        "second half: resident {:+.1f} %, threads {:+.1f} %, files "
        "{:+.1f} %".format(*growth)
    )


def _ask(asks: list[Callable[[], None]], over: threading.Event) -> None:
    while not over.is_set():
        for ask in asks:
            start = time.monotonic()
            ask()
            if over.wait(_PAUSE * (time.monotonic() - start)):
                return


def _by_grpc(
    server: child_server.ChildServer,
    requests: dict[str, sample_requests.Request],
) -> list[Callable[[], None]]:
    channel = grpc.insecure_channel(
        f"127.0.0.1:{server.port}", [("grpc.use_local_subchannel_pool", 1)]
    )
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
    messages = [request.message() for request in requests.values()]
    return [
        lambda message=message: stub.Predict(message, timeout=60)
        for message in messages
    ]


def _by_rest(
    server: child_server.ChildServer,
    requests: dict[str, sample_requests.Request],
) -> list[Callable[[], None]]:
    connection = http.client.HTTPConnection(
        "127.0.0.1", server.rest_port, timeout=60
    )

    def ask(body: bytes) -> None:
        connection.request(
            "POST", f"/v1/models/{sample_requests.MODEL}:predict", body
        )
        connection.getresponse().read()

    bodies = [request.rest_body() for request in requests.values()]
    return [lambda body=body: ask(body) for body in bodies]


if __name__ == "__main__":
    # `bazel run` changes to the tree of the built files.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd()))
    parser = argparse.ArgumentParser()
    parser.add_argument("--model_base_path", type=pathlib.Path, required=True)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--server_flag", action="append", default=[])
    sys.exit(main(parser.parse_args()))
