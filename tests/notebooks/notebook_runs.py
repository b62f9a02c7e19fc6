"""Runs a notebook of notebooks/ as somebody would who has only the file."""

import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Mapping

from tests.notebooks import execute

_NOTEBOOKS = pathlib.Path(__file__).absolute().parents[2] / "notebooks"


def run(
    name: str,
    folder: pathlib.Path,
    *,
    environment: Mapping[str, str],
    check: str,
    python: str = sys.executable,
) -> str:
    """Executes a notebook in an empty folder, without our package in sight.

    Args:
        name: of the notebook.
        folder: gets a copy of it, and whatever it writes.
        environment: variables of the kernel, beside those of this process.
        check: Python that is run after the last cell, with its names.
        python: an interpreter with nbclient, ipykernel and TensorFlow.

    Returns:
        What the cells printed.

    Raises:
        AssertionError: a cell failed; the message has the error.
    """
    notebook = shutil.copy(_NOTEBOOKS / name, folder)
    check_file = folder / "check.py"
    check_file.write_text(check, encoding="utf-8")
    home = folder / "home"
    home.mkdir()
    finished = subprocess.run(
        [python, execute.__file__, notebook, str(check_file)],
        cwd=folder,
        env={
            # PYTHONPATH is where our package may be.
            **{k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
            # The kernel's files, where a sandbox lets it write.
            "HOME": str(home),
            **environment,
        },
        capture_output=True,
        text=True,
    )
    if finished.returncode:
        raise AssertionError(f"{name} failed:\n{finished.stderr[-8000:]}")
    return finished.stdout
