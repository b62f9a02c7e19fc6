"""Sends many times more requests than the server can answer; then waits."""

import dataclasses
import threading
import time

from benchmarks.serving import (
    child_server,
    figures,
    h2load,
    sample_requests,
)

_CLIENTS = 32
# Seconds after the load that are looked at.
_AFTERWARDS = 5.0


@dataclasses.dataclass(frozen=True)
class Overloaded:
    """What a server did before, during and after an overload."""

    # What one client got, before.
    baseline: figures.Figures
    # Requests by the status of their answer, and the seconds they took.
    statuses: dict[str, int]
    seconds: float
    # Resident: before, the most while it lasted, after.
    memory: tuple[int, int, int]
    # One client after the load: seconds since its end, and the p95 until then
    # since the entry before.
    afterwards: list[tuple[float, float]]


def run(
    server: child_server.ChildServer,
    request: sample_requests.Request,
    *,
    capacity: float,
    times: float,
    seconds: float,
) -> Overloaded:
    """Overloads a server.

    Args:
        server: an idle one.
        request: what is asked.
        capacity: requests a second that it can answer.
        times: how many times more are sent.
        seconds: for how long, if they can be sent in that time.
    """

    def one_client(for_seconds: float) -> figures.Figures:
        # As many as fit, by the latency of the baseline.
        count = max(3, round(for_seconds / latency))
        return h2load.run(server.port, request, clients=1, count=count)

    latency = 1 / capacity
    latency = one_client(seconds / 4).p50
    baseline = one_client(seconds / 4)
    before, answered = server.resident_bytes(), server.answered()
    with _Peak(server) as peak:
        start = time.monotonic()
        h2load.run(
            server.port,
            request,
            clients=_CLIENTS,
            count=round(capacity * times * seconds),
            rate=capacity * times,
        )
        took = time.monotonic() - start
    statuses = {
        status: number - answered.get(status, 0)
        for status, number in server.answered().items()
        if number > answered.get(status, 0)
    }
    afterwards: list[tuple[float, float]] = []
    while not afterwards or afterwards[-1][0] < _AFTERWARDS:
        p95 = one_client(1).p95
        afterwards.append((time.monotonic() - start - took, p95))
    memory = (before, peak.bytes, server.resident_bytes())
    return Overloaded(baseline, statuses, took, memory, afterwards)


class _Peak:
    """The most memory that a server has during a block."""

    def __init__(self, server: child_server.ChildServer):
        self.bytes = 0
        self._server = server
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "_Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self.bytes = max(self.bytes, self._server.resident_bytes())
            if self._stop.wait(0.05):
                return
