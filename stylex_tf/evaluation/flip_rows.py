"""Lists the rows about flips: of the top 1, the top 2, and all listed."""

import dataclasses
from collections.abc import Callable, Mapping

from stylex_tf.evaluation import figure, record, rows
from stylex_tf.evaluation.printing import Unit
from stylex_tf.evaluation.rows import Good, Row

_HEADLINE = (1, 2)

_GetCurve = Callable[[record.Evaluation], figure.Curve | None]


@dataclasses.dataclass(frozen=True, slots=True)
class _CurveRow:
    """A curve, of which each group has one point."""

    name: str
    get: _GetCurve
    good: Good
    reading: str
    required: bool = False
    headline: bool = False
    cautions: tuple[str, ...] = ()


def groups(evaluation: record.Evaluation) -> tuple[rows.Group, ...]:
    """Returns groups of rows: for the first edit, the first two, all listed."""
    curve = evaluation.sufficiency.flips
    listed = len(curve.values) if curve else 0
    tops = [top for top in _HEADLINE if top < listed or top == 1]
    named = [_group(f"Decisions flipped, top {top}", top) for top in tops]
    if listed > 1:
        named.append(_group(f"Decisions flipped, all {listed} listed", None))
    return tuple(named)


def _group(title: str, top: int | None) -> rows.Group:
    mine, *others = _CURVES
    return rows.Group(
        title,
        (
            _row(mine, top),
            Row(
                name="each target class",
                get=lambda e: _by_target(e, top),
                unit=Unit.SHARE,
                good=Good.HIGH,
                reading="Good when every class is reached, poor when one is "
                "below 50 %.",
                headline=True,
                each=True,
                cautions=("flip_rate",),
            ),
            *(_row(curve, top) for curve in others),
        ),
    )


def _row(curve: _CurveRow, top: int | None) -> Row:
    return Row(
        name=curve.name,
        get=lambda e: _point(curve.get(e), top),
        unit=Unit.SHARE,
        good=curve.good,
        reading=curve.reading,
        required=curve.required and top == 1,
        headline=curve.headline,
        cautions=curve.cautions,
    )


def _point(curve: figure.Curve | None, top: int | None) -> figure.Figure | None:
    if curve is None:
        return None
    return curve.last() if top is None else curve.at(top)


def _by_target(
    evaluation: record.Evaluation, top: int | None
) -> Mapping[str, figure.Figure]:
    """Collects the classes that have an attribute at this place."""
    curves = evaluation.sufficiency.by_target or {}
    points = {
        f"towards {evaluation.class_name(index)}": _point(curve, top)
        for index, curve in curves.items()
    }
    return {name: point for name, point in points.items() if point is not None}


_CURVES = (
    _CurveRow(
        "flips",
        lambda e: e.sufficiency.flips,
        Good.HIGH,
        "Good when near the ceiling and far above the rows below it, poor "
        "when random coordinates or Wu et al. do as much.",
        required=True,
        headline=True,
        cautions=("flip_rate", "no_better_than_random"),
    ),
    _CurveRow(
        "the factors themselves, drawn",
        lambda e: e.sufficiency.drawn,
        Good.NEITHER,
        "The ceiling: the factors of the attributes exchanged in the drawing.",
        headline=True,
    ),
    _CurveRow(
        "random coordinates",
        lambda e: e.sufficiency.random,
        Good.NEITHER,
        "As many random coordinates, each turned towards the target class's "
        "mean: what any edit does.",
        headline=True,
        cautions=("no_better_than_random",),
    ),
    _CurveRow(
        "Wu et al.'s ranking",
        lambda e: e.sufficiency.wu,
        Good.NEITHER,
        "As many coordinates ranked by statistics of styles alone: what can "
        "be had without measuring an effect.",
    ),
    _CurveRow(
        "no classification loss",
        lambda e: e.sufficiency.no_classification_loss,
        Good.NEITHER,
        "The attributes of the same run without this loss: what the loss is "
        "not needed for.",
    ),
    _CurveRow(
        "second classifier follows",
        lambda e: e.sufficiency.second,
        Good.HIGH,
        "Good when near the flips, poor when far below: noise that fools "
        "one classifier leaves another cold.",
        cautions=("second_classifier",),
    ),
    _CurveRow(
        "carried onto the photograph",
        lambda e: e.sufficiency.carried,
        Good.HIGH,
        "Good when near the flips, poor when the edit works on the "
        "reconstruction alone.",
    ),
    _CurveRow(
        "carried, second classifier",
        lambda e: e.sufficiency.carried_second,
        Good.HIGH,
        "Good when near the row above, poor when far below.",
    ),
)
