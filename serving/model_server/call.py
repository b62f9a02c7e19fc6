"""Lets one request be worked on, until it ends or its client leaves."""

import threading
import time
from collections.abc import Callable, Sequence

import grpc

from serving.model_server import errors, limits


class Call:
    """Ends when its time is over or when its sender gives up.

    Safe to use from several threads: a transport cancels what a worker reads.
    """

    def __init__(
        self,
        timeout: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        budget: limits.Budget | None = None,
    ):
        """Starts the call.

        Args:
            timeout: seconds until it is too late; None: never, as are more
                than a thread can wait, by which gRPC says "never".
            clock: seconds, from any beginning.
            budget: what `hold` takes from; None: nobody counts.
        """
        if timeout is not None and timeout > threading.TIMEOUT_MAX:
            timeout = None
        self._clock = clock
        self._deadline = None if timeout is None else clock() + timeout
        self._lock = threading.Lock()
        self._cancelled = False
        self._hooks: list[Callable[[], object]] = []
        self._budget = budget
        self._held = 0

    def remaining(self) -> float | None:
        """Returns the seconds left, at least 0; None without a deadline."""
        if self._deadline is None:
            return None
        return max(0.0, self._deadline - self._clock())

    def check(self) -> None:
        """Raises ServingError if the call has ended."""
        if self._cancelled:
            raise errors.ServingError(
                grpc.StatusCode.CANCELLED, "the client cancelled the request"
            )
        if self.remaining() == 0:
            raise errors.ServingError(
                grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded"
            )

    def cancel(self) -> None:
        """Ends the call now, and tells everyone who asked to know."""
        with self._lock:
            self._cancelled = True
            hooks, self._hooks = self._hooks, []
        # Outside the lock: a hook may take locks of its own.
        for hook in hooks:
            hook()

    def on_cancel(self, hook: Callable[[], object]) -> None:
        """Calls the hook when the call is cancelled, at once if it was."""
        with self._lock:
            if not self._cancelled:
                self._hooks.append(hook)
                return
        hook()

    def hold(self, count: int) -> None:
        """Takes memory for the call, until `release`.

        Args:
            count: bytes that the call is about to use.

        Raises:
            ServingError: other calls use too much, or this one wants more than
                there is.
        """
        if self._budget is not None:
            self._budget.take(count)
            with self._lock:
                self._held += count

    def release(self) -> None:
        """Returns what `hold` took; for when nothing works on it any more."""
        with self._lock:
            held, self._held = self._held, 0
        if self._budget is not None:
            self._budget.give_back(held)


def until_all_end(joined: Sequence[Call]) -> Call:
    """Returns a call that ends when the last of others does."""
    left = [call.remaining() for call in joined]
    timeout = None if None in left else max(t for t in left if t is not None)
    together = Call(timeout)
    lock = threading.Lock()
    waiting = len(joined)

    def one_gone() -> None:
        nonlocal waiting
        with lock:
            waiting -= 1
            last = not waiting
        if last:
            together.cancel()

    for call in joined:
        call.on_cancel(one_gone)
    return together
