"""Bounds what a server takes in: bytes in sum, calls, descriptors.

What a client declares is counted before it is made: a body of 58 KB that
unpacks to 20 million empty lists would take gigabytes as Python objects, and
a TensorProto of 22 bytes may stand for 1.6 GB.
"""

import asyncio
import resource
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from serving.model_server import errors

_Result = TypeVar("_Result")

# What a value takes as a Python object, by the character that announces it.
_JSON_BYTES = {b",": 48, b"[": 72, b"{": 256, b'"': 28}
# What a field of a message takes, once it is parsed and looked at.
_FIELD_BYTES = 256
# Longer requests than any client of ours sends; it takes a second to count.
_MOST_FIELDS = 1_000_000
# Descriptors for models that load, for logs and for the process itself.
_RESERVED_DESCRIPTORS = 128
_MOST_CONNECTIONS = 1000


class Budget:
    """Bytes that all requests share; safe to use from every thread."""

    def __init__(self, total: int):
        """Starts with nothing taken.

        Args:
            total: bytes that may be taken at once.
        """
        self._total = total
        self._lock = threading.Lock()
        self._taken = 0

    def taken(self) -> int:
        """Returns the bytes that are taken now."""
        with self._lock:
            return self._taken

    def take(self, count: int) -> None:
        """Takes bytes, which `give_back` returns.

        Raises:
            ServingError: so many are not left.
        """
        with self._lock:
            if self._taken + count > self._total:
                raise errors.ServingError(
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    f"the request needs {count:,} bytes of memory; "
                    f"{self._taken:,} of {self._total:,} are in use "
                    "(--max_bytes_in_work)",
                )
            self._taken += count

    def give_back(self, count: int) -> None:
        """Returns bytes that `take` took."""
        with self._lock:
            self._taken -= count


class Places:
    """Limits how many requests arrive at once, and how long one may take.

    A request that is arriving has a place. One that finds every place taken
    waits, and takes the place of the request that has had its own the longest,
    once that is longer than the grace. So a client that opens calls and sends
    nothing does not keep the others out. All methods belong to one event loop.
    """

    def __init__(self, most: int, *, grace: float, seconds: float):
        """Starts with every place free.

        Args:
            most: places.
            grace: seconds for which a place is safe from those that wait.
            seconds: the longest that a request may take to arrive.
        """
        self._most = most
        self._grace = grace
        self._seconds = seconds
        # When each took its place, the oldest first.
        self._taken: dict[asyncio.Task, float] = {}
        self._turn = asyncio.Lock()
        self._freed = asyncio.Event()

    async def receive(
        self, receive: Callable[[], Awaitable[_Result]]
    ) -> _Result:
        """Waits for a place, then for what arrives.

        Args:
            receive: waits for it; cancelled when the place is lost.

        Raises:
            ServingError: it took too long, or the place went to another.
        """
        await self._take_place()
        task = asyncio.ensure_future(receive())
        self._taken[task] = asyncio.get_running_loop().time()
        try:
            await asyncio.wait({task}, timeout=self._seconds)
            if task.done() and not task.cancelled():
                return task.result()
            lost = task not in self._taken
        finally:
            self._taken.pop(task, None)
            self._freed.set()
            task.cancel()
        if lost:
            raise errors.ServingError(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"{self._most} requests were arriving at once, and this one "
                "had been at it for the longest",
            )
        raise errors.ServingError(
            grpc.StatusCode.DEADLINE_EXCEEDED,
            f"the request did not arrive within {self._seconds:g} s",
        )

    async def _take_place(self) -> None:
        now = asyncio.get_running_loop().time
        async with self._turn:
            while len(self._taken) >= self._most:
                oldest, since = next(iter(self._taken.items()))
                left = since + self._grace - now()
                if left <= 0:
                    del self._taken[oldest]
                    oldest.cancel()
                    return
                self._freed.clear()
                try:
                    await asyncio.wait_for(self._freed.wait(), left)
                except asyncio.TimeoutError:
                    continue


def json_bytes(body: bytes) -> int:
    """Returns what a JSON body takes when it is parsed, at most.

    A comma or a bracket within a text counts too, as if it were none.
    """
    return len(body) + sum(
        body.count(sign) * cost for sign, cost in _JSON_BYTES.items()
    )


def message_bytes(message: bytes, descriptor: Descriptor) -> int:
    """Returns what a serialized message takes when it is parsed, at most.

    Two bytes may announce a message within the message, which takes a hundred
    times as many: so the fields are counted before anything is parsed. What is
    cut off or malformed counts as far as it goes; parsing refuses it.

    Args:
        message: from a client, who may mean harm.
        descriptor: the type of the message.

    Raises:
        ServingError: it has more than a million fields.
    """
    left = _MOST_FIELDS
    spans = [(0, len(message), descriptor)]
    while spans:
        at, end, kind = spans.pop()
        while at < end:
            left -= 1
            if left < 0:
                raise errors.ServingError(
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    f"the request has more than {_MOST_FIELDS:,} fields",
                )
            tag, at = _varint(message, at, end)
            number, wire = tag >> 3, tag & 7
            if wire == 0:
                _, at = _varint(message, at, end)
            elif wire == 1:
                at += 8
            elif wire == 5:
                at += 4
            elif wire == 2:
                size, at = _varint(message, at, end)
                stop = min(at + size, end)
                field = kind.fields_by_number.get(number)
                if field is not None and field.type == (
                    FieldDescriptor.TYPE_MESSAGE
                ):
                    spans.append((at, stop, field.message_type))
                at = stop
            else:
                # Groups, which none of our messages has: parsing says so.
                break
    return len(message) + _FIELD_BYTES * (_MOST_FIELDS - left)


def most_connections() -> int:
    """Returns how many connections one of two ports may have.

    Raises the process's limit of open files as far as it goes; some are left
    for the models, which would otherwise no longer load.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * _MOST_CONNECTIONS + _RESERVED_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return max(8, min(_MOST_CONNECTIONS, (soft - _RESERVED_DESCRIPTORS) // 2))


def _varint(message: bytes, at: int, end: int) -> tuple[int, int]:
    """Returns a number of variable length, and where it ends."""
    value = shift = 0
    while at < end:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 or shift >= 70:
            break
    return value, at
