"""The validations of a run, as its log remembers them.

A validation is a line of metrics.jsonl that has figures of held-out images.
The other figures of that line are means over the steps since the line before.
What a resumed run must know of its past is read from the log, which goes as
far as the checkpoint that the run goes on from.
"""

import json
import pathlib
from collections.abc import Mapping, Sequence

SCORE = "validation/score"
"""What is compared: lower is better."""

Validation = Mapping[str, float]


def read(log: pathlib.Path, last_step: int) -> list[Validation]:
    """Returns the validations of the steps up to `last_step`, in order.

    Args:
        log: metrics.jsonl; empty where there is no such file.
        last_step: what follows belongs to steps that will be repeated.
    """
    if not log.exists():
        return []
    found = []
    for line in log.read_text().splitlines():
        # A line that was half written when the run was killed has no end.
        if SCORE in line and line.endswith("}"):
            validation = json.loads(line)
            if validation["step"] <= last_step:
                found.append(validation)
    return found


def best(validations: Sequence[Validation]) -> Validation | None:
    """The one with the lowest score, the first of equals; None of none."""
    return min(validations, key=lambda one: one[SCORE], default=None)


def is_stalled(validations: Sequence[Validation], patience_steps: int) -> bool:
    """Whether so many steps brought no better score; never, where it is 0."""
    found = best(validations)
    if found is None or not patience_steps:
        return False
    return validations[-1]["step"] - found["step"] >= patience_steps
