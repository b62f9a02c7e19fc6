"""Bounds the REST port's connections: how many, and how slow.

A connection has to make room for a new one as long as it has not sent a whole
request: where there are too many, the one that has kept us waiting for the
longest is closed, however short that was. A clock would not tell those that
are silent from those that were accepted late, on a busy machine, all at once.
All methods belong to one event loop.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
    b"Content-Length: 33\r\nConnection: close\r\n\r\n"
    b'{"error": "too many connections"}'
)


class Connections:
    """The open connections of a port."""

    def __init__(self, most: int, *, head_seconds: float):
        """Starts with none.

        Args:
            most: that may be open.
            head_seconds: how long a request's head may take to arrive, and
                how long a connection may be idle.
        """
        self._most = most
        self._head_seconds = head_seconds
        self._open: set[asyncio.BaseTransport] = set()
        # Those whose request is not whole, the oldest first; a set in order.
        self._waiting: dict[asyncio.BaseTransport, None] = {}
        self._timers: dict[asyncio.BaseTransport, asyncio.TimerHandle] = {}

    def guard(self, inner: asyncio.Protocol) -> asyncio.Protocol:
        """Returns a protocol that counts a connection; `inner` works."""
        return cast(asyncio.Protocol, _Guard(self, inner))

    def head_arrived(self, transport: asyncio.BaseTransport | None) -> None:
        """Stops the clock: the head of a request is there."""
        timer = self._timers.pop(cast(Any, transport), None)
        if timer is not None:
            timer.cancel()

    def body_arrived(self, transport: asyncio.BaseTransport | None) -> None:
        """Keeps a connection: its request is whole, and is worked on."""
        self._waiting.pop(cast(Any, transport), None)

    def answered(self, transport: asyncio.BaseTransport | None) -> None:
        """Starts the clock again, for the head of the next request."""
        if transport in self._open:
            assert transport is not None
            self.head_arrived(transport)
            loop = asyncio.get_running_loop()
            self._waiting.pop(transport, None)
            self._waiting[transport] = None
            self._timers[transport] = loop.call_later(
                self._head_seconds, _abort, transport
            )

    def _admit(self, transport: asyncio.BaseTransport) -> bool:
        """Counts a new connection; False: all others are worked for."""
        if len(self._open) >= self._most:
            oldest = next(iter(self._waiting), None)
            if oldest is None:
                return False
            self._forget(oldest)
            _turn_away(oldest)
        self._open.add(transport)
        self.answered(transport)
        return True

    def _forget(self, transport: asyncio.BaseTransport) -> None:
        self._open.discard(transport)
        self.body_arrived(transport)
        self.head_arrived(transport)


class _Guard:
    """A protocol that tells of a connection's beginning and end."""

    def __init__(self, connections: Connections, inner: asyncio.Protocol):
        self._connections = connections
        self._inner: asyncio.Protocol | None = inner

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        if not self._connections._admit(transport):
            self._inner = None
            _turn_away(transport)
        else:
            assert self._inner is not None
            self._inner.connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._connections._forget(self._transport)
        if self._inner is not None:
            self._inner.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._inner is not None:
            self._inner.data_received(data)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        # Other events are not counted.
        if self._inner is None:
            return lambda *_: None
        return getattr(self._inner, name)


def _turn_away(transport: asyncio.BaseTransport) -> None:
    """Closes a connection, and says why if that takes no time."""
    opened = cast(asyncio.Transport, transport)
    opened.write(_REFUSAL)
    opened.close()
    # It does not read, and its descriptor is needed now.
    if opened.get_write_buffer_size():
        opened.abort()


def _abort(transport: asyncio.BaseTransport) -> None:
    cast(asyncio.Transport, transport).abort()
