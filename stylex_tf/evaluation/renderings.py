"""Writes the one table as text for a terminal and as Markdown."""

import io
import textwrap
from collections.abc import Mapping

import rich.console
import rich.table

from stylex_tf.evaluation import record, row_list, rows

_WIDTH = 80
# Widths of the columns; between two of them stand two spaces.
_NAME, _VALUE, _IMAGES, _INTERVAL = 33, 9, 7, 26
_DASH = "-"


def text(evaluation: record.Evaluation) -> str:
    """Returns every figure as plain text, at most 80 columns wide.

    What was not measured is named below its group.
    """
    console = rich.console.Console(
        file=io.StringIO(),
        width=_WIDTH,
        color_system=None,
        highlight=False,
        markup=False,
    )
    with console.capture() as capture:
        for group in row_list.fill(evaluation):
            if any(line.figure for line in group.lines):
                console.print(_table(group))
            else:
                console.print(group.title)
            for absent, names in _absent(group).items():
                console.print(_wrapped(f"{absent}: {'; '.join(names)}"))
            console.print()
    lines = [line.rstrip() for line in capture.get().splitlines()]
    return "\n".join(lines).strip("\n") + "\n"


def _table(group: rows.LineGroup) -> rich.table.Table:
    table = rich.table.Table(box=None, pad_edge=False)
    table.add_column(group.title, width=_NAME)
    table.add_column("value", justify="right", width=_VALUE)
    table.add_column("images", justify="right", width=_IMAGES)
    table.add_column("95 % interval", width=_INTERVAL)
    for line in group.lines:
        if line.figure is not None:
            table.add_row(
                ("    " if line.inner else "  ") + line.name,
                line.value,
                "" if line.images is None else f"{line.images:,}",
                line.beside or _of_others(line),
            )
    return table


def _wrapped(text: str) -> str:
    return textwrap.fill(
        text, _WIDTH, initial_indent="  ", subsequent_indent="    "
    )


def headlines(evaluation: record.Evaluation) -> list[tuple[str, str]]:
    """Returns the few figures that nobody should miss, name and value."""
    lines = []
    for group in row_list.fill(evaluation):
        for line in group.lines:
            # The worst of many, or each of them.
            if line.row.headline and line.inner == line.row.each:
                if line.figure is None and not line.row.required:
                    continue
                of = f", {line.counted}" if line.counted else ""
                lines.append((f"{group.title}: {line.name}", line.value + of))
    return lines


def definitions() -> str:
    """Returns a Markdown table of every row: unit, good, how to read it."""
    lines = ["| figure | unit | good | how to read it |", "|---|---|---|---|"]
    for group in row_list.groups(record.Evaluation()):
        title = group.title.replace(", top 1", ", top k")
        lines.append(f"| **{title}** | | | |")
        lines += [
            f"| {row.name} | {row.unit.value} | {row.good.value} "
            f"| {row.reading} |"
            for row in group.rows
        ]
    return "\n".join(lines) + "\n"


def compare(evaluations: Mapping[str, record.Evaluation]) -> str:
    """Returns a Markdown table with one column a run.

    Args:
        evaluations: by the name of their column.
    """
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for column, evaluation in evaluations.items():
        for group in row_list.fill(evaluation):
            for line in group.lines:
                # The lowest is of another factor in each run.
                key = (group.title, ("- " if line.inner else "") + line.name)
                of = _of(line)
                cells.setdefault(key, {})[column] = (
                    line.value + (f" ({of})" if of else "")
                    if line.figure
                    else _DASH
                )
    lines = [
        f"| | {' | '.join(f'`{name}`' for name in evaluations)} |",
        f"|---|{'---|' * len(evaluations)}",
    ]
    title = None
    for (group_title, name), values in cells.items():
        if group_title != title:
            title = group_title
            lines.append(f"| **{title}** |{' |' * len(evaluations)}")
        row = [values.get(column, _DASH) for column in evaluations]
        lines.append(f"| {name} | {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


def _of_others(line: rows.Line) -> str:
    """Says of how many attributes or causes; "" where it is of images."""
    if line.images is not None or not line.counted:
        return ""
    return f"of {line.counted}"


def _of(line: rows.Line) -> str:
    """Counts the images, or says what else it counts."""
    return line.counted if line.images is None else f"{line.images:,}"


def _absent(group: rows.LineGroup) -> dict[str, list[str]]:
    """Names the figures of a group that are not there."""
    names: dict[str, list[str]] = {}
    for line in group.lines:
        if line.figure is None:
            names.setdefault(line.value, []).append(line.name)
    return names
