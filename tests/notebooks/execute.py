"""Executes a notebook, as a program that needs nbclient and nothing of ours.

    python execute.py NOTEBOOK CHECK

CHECK is a file of Python that is run as the last cell, beside what the notebook
defined. What the cells print is printed; a cell that fails ends it with 1.
"""

import pathlib
import sys

import nbformat
from nbclient import NotebookClient

# A busy machine takes minutes for what an idle one does in seconds.
_TIMEOUT_SECONDS = 1800


def main(notebook_file: str, check_file: str) -> None:
    """Runs every cell in a fresh kernel of this interpreter."""
    notebook = nbformat.read(notebook_file, as_version=4)
    check = nbformat.v4.new_code_cell(pathlib.Path(check_file).read_text())
    notebook.cells.append(check)
    NotebookClient(
        notebook, timeout=_TIMEOUT_SECONDS, kernel_name="python3"
    ).execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            print(output.get("text", ""), end="")


if __name__ == "__main__":
    main(*sys.argv[1:])
