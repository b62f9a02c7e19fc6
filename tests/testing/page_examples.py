"""The Python examples of a page of the documentation."""

import pathlib
import re
from typing import Any


def read(page: pathlib.Path) -> list[str]:
    """Returns the blocks marked as Python, in order."""
    text = page.read_text(encoding="utf-8")
    return re.findall("```python\n(.*?)```", text, re.DOTALL)


def run(page: pathlib.Path) -> dict[str, Any]:
    """Runs them as one program; returns the names that it leaves."""
    names: dict[str, Any] = {}
    for example in read(page):
        exec(compile(example, str(page), "exec"), names)
    return names
