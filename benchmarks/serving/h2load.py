"""Sends raw gRPC messages over HTTP/2 by h2load, of Debian's nghttp2-client."""

import pathlib
import shutil
import subprocess
import tempfile

from benchmarks.serving import figures, sample_requests

MISSING = "h2load is not installed: apt-get install nghttp2-client"
_PREDICT = "tensorflow.serving.PredictionService/Predict"


def installed() -> bool:
    """Tells whether h2load is installed."""
    return shutil.which("h2load") is not None


def run(
    port: int,
    request: sample_requests.Request,
    *,
    clients: int,
    count: int,
    rate: float | None = None,
) -> figures.Figures:
    """Sends a request again and again, until all have been answered.

    Args:
        port: the port of the server, on this machine.
        request: what to ask.
        clients: connections.
        count: requests of all clients, at least one each.
        rate: requests a second of all clients, sent without waiting for
            answers, at most 64 a client; None: one after another.

    Raises:
        RuntimeError: it fails, or a connection broke.
    """
    with tempfile.TemporaryDirectory() as folder:
        body = pathlib.Path(folder, "message")
        body.write_bytes(request.grpc_body())
        log = pathlib.Path(folder, "log")
        pace = (
            ["-m1"] if rate is None else ["-m64", f"--rps={rate / clients:.3f}"]
        )
        done = subprocess.run(
            [
                *("h2load", f"-n{max(count, clients)}", f"-c{clients}", *pace),
                *("-H", "content-type: application/grpc"),
                *("-H", "te: trailers"),
                *(f"--data={body}", f"--log-file={log}"),
                f"http://127.0.0.1:{port}/{_PREDICT}",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode or not log.exists():
            raise RuntimeError(f"h2load failed: {done.stdout}{done.stderr}")
        return parse(log.read_text())


def parse(log: str) -> figures.Figures:
    """Reads its log: lines of start, HTTP status and duration.

    Raises:
        RuntimeError: a request was not answered at all.
    """
    rows = [line.split("\t") for line in log.splitlines()]
    broken = sum(status != "200" for _, status, *_ in rows)
    if broken:
        raise RuntimeError(f"h2load: {broken} requests were not answered")
    starts = [int(start) / 1e6 for start, *_ in rows]
    latencies = [int(duration) / 1e6 for _, _, duration, *_ in rows]
    ends = [s + d for s, d in zip(starts, latencies, strict=True)]
    return figures.Figures.of(latencies, max(ends) - min(starts))
