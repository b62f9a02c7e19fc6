"""Defines a row of the one table of figures, and reads an evaluation by it.

Text, HTML, TensorBoard and docs are renderings of these lines; the rows
themselves stand in `row_list.py`.
"""

import dataclasses
import enum
from collections.abc import Callable, Iterator, Mapping, Sequence

from stylex_tf.evaluation import figure, printing, record

NOT_MEASURED = "not measured"

# Beyond so many factors or classes only the worst gets a line.
_MOST_INNER = 12

Value = figure.Figure | Mapping[str, figure.Figure] | None


class Good(enum.Enum):
    """Which way a figure is good."""

    HIGH = "high"
    LOW = "low"
    NEITHER = "-"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: where it stands and how to read it.

    Attributes:
        name: the name of the figure.
        get: takes it from an evaluation; a mapping is one figure a factor, or
            a class.
        unit: how it is printed.
        good: which way it is good.
        reading: one sentence: "Good when ..., poor when ...".
        required: shown in the report even where it was not measured, since
            its neighbours mean nothing without it.
        headline: also printed at the end of a run.
        each: whether a headline prints every class or factor, and not the worst
            alone.
        absent: what is printed where it was not measured; "" leaves the line
            out.
        cautions: codes of the warnings that it can raise.
    """

    name: str
    get: Callable[[record.Evaluation], Value]
    unit: printing.Unit
    good: Good
    reading: str
    required: bool = False
    headline: bool = False
    each: bool = False
    absent: Callable[[record.Evaluation], str] = lambda _: NOT_MEASURED
    cautions: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together."""

    title: str
    rows: tuple[Row, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row filled in, or one factor or class of it.

    Attributes:
        row: whose line it is.
        name: the name of the row, or of the factor or class.
        figure: None where it was not measured.
        inner: whether it is one factor or class of the row above.
    """

    row: Row
    name: str
    figure: figure.Figure | None
    value: str
    inner: bool = False

    @property
    def images(self) -> int | None:
        """Counts the images; None where it is of others, or not known."""
        if self.figure is None or self.figure.of != "images":
            return None
        return self.figure.n

    @property
    def counted(self) -> str:
        """Says of how many images, attributes or causes it is, in words."""
        if self.figure is None or self.figure.n is None:
            return ""
        return printing.print_count(self.figure.n, self.figure.of)

    @property
    def beside(self) -> str:
        """Says the interval, or the spread of the draws, in words."""
        if self.figure is None or self.figure.interval is None:
            return ""
        low, high = (
            printing.print_value(end, self.row.unit)
            for end in self.figure.interval
        )
        draws = self.figure.draws
        return f"{low} to {high}" + (f", {draws} draws" if draws else "")


@dataclasses.dataclass(frozen=True, slots=True)
class LineGroup:
    """Lines that belong together."""

    title: str
    lines: tuple[Line, ...]


def fill(
    groups: Sequence[Group], evaluation: record.Evaluation
) -> tuple[LineGroup, ...]:
    """Fills the rows of each group with figures; keeps groups in order."""
    return tuple(
        LineGroup(
            group.title,
            tuple(
                line for row in group.rows for line in _lines(row, evaluation)
            ),
        )
        for group in groups
    )


def _lines(row: Row, evaluation: record.Evaluation) -> Iterator[Line]:
    value = row.get(evaluation)
    if not value:
        if absent := row.absent(evaluation):
            yield Line(row=row, name=row.name, figure=None, value=absent)
    elif isinstance(value, figure.Figure):
        yield _line(row, row.name, value)
    else:
        # The row itself says how low the lowest is, or how high the highest.
        worst = max if row.good is Good.LOW else min
        name = worst(value, key=lambda inner: value[inner].value)
        which = "highest" if row.good is Good.LOW else "lowest"
        yield _line(row, f"{row.name}, {which}", value[name])
        for name, inner in value.items() if len(value) <= _MOST_INNER else ():
            yield dataclasses.replace(
                _line(row, name.replace("_", " "), inner), inner=True
            )


def _line(row: Row, name: str, measured: figure.Figure) -> Line:
    text = printing.print_value(measured.value, row.unit)
    return Line(row=row, name=name, figure=measured, value=text)
