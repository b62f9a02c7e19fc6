"""Prints and draws how good a training is after so many images and minutes."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from stylex_tf import choice
from stylex_tf.evaluation import record

# Told apart by everyone (Okabe and Ito 2008, https://jfly.uni-koeln.de/color).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_COLUMNS = 4
_WIDTH, _HEIGHT = 200, 130
# What the axis takes of the width; its last label needs the rest.
_ACROSS = 186
_LEFT, _TOP, _BELOW = 44, 34, 34


class Over(choice.Choice):
    """What lies on the axis to the right: minutes, or thousands of images.

    Minutes are of the machine, and of what else it did. Images are not, but
    one may cost more with one method than with another.
    """

    MINUTES = "minutes"
    IMAGES = "images"


@dataclasses.dataclass(frozen=True)
class Point:
    """One row of a printed curve; None is "not measured".

    Attributes:
        images: that training has seen.
        minutes: of training, without searching and evaluating.
        agreement: of the classifier about reconstructions, a share.
        flips: shares of decisions that the first attribute turns on
            reconstructions, and the first two.
        carried: the same, on photographs that the edit was carried onto.
        perceptual: distance of reconstructions.
        kid: of reconstructions over its floor.
    """

    images: int
    minutes: float
    agreement: float | None
    flips: tuple[float | None, float | None]
    carried: tuple[float | None, float | None]
    perceptual: float | None
    kid: float | None


def point_of(evaluation: record.Evaluation) -> Point:
    """Returns what is printed and drawn of an evaluation."""

    def value(figure) -> float | None:
        return None if figure is None else figure.value

    def first_two(curve) -> tuple[float | None, float | None]:
        values = () if curve is None else curve.values
        return (
            values[0] if values else None,
            values[1] if len(values) > 1 else None,
        )

    kid, floor = evaluation.realism.kid, evaluation.realism.kid_floor
    run, flips = evaluation.run, evaluation.sufficiency
    return Point(
        images=run.images_seen or 0,
        minutes=(run.seconds or 0.0) / 60,
        agreement=value(evaluation.reconstruction.agreement),
        flips=first_two(flips.flips),
        carried=first_two(flips.carried),
        perceptual=value(evaluation.reconstruction.perceptual),
        kid=None if kid is None or floor is None else kid.value - floor.value,
    )


def table(points: Sequence[Point]) -> str:
    """Returns the points as plain text, a row each."""

    def cell(number: float | None) -> str:
        return f"{'-' if number is None else f'{number:.3f}':>9}"

    names = ("agree", "top 1", "top 2", "carried 1", "2", "percept.", "KID")
    lines = [f"{'images':>9}{'minutes':>9}" + "".join(f"{n:>9}" for n in names)]
    for point in points:
        numbers = (
            point.agreement,
            *point.flips,
            *point.carried,
            point.perceptual,
            point.kid,
        )
        lines.append(
            f"{point.images:>9,}{point.minutes:>9.1f}"
            + "".join(map(cell, numbers))
        )
    return "\n".join(lines)


@dataclasses.dataclass(frozen=True)
class _Panel:
    """One figure of every curve.

    Attributes:
        title: what stands above.
        values: of each curve, a figure a point.
        top: where the axis ends; it begins at 0.
    """

    title: str
    values: Sequence[Sequence[float | None]]
    top: float


def figure(
    curves: Mapping[str, Sequence[Point]], *, over: Over = Over.MINUTES
) -> str:
    """Draws the curves as an SVG, a small diagram a figure.

    Args:
        curves: by the name that the legend gives, at least one, of one point
            or more each. A figure that was not measured has no point, and the
            line goes on to the next one.
        over: what lies on the axis to the right.
    """
    points = list(curves.values())
    shares = {
        "agreement": [[p.agreement for p in c] for c in points],
        "flips, first attribute": [[p.flips[0] for p in c] for c in points],
        "flips, first two": [[p.flips[1] for p in c] for c in points],
        "carried, first attribute": [[p.carried[0] for p in c] for c in points],
        "carried, first two": [[p.carried[1] for p in c] for c in points],
    }
    distances = {
        "perceptual distance": [[p.perceptual for p in c] for c in points],
        "KID over its floor": [[p.kid for p in c] for c in points],
    }
    panels = [_Panel(title, values, 1.0) for title, values in shares.items()]
    panels += [
        _Panel(title, values, _highest(values))
        for title, values in distances.items()
    ]
    places = [
        [p.minutes if over == Over.MINUTES else p.images / 1000 for p in c]
        for c in points
    ]
    unit = "min" if over == Over.MINUTES else "k"
    rows = -(-(len(panels) + 1) // _COLUMNS)
    drawing = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_COLUMNS * (_WIDTH + _LEFT) + 12} "
            f"{rows * (_HEIGHT + _TOP + _BELOW)}",
            "font-family": "sans-serif",
            "font-size": "12",
        },
    )
    ElementTree.SubElement(
        drawing, "rect", {"width": "100%", "height": "100%", "fill": "white"}
    )
    for place, panel in enumerate(panels):
        _draw(_at(drawing, place), panel, places, unit)
    _legend(_at(drawing, len(panels)), list(curves))
    return ElementTree.tostring(drawing, encoding="unicode") + "\n"


def _highest(values: Sequence[Sequence[float | None]]) -> float:
    known = [v for v in itertools.chain(*values) if v is not None]
    return max([*known, 0.0]) * 1.05 or 1.0


def _at(drawing: ElementTree.Element, place: int) -> ElementTree.Element:
    """Returns a group whose origin is the upper left of a diagram."""
    row, column = divmod(place, _COLUMNS)
    x = column * (_WIDTH + _LEFT) + _LEFT
    y = row * (_HEIGHT + _TOP + _BELOW) + _TOP
    return ElementTree.SubElement(
        drawing, "g", {"transform": f"translate({x} {y})"}
    )


def _text(group: ElementTree.Element, text: str, **places: object) -> None:
    element = ElementTree.SubElement(
        group, "text", {n.rstrip("_"): str(v) for n, v in places.items()}
    )
    element.text = text


def _draw(
    group: ElementTree.Element,
    panel: _Panel,
    along: Sequence[Sequence[float]],
    unit: str,
) -> None:
    longest = max(itertools.chain(*along)) or 1.0
    _text(group, panel.title, x=0, y=-10)
    for share in (0.0, 0.5, 1.0):
        y = _HEIGHT * (1 - share)
        ElementTree.SubElement(
            group,
            "path",
            {"d": f"M 0 {y:.1f} h {_ACROSS}", "stroke": "#ddd"},
        )
        label = f"{share * panel.top:.2g}"
        _text(group, label, x=-6, y=f"{y + 4:.1f}", **{"text-anchor": "end"})
        x = share * (_ACROSS)
        _text(
            group,
            f"{share * longest:.3g}" + (f" {unit}" if share == 1 else ""),
            x=f"{x:.1f}",
            y=_HEIGHT + 16,
            **{"text-anchor": "middle"},
        )
    for colour, places, values in zip(
        itertools.cycle(_COLOURS), along, panel.values, strict=False
    ):
        _curve(
            group,
            colour,
            [
                (
                    place / longest * (_ACROSS),
                    # KID is an estimate, and may fall below zero.
                    _HEIGHT * (1 - max(value, 0.0) / panel.top),
                )
                for place, value in zip(places, values, strict=True)
                if value is not None
            ],
        )


def _curve(
    group: ElementTree.Element,
    colour: str,
    places: Sequence[tuple[float, float]],
) -> None:
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    ElementTree.SubElement(
        group,
        "polyline",
        {
            "points": joined,
            "fill": "none",
            "stroke": colour,
            "stroke-width": "2",
        },
    )
    for x, y in places:
        ElementTree.SubElement(
            group,
            "circle",
            {"cx": f"{x:.1f}", "cy": f"{y:.1f}", "r": "3", "fill": colour},
        )


def _legend(group: ElementTree.Element, names: Sequence[str]) -> None:
    for line, (colour, name) in enumerate(
        zip(itertools.cycle(_COLOURS), names, strict=False)
    ):
        y = 12 + 18 * line
        ElementTree.SubElement(
            group,
            "path",
            {"d": f"M 0 {y} h 20", "stroke": colour, "stroke-width": "3"},
        )
        _text(group, name, x=28, y=y + 4)
