"""Draws the world "retina_drawn": a fundus, sick by a few bright points.

Hard exudates are small, sharp and yellow, and lie around the macula. At 64
pixels each is one or two pixels wide, less than one in a hundred pixels
together, while side, gaze, vessels, tint and light change every picture as a
whole: the fine detail of which the paper says that the classification loss
makes it appear. Dark bleedings of the same size are no cause, so that "there
are points" is not enough.

Nothing here is a likeness good enough for medicine.
"""

import math
from collections.abc import Sequence

import numpy as np

from stylex_tf.data.records import manifest
from stylex_tf.data.worlds import canvas

# Raise when a drawing changes: it is part of the key of the cache.
VERSION = 1

FACTORS = (
    manifest.Factor("exudates", ("no", "yes")),
    manifest.Factor("bleedings", ("no", "yes")),
    manifest.Factor("disc_side", ("left", "right")),
    manifest.Factor("disc_cup", ("small", "large")),
    manifest.Factor("vessels", ("thin", "thick")),
    manifest.Factor("vessel_tree", ("narrow", "wide", "branched")),
    manifest.Factor("macula", ("faint", "dark")),
    manifest.Factor("tint"),
    manifest.Factor("light_side"),
    manifest.Factor("exposure"),
    manifest.Factor("gaze_across"),
    manifest.Factor("gaze_up"),
    manifest.Factor("torsion"),
)

# Coordinates are on a canvas of this size, from the middle of the eye.
_CANVAS = 64
_FIELD = 29.5
_BLACK = (4, 3, 4)
_TINTS = ((188, 66, 30), (228, 150, 92))
_DISC = (250, 214, 150)
_CUP = (255, 240, 206)
_VESSEL = (112, 20, 22)
_EXUDATE = (255, 246, 150)
_BLEEDING = (92, 8, 14)
_MACULA = (9.0, 1.0)
_DISC_PLACE = (-13.0, 0.0)
_CUP_RADIUS = (1.5, 2.8)
_VESSEL_WIDTH = (1.0, 1.7)
# How far above and below the macula the large vessels pass.
_ARCH = (9.5, 14.5, 12.0)
_MACULA_DEPTH = (0.12, 0.5)
_GAZE = 3.0
_TORSION = math.radians(9)
# (x, y, radius): points around the macula, from its middle.
_EXUDATES = (
    (-6.0, -2.2, 0.75),
    (-4.2, -5.0, 0.95),
    (-1.6, -6.4, 0.7),
    (-7.2, 1.4, 0.9),
    (-4.8, 4.4, 0.7),
    (-1.2, 6.0, 0.95),
    (3.0, 5.2, 0.7),
    (5.6, -3.6, 0.75),
    (1.8, -3.4, 0.7),
)
_BLEEDINGS = (
    (-2.5, -14.0, 0.9),
    (4.5, -11.5, 0.75),
    (8.5, 8.5, 0.95),
    (1.0, 12.5, 0.75),
    (-9.5, 10.5, 0.8),
    (10.5, -5.5, 0.8),
)


class _Eye:
    """Where things of this eye lie: mirrored, turned and moved by the gaze."""

    def __init__(self, factors: Sequence[float]):
        across, up, torsion = factors[10:13]
        self._sign = -1 if int(factors[2]) else 1
        self._move = (
            _CANVAS / 2 + _GAZE * (2 * across - 1),
            _CANVAS / 2 - _GAZE * (2 * up - 1),
        )
        angle = _TORSION * (2 * torsion - 1)
        self._cosine, self._sine = math.cos(angle), math.sin(angle)

    def place(self, x: float, y: float) -> canvas.Point:
        """Maps the eye's coordinates to the canvas's."""
        x *= self._sign
        return (
            self._move[0] + self._cosine * x - self._sine * y,
            self._move[1] + self._sine * x + self._cosine * y,
        )


def render(factors: Sequence[float], resolution: int) -> np.ndarray:
    """Draws one fundus.

    Args:
        factors: an index into the values of each of `FACTORS`, or a number in
            [0, 1] where it has none.
        resolution: R, height and width of the picture.

    Returns:
        The picture, uint8 [R, R, 3].
    """
    cup, width, tree = (int(factors[index]) for index in (3, 4, 5))
    tint = canvas.mix(*_TINTS, factors[7])
    eye = _Eye(factors)
    paper = canvas.Canvas(resolution, _CANVAS, tint)
    _draw_vessels(paper, eye, _VESSEL_WIDTH[width], tree)
    _draw_disc(paper, eye, _CUP_RADIUS[cup])
    if int(factors[1]):
        _draw_points(paper, eye, _BLEEDINGS, (0.0, 0.0), _BLEEDING)
    if int(factors[0]):
        _draw_points(paper, eye, _EXUDATES, _MACULA, _EXUDATE)
    lit = paper.picture() * _light(eye, factors, resolution)[..., None]
    field = _field(resolution)[..., None]
    return canvas.to_pixels(field * lit + (1 - field) * np.array(_BLACK))


def exudate_mask(factors: Sequence[float], resolution: int) -> np.ndarray:
    """Marks the pixels that the exudates of a picture cover, at least partly.

    Args:
        factors: as of `render`; an eye without exudates has an empty mask. Set
            the first factor to ask where they would be.
        resolution: R, height and width of the image.

    Returns:
        bool [R, R].
    """
    without = [0, *list(factors)[1:]]
    difference = render(factors, resolution) != render(without, resolution)
    return difference.any(axis=-1)


def _draw_vessels(paper, eye: _Eye, width: float, tree: int) -> None:
    """Draws two pairs of arches out of the disc, and their branches."""
    x0, y0 = _DISC_PLACE
    arch = _ARCH[tree]
    for side in (-1, 1):
        # Around the macula, and back towards the nose.
        temporal = [
            (
                x0 + 34 * t,
                y0 + side * arch * math.sin(min(1.0, 1.6 * t) * math.pi / 2),
            )
            for t in np.linspace(0, 1, 9)
        ]
        nasal = [
            (x0 - 20 * t, y0 + side * (3 + arch * 0.9) * t**0.7)
            for t in np.linspace(0, 1, 5)
        ]
        _draw_line(paper, eye, temporal, width)
        _draw_line(paper, eye, nasal, 0.8 * width)
        if tree == len(_ARCH) - 1:
            x, y = temporal[3]
            outwards = [(x, y), (x + 3, y + 5 * side), (x + 9, y + 9 * side)]
            _draw_line(paper, eye, outwards, 0.75 * width)
            x, y = temporal[5]
            inwards = [(x, y), (x + 4, y - 3 * side), (x + 5, y - 6 * side)]
            _draw_line(paper, eye, inwards, 0.6 * width)


def _draw_line(paper, eye: _Eye, points, width: float) -> None:
    paper.line([eye.place(x, y) for x, y in points], width, _VESSEL)


def _draw_disc(paper, eye: _Eye, cup: float) -> None:
    x, y = eye.place(*_DISC_PLACE)
    paper.ellipse(x, y, 4.2, 4.7, _DISC)
    paper.ellipse(x, y, cup, cup, _CUP)


def _draw_points(paper, eye: _Eye, points, middle, colour) -> None:
    for x, y, radius in points:
        x, y = eye.place(middle[0] + x, middle[1] + y)
        paper.ellipse(x, y, radius, radius, colour)


def _light(eye: _Eye, factors: Sequence[float], resolution: int) -> np.ndarray:
    """Computes every pixel's brightness, [R, R]: lamp, exposure, macula."""
    x, y = _grid(resolution)
    lamp = (x / _CANVAS - 0.5) * (2 * factors[8] - 1)
    edge = ((x / _CANVAS - 0.5) ** 2 + (y / _CANVAS - 0.5) ** 2) * 0.9
    exposure = 0.72 + 0.36 * factors[9]
    mx, my = eye.place(*_MACULA)
    depth = _MACULA_DEPTH[int(factors[6])]
    macula = depth * np.exp(-((x - mx) ** 2 + (y - my) ** 2) / 14.0)
    return exposure * (1 + 0.5 * lamp - edge) * (1 - macula)


def _field(resolution: int) -> np.ndarray:
    """Returns 1 inside the round field of view, 0 outside, [R, R]."""
    x, y = _grid(resolution)
    distance = np.hypot(x - _CANVAS / 2, y - _CANVAS / 2)
    return np.clip((_FIELD - distance) * resolution / _CANVAS + 0.5, 0.0, 1.0)


def _grid(resolution: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the coordinates of the middles of the pixels, [R, R] each."""
    line = (np.arange(resolution) + 0.5) * _CANVAS / resolution
    x, y = np.meshgrid(line, line)
    return x, y
