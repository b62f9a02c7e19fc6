"""Writes what a benchmark measured, beside what it was measured by."""

import json
import pathlib
import sys
from collections.abc import Mapping
from typing import Any

from stylex_tf import atomic_file, run_folder

FOLDER = pathlib.Path(__file__).resolve().parent / "results"
"""Where the files lie that pages quote."""


def made_by(program: str, head: str) -> dict[str, Any]:
    """Returns what a file of figures begins with.

    Args:
        program: the benchmark's name, without .py.
        head: the commit, of `commit.of_clean_tree`.
    """
    return {
        "command": " ".join([f"benchmarks/{program}.py", *sys.argv[1:]]),
        "commit": head,
        "environment": run_folder.environment(),
    }


def write(
    program: str,
    subject: str,
    head: str,
    content: Mapping[str, Any],
    folder: pathlib.Path = FOLDER,
) -> pathlib.Path:
    """Writes PROGRAM_SUBJECT.json, and returns its path.

    Args:
        program: the benchmark's name, without .py.
        subject: what was measured, as the name of a run or a model.
        head: the commit, of `commit.of_clean_tree`.
        content: the figures; command, commit and environment come before them.
        folder: where the file goes.
    """
    document = {**made_by(program, head), **content}
    text = json.dumps(document, indent=2) + "\n"
    return atomic_file.write(
        folder / f"{program}_{subject}.json", text.encode()
    )
