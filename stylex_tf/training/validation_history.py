"""Reads a run's validations back from its log.

A validation is a line of metrics.jsonl that has figures of held-out images.
The other figures of that line are means over the steps since the line before.
"""

import json
import pathlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

SCORE = "validation/score"
"""What is compared: lower is better."""

Validation = Mapping[str, float]


class ValidationHistory:
    """The validations of a run, in order; the log adds those to come."""

    def __init__(self, lines: Iterable[Validation] = ()):
        """Takes lines of a log; those without a score are left out."""
        self._validations: list[Validation] = []
        for line in lines:
            self.add(line)

    @classmethod
    def read(cls, log: pathlib.Path, last_step: int) -> "ValidationHistory":
        """Reads what a resumed run must know of its past.

        Args:
            log: metrics.jsonl; there is no history where there is no such file.
            last_step: what follows belongs to steps that will be repeated.
        """
        return cls(line for line in lines(log) if line["step"] <= last_step)

    def add(self, line: Validation) -> None:
        """Takes a line of the log, if it has a score."""
        if SCORE in line:
            self._validations.append(line)

    def until(self, step: int) -> list[Validation]:
        """Returns the validations of the steps up to `step`, in order."""
        return [
            validation
            for validation in self._validations
            if validation["step"] <= step
        ]

    @property
    def best(self) -> Validation | None:
        """Returns the entry with the lowest score, the first of equals."""
        return min(self._validations, key=lambda x: x[SCORE], default=None)

    def is_stalled(self, patience_steps: int) -> bool:
        """Says whether so many steps brought no better score; 0 is never."""
        best = self.best
        if best is None or not patience_steps:
            return False
        return self._validations[-1]["step"] - best["step"] >= patience_steps

    def with_next(self, line: Validation) -> "ValidationHistory":
        """Returns the history as it is to be when the line is written."""
        return ValidationHistory([*self._validations, line])


def lines(log: pathlib.Path) -> Iterator[dict[str, Any]]:
    """Yields the whole lines of metrics.jsonl; none where there is no file.

    What a killed run left half written is no line.
    """
    if not log.exists():
        return
    for text in log.read_text(errors="replace").splitlines():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:
            continue
        if isinstance(line, dict) and "step" in line:
            yield line


def last_step(log: pathlib.Path) -> int:
    """Returns the last step of which the log has a line, 0 where none is."""
    return max((line["step"] for line in lines(log)), default=0)
