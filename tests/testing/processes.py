"""Python processes beside a test, which never outlive it."""

import importlib.util
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Mapping, Sequence

from absl.testing import absltest

# A busy machine is slow; a process that hangs must still end.
_TIMEOUT_SECONDS = 240


class Process:
    """One running module."""

    def __init__(
        self,
        test: absltest.TestCase | type[absltest.TestCase],
        module: types.ModuleType | str,
        arguments: Sequence[object],
        environment: Mapping[str, str] | None = None,
    ):
        """Starts it with this process's interpreter and modules.

        Args:
            test: kills the process when it, or the whole class, is over.
            module: has a main section; its name where it cannot be imported
                beside another, whose flags have the same names.
            arguments: of the command line.
            environment: variables beside those of this process.
        """
        if isinstance(module, str):
            self._name, file = module, importlib.util.find_spec(module).origin
        else:
            self._name, file = module.__name__, module.__file__
        # Files, and not pipes: nobody need read for the process to go on.
        self._folder = pathlib.Path(
            tempfile.mkdtemp(dir=absltest.TEST_TMPDIR.value)
        )
        with self._open("out") as out, self._open("errors") as errors:
            self._process = subprocess.Popen(
                [sys.executable, str(file), *map(str, arguments)],
                stdout=out,
                stderr=errors,
                # A group of its own, so that its children die with it.
                start_new_session=True,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                    **(environment or {}),
                },
            )
        if isinstance(test, type):
            test.addClassCleanup(self._kill)
        else:
            test.addCleanup(self._kill)

    def wait(
        self, expected: int = 0, *, seconds: float = _TIMEOUT_SECONDS
    ) -> str:
        """Waits for its end and returns what it printed.

        Args:
            expected: the exit code, or minus the signal that ends it.
            seconds: after so many it hangs.

        Raises:
            AssertionError: it ends otherwise, or not in time; the message has
                its errors.
        """
        end = time.monotonic() + seconds
        while not self.ended(expected):
            if time.monotonic() > end:
                raise AssertionError(f"{self._name} hangs:\n{self.errors()}")
            time.sleep(0.05)
        return (self._folder / "out").read_text()

    def ended(self, expected: int = 0) -> bool:
        """Returns whether it ended.

        Raises:
            AssertionError: it ended otherwise than expected.
        """
        code = self._process.poll()
        if code not in (None, expected):
            raise AssertionError(
                f"{self._name} ended with {code}; expected {expected}:\n"
                f"{self.errors()}"
            )
        return code is not None

    def errors(self) -> str:
        """Returns the end of what it wrote to stderr."""
        return (self._folder / "errors").read_text()[-8000:]

    def _open(self, name: str):
        return (self._folder / name).open("w")

    def _kill(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def wait_all(processes: Sequence[Process]) -> list[str]:
    """Waits for processes that need each other; returns what they printed.

    Raises:
        AssertionError: one of them failed, at once: the others may hang.
    """
    end = time.monotonic() + _TIMEOUT_SECONDS
    while not all([process.ended() for process in processes]):
        if time.monotonic() > end:
            errors = "\n".join(process.errors() for process in processes)
            raise AssertionError(f"processes hang:\n{errors}")
        time.sleep(0.05)
    return [process.wait() for process in processes]
