"""Finds ports for the servers and the workers of a benchmark."""

import contextlib
import socket


def find(count: int) -> list[int]:
    """Returns ports of loopback that nothing uses at the moment."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
