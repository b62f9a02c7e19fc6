"""Compares the speed of training on the two lines of TensorFlow, in one run.

    ./bazelw run //benchmarks:two_lines -- --new=PYTHON

PYTHON is an interpreter of the new line, such as
`external/python_env_new/venv/bin/python` in the folder that
`bazel info output_base` prints, once a target was built with STYLEX_LINE=new.

The two take turns, first, new, first, new, each time in a process of its own,
so that a machine that becomes slower, or faster, does so for both. A line's
fastest step of each kind counts; its images a second are the mean over the
steps of a training. Networks are fresh and the images noise, which changes
nothing about the time. Let the machine do nothing else.
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from absl import flags

from benchmarks import commit, result_file, step_times
from stylex_tf import errors
from stylex_tf.cli import command

# Where `benchmarks` and `stylex_tf` lie: the clone, or what Bazel makes of it.
_ROOT = pathlib.Path(__file__).absolute().parents[1]

_CONFIG = flags.DEFINE_string(
    "config",
    str(_ROOT / "configs" / "quickstart.py"),
    "A file that defines get_config().",
)
_FIRST = flags.DEFINE_string(
    "first", sys.executable, "A Python of the first line."
)
_NEW = flags.DEFINE_string("new", None, "A Python of the new line.")
_TURNS = flags.DEFINE_integer("turns", 2, "Processes of each.", lower_bound=1)
_ROUNDS = flags.DEFINE_integer(
    "rounds", 12, "Steps of each kind, in each process.", lower_bound=1
)
_WRITE = flags.DEFINE_bool(
    "write", True, "File the result in benchmarks/results."
)

LINES = ("first", "new")

Ask = Callable[[str, step_times.Case], step_times.Times]


def in_process(python: str, case: step_times.Case) -> step_times.Times:
    """Times a case with an interpreter, and waits for it.

    Raises:
        UserError: it failed; the message has the end of what it said.
    """
    argument = json.dumps(dataclasses.asdict(case))
    try:
        finished = subprocess.run(
            [python, "-m", step_times.__name__, argument],
            # Not sys.path: what this interpreter has is not for the other.
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            capture_output=True,
            text=True,
        )
    except OSError as error:
        raise errors.UserError(
            f"{python} cannot be started: {error.strerror}; expected a Python"
        ) from error
    if finished.returncode:
        raise errors.UserError(
            f"{python} ended with {finished.returncode}:\n"
            f"{finished.stderr[-2000:].strip()}"
        )
    return step_times.Times.parsed(finished.stdout.splitlines()[-1])


def in_turns(
    pythons: Mapping[str, str], case: step_times.Case, turns: int, ask: Ask
) -> dict[str, list[step_times.Times]]:
    """Asks the lines by turns.

    Args:
        pythons: an interpreter for each of LINES.
        case: what is timed.
        turns: processes of each line.
        ask: starts one; `in_process`.
    """
    times: dict[str, list[step_times.Times]] = {line: [] for line in LINES}
    for _ in range(turns):
        for line in LINES:
            times[line].append(ask(pythons[line], case))
            print(
                f"{line}: {times[line][-1].images_per_second:.1f} images/s",
                flush=True,
            )
    return times


def fastest(processes: Sequence[step_times.Times]) -> step_times.Times:
    """Returns the fastest of each kind of step.

    Raises:
        ValueError: the processes timed other steps than each other.
    """
    if len({_what(times) for times in processes}) > 1:
        raise ValueError("the processes of a line ran different steps")
    kinds = tuple(
        min(same, key=lambda kind: kind.seconds)
        for same in zip(*(times.kinds for times in processes), strict=True)
    )
    return dataclasses.replace(processes[0], kinds=kinds)


def _what(times: step_times.Times) -> tuple[Any, ...]:
    """Returns what was timed, without how long it took."""
    kinds = tuple((kind.phases, kind.share) for kind in times.kinds)
    return times.precision, times.batch, kinds


def compared(times: Mapping[str, Sequence[step_times.Times]]) -> dict[str, Any]:
    """Returns what is filed: both lines, and the ratio of their speeds.

    Raises:
        UserError: the lines ran different steps, which have no ratio.
    """
    best = {line: fastest(processes) for line, processes in times.items()}
    first, new = (best[line] for line in LINES)
    if _what(first) != _what(new):
        raise errors.UserError(
            f"the lines ran different steps: {_what(first)} and {_what(new)}"
        )
    return {
        "new_by_first": round(
            new.images_per_second / first.images_per_second, 3
        ),
        "precision": first.precision,
        "batch": first.batch,
        "lines": {
            line: {
                "versions": best[line].versions,
                "images_per_second": round(best[line].images_per_second, 1),
                "of_each_process": [
                    round(measured.images_per_second, 1)
                    for measured in times[line]
                ],
            }
            for line in LINES
        },
        "steps": [
            {
                "phases": list(before.phases),
                "share": before.share,
                "first_ms": round(1e3 * before.seconds, 1),
                "new_ms": round(1e3 * after.seconds, 1),
            }
            for before, after in zip(first.kinds, new.kinds, strict=True)
        ],
    }


def table(result: Mapping[str, Any]) -> list[str]:
    """Returns the lines of a Markdown table, a kind of step a row."""
    lines = [
        "| phases in the step | of all steps | first line, ms | new line, ms | "
        "speed of the new by the first |",
        "|---|---|---|---|---|",
    ]
    for step in result["steps"]:
        lines.append(
            f"| {', '.join(step['phases'])} | {step['share']:.0%} | "
            f"{step['first_ms']:.0f} | {step['new_ms']:.0f} | "
            f"{step['first_ms'] / step['new_ms']:.2f} |"
        )
    first, new = (result["lines"][line] for line in LINES)
    lines.append(
        f"| **a training, images/s** | | {first['images_per_second']} | "
        f"{new['images_per_second']} | {result['new_by_first']:.2f} |"
    )
    return lines


def main(argv: list[str]) -> None:
    """Prints the table, and files it."""
    command.no_arguments(argv)
    path = str(pathlib.Path(_CONFIG.value).absolute())
    case = step_times.Case(path, _ROUNDS.value)
    # Before the work: a config that is wrong, a commit that is none.
    settings = step_times.settings_of(case.config)
    head = commit.of_clean_tree(result_file.FOLDER) if _WRITE.value else ""
    pythons = {"first": _FIRST.value, "new": _NEW.value}
    result = compared(in_turns(pythons, case, _TURNS.value, in_process))
    print("\n".join(table(result)))
    if _WRITE.value:
        filed = result_file.write("two_lines", settings.name, head, result)
        print(f"written: {filed}")


if __name__ == "__main__":
    flags.mark_flag_as_required("new")
    command.run(main)
