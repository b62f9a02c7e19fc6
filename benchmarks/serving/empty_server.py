"""Starts a Python gRPC server that does nothing: the least ours could cost."""

import concurrent.futures
import contextlib
import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection

import grpc

# Seconds until it listens; a busy machine starts a process slowly.
_PATIENCE = 60.0
# As many as our server has with --grpc_max_threads as it is.
_THREADS = 68


@contextlib.contextmanager
def running() -> Iterator[int]:
    """Runs one as a process of its own; gives its port.

    It answers every request to Predict with an empty message.

    Raises:
        RuntimeError: it does not start.
    """
    # A fork would copy the threads' locks without the threads.
    processes = multiprocessing.get_context("spawn")
    here, there = processes.Pipe()
    process = processes.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    try:
        if not here.poll(_PATIENCE):
            raise RuntimeError("the empty server does not start")
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def _serve(connection: Connection) -> None:
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(_THREADS))
    # Without serializers: bytes in, bytes out.
    method = grpc.unary_unary_rpc_method_handler(lambda request, context: b"")
    server.add_generic_rpc_handlers(
        [
            grpc.method_handlers_generic_handler(
                "tensorflow.serving.PredictionService", {"Predict": method}
            )
        ]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    connection.send(port)
    server.wait_for_termination()
