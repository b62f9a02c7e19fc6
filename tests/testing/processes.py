"""Python processes beside a test, which never outlive it."""

import os
import signal
import subprocess
import sys
import types
from collections.abc import Mapping, Sequence

from absl.testing import absltest

# A busy machine is slow; a process that hangs must still end.
_TIMEOUT_SECONDS = 240


class Process:
    """One running module."""

    def __init__(
        self,
        test: absltest.TestCase,
        module: types.ModuleType,
        arguments: Sequence[object],
        environment: Mapping[str, str] | None = None,
    ):
        """Starts it with this process's interpreter and modules.

        Args:
            test: kills the process when it is over.
            module: has a main section.
            arguments: of the command line.
            environment: variables beside those of this process.
        """
        self._name = module.__name__
        self._process = subprocess.Popen(
            [sys.executable, module.__file__, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A group of its own, so that its children are killed with it.
            start_new_session=True,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                **(environment or {}),
            },
        )
        test.addCleanup(self._kill)

    def wait(self, expected: int = 0) -> str:
        """Waits for its end and returns what it printed.

        Args:
            expected: the exit code, or minus the signal that ends it.

        Raises:
            AssertionError: another exit code; the message has the errors.
        """
        printed, errors = self._process.communicate(timeout=_TIMEOUT_SECONDS)
        if self._process.returncode != expected:
            raise AssertionError(
                f"{self._name} ended with {self._process.returncode}; "
                f"expected {expected}:\n{errors[-8000:]}"
            )
        return printed

    def _kill(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
