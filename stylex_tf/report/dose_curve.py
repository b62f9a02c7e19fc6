"""Draws dose and response of a knob as the lines of a small chart."""

import dataclasses

import numpy as np

from stylex_tf.report import demonstration

WIDTH, HEIGHT = 320.0, 96.0
"""The plot, in the units of the SVG; probability 1 is at the top."""

# The band holds the middle four fifths of the images.
_BAND = (0.1, 0.9)


@dataclasses.dataclass(frozen=True, slots=True)
class DoseCurve:
    """Paths and points in a plot of WIDTH x HEIGHT."""

    # The mean of all images, and where most of them lie.
    mean: str
    band: str
    # One line an example, and the point where it is by itself.
    examples: tuple[str, ...]
    points: tuple[tuple[str, str], ...]
    # The mean probability at each place.
    means: tuple[float, ...]


def draw(shown: demonstration.Demonstration, before: np.ndarray) -> DoseCurve:
    """Lays the chart of one demonstration out.

    Args:
        shown: what the knob does.
        before: the probability of the class of each example by itself, [N].
    """
    places = np.linspace(0.0, 1.0, shown.places)
    mean = shown.responses.mean(axis=0)
    low, high = np.quantile(shown.responses, _BAND, axis=0)
    upper = _path(places, high)
    back = _path(places[::-1], low[::-1]).replace("M", "L", 1)
    return DoseCurve(
        mean=_path(places, mean),
        band=f"{upper} {back} Z",
        examples=tuple(_path(places, line) for line in shown.probabilities),
        points=tuple(
            (f"{WIDTH * place:.1f}", f"{HEIGHT * (1 - value):.1f}")
            for place, value in zip(shown.own_places, before, strict=True)
        ),
        means=tuple(float(value) for value in mean),
    )


def _path(places: np.ndarray, values: np.ndarray) -> str:
    """Writes an SVG path, M x y L x y ..."""
    points = (
        f"{WIDTH * place:.1f} {HEIGHT * (1 - value):.1f}"
        for place, value in zip(places, values, strict=True)
    )
    return f"M {' L '.join(points)}"
