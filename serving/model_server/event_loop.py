"""Runs the thread on which both ports are read and written."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class EventLoop:
    """An event loop on a thread of its own."""

    def __init__(self) -> None:
        """Starts the thread."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="ports", daemon=True
        )
        self._thread.start()

    def begin(
        self, work: Coroutine[Any, Any, _Result]
    ) -> "concurrent.futures.Future[_Result]":
        """Lets the loop work, and does not wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Waits for what the loop makes of some work.

        Raises:
            Exception: what the work raises.
        """
        return self.begin(work).result()

    def stop(self) -> None:
        """Ends the thread; nothing may be under way."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
