"""Compares the numbers of a table with the file that its mark names.

A mark is a comment after the table, a line a cell:

    | | one | other |
    |---|---|---|
    | agreement | 0.98 | 97.5 % (124) |
    <!-- figures of benchmarks/results/quickstart.json
    agreement / one: summary.reconstruction.agreement.mean
    agreement / other: runs.other.reconstruction.agreement.value, ....n
    -->

"row / column: keys" names the cell by the first cell of its row and by the
heading of its column, as they are read; keys lead into the file, one for each
number of the cell, in order. `_` is a number that no file has ("two cores").
"""

import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any

from stylex_tf.evaluation import evaluation_file

_MARK = re.compile(r"<!-- figures of (\S+)\n(.*?)-->", re.DOTALL)
# With its sign, its thousands and, where there is one, its unit.
_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?(?: ?%)?")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_NO_FIGURE = "_"
# A sample in a block of code is no mark.
_CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def problems(page: str, root: pathlib.Path) -> list[str]:
    """Returns what is wrong with the marked numbers of a page, in words.

    Args:
        page: its text.
        root: of the repository, where marks find their files.
    """
    return list(_problems(page, root))


def count(page: str) -> int:
    """Returns how many marks a page has."""
    return len(_MARK.findall(_CODE.sub("", page)))


def _problems(page: str, root: pathlib.Path) -> Iterator[str]:
    page = _CODE.sub("", page)
    for mark in _MARK.finditer(page):
        name, lines = mark.groups()
        if not (root / name).is_file():
            yield f"{name}: no such file"
            continue
        file = _read(root / name)
        table = _table(page[: mark.start()])
        for line in filter(None, map(str.strip, lines.splitlines())):
            cell, _, keys = line.rpartition(": ")
            row, _, column = cell.partition(" / ")
            if (row, column) not in table:
                yield f"{line!r}: the table before it has no such cell"
                continue
            yield from (
                f"{cell}: {problem}"
                for problem in _compare(
                    table[row, column], keys.split(", "), file
                )
            )


def _compare(cell: str, keys: list[str], file: Any) -> Iterator[str]:
    numbers = _NUMBER.findall(cell)
    if len(numbers) != len(keys):
        yield f"{len(numbers)} numbers in {cell!r} for {len(keys)} keys"
        return
    for text, key in zip(numbers, keys, strict=True):
        if key == _NO_FIGURE:
            continue
        try:
            value = _look_up(file, key)
        except (KeyError, IndexError, ValueError, TypeError):
            yield f"the file has no {key}"
            continue
        if not _is_rounded(text, value):
            yield f"the page says {text}, the file {value} ({key})"


def _is_rounded(text: str, value: float) -> bool:
    """Whether a number on a page is the value, to the digits that it shows."""
    percent = text.endswith("%")
    digits = text.rstrip("% ").replace(",", "")
    mantissa, _, exponent = digits.partition("e")
    places = len(mantissa.partition(".")[2]) - int(exponent or 0)
    exact = 100 * value if percent else value
    # Half a step of the last digit; halves may have gone either way.
    return abs(float(digits) - exact) <= 0.5 * 10**-places * (1 + 1e-6)


def _look_up(file: Any, key: str) -> float:
    value = file
    for step in key.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return float(value)


def _read(path: pathlib.Path) -> Any:
    if path.name == "evaluation.json":
        # By the names of the present layout, whatever version wrote it.
        return evaluation_file.to_dict(evaluation_file.read(path))
    return json.loads(path.read_text(encoding="utf-8"))


def _table(text: str) -> dict[tuple[str, str], str]:
    """The last table of a text, by row and column."""
    # Other marks may stand between the table and its mark.
    lines = _MARK.sub("", text).rstrip().splitlines()
    rows: list[list[str]] = []
    while lines and lines[-1].lstrip().startswith("|"):
        cells = lines.pop().strip().strip("|").split("|")
        rows.insert(0, [_plain(cell) for cell in cells])
    if len(rows) < 3:
        return {}
    heading, _, *body = rows
    return {
        (row[0], column): cell
        for row in body
        for column, cell in zip(heading[1:], row[1:], strict=False)
    }


def _plain(cell: str) -> str:
    """The text of a cell as it is read: no links, no code, no bold."""
    return _LINK.sub(r"\1", cell).replace("`", "").replace("**", "").strip()
