"""Ends a training between two steps when its process is told to end."""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping

EXIT_CODE = 75
"""The exit code of a process that was told to end and saved its training.

sysexits.h calls it a temporary failure: the same command goes on.
"""

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_LOGGER = logging.getLogger(__name__)


class Interrupted(SystemExit):
    """Training ended early and was saved; ends the process with EXIT_CODE.

    Attributes:
        step: that is saved.
    """

    def __init__(self, step: int):
        super().__init__(EXIT_CODE)
        self.step = step


class Interruption:
    """Saves and ends a training once a signal came; the last of its actions.

    A second signal ends the process at once, whatever it is computing.
    """

    def __init__(self, save: Callable[[int], int]):
        """Binds the action.

        Args:
            save: saves the state of a step, and returns the step that is
                saved: an earlier one where this state is not worth it.
        """
        self._save = save
        self._told = threading.Event()

    def __call__(
        self, step: int, metrics: Mapping[str, object], *, last: bool
    ) -> None:
        """Ends the training here if a signal came.

        Raises:
            Interrupted: it did, and the state is saved.
        """
        if self._told.is_set() and not last:
            saved = self._save(step)
            _LOGGER.warning(
                "Training is saved at step %d; the same command goes on.", saved
            )
            raise Interrupted(saved)

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Catches SIGTERM, SIGINT and SIGHUP; only a main thread can.

        SIGHUP, of a terminal that closes, stays ignored where nohup had it
        ignored.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        # Python calls its handlers between two lines of Python, so not while a
        # step computes; it writes the number here when the signal comes.
        former = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        handlers = {
            x: signal.signal(x, lambda *_: None)
            for x in _SIGNALS
            if x != signal.SIGHUP or signal.getsignal(x) != signal.SIG_IGN
        }
        thread = threading.Thread(
            target=self._listen, args=(reader,), daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(former)
            os.close(writer)
            thread.join()
            os.close(reader)

    def _listen(self, reader: int) -> None:
        while number := os.read(reader, 1):
            if number[0] not in _SIGNALS:
                continue
            if self._told.is_set():
                # A terminal that closes sends it twice: itself, and its shell.
                if number[0] == signal.SIGHUP:
                    continue
                os._exit(128 + number[0])
            self._told.set()
            _LOGGER.warning(
                "%s: training ends after this step, and is saved. A second "
                "one ends it at once.",
                signal.Signals(number[0]).name,
            )
