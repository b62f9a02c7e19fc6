"""Paints the held-out world "cells", one under a microscope, by numpy.

Nothing may be tuned on it: see configs/worlds/held_out/method.py.
"""

import math
from collections.abc import Sequence

import numpy as np

from stylex_tf.data.records import manifest
from stylex_tf.data.worlds import canvas, distance_fields

# Raise when a drawing changes: it is part of the key of the cache.
VERSION = 1

FACTORS = (
    manifest.Factor("nucleolus"),
    manifest.Factor("slide", ("rose", "cream", "grey")),
    manifest.Factor("membrane", ("thin", "thick")),
    manifest.Factor("grains", ("none", "few", "many")),
    manifest.Factor("neighbour", ("none", "left", "right", "below")),
    manifest.Factor("vacuole", ("no", "yes")),
    manifest.Factor("stain"),
    manifest.Factor("roundness"),
    manifest.Factor("turn"),
    manifest.Factor("nucleus_place"),
    manifest.Factor("light"),
)

# Coordinates below are on a painting of this size.
_UNITS = 32
_SLIDES = ((246, 222, 226), (246, 240, 208), (214, 218, 222))
_STAINS = ((206, 120, 190), (96, 140, 214))
_MEMBRANE = (76, 46, 96)
_NUCLEUS = (92, 52, 130)
_NUCLEOLUS = (252, 232, 96)
_GRAIN = (120, 60, 140)
_VACUOLE = (250, 248, 255)
_GRAINS = (
    (-6.6, -2.6),
    (5.6, -4.4),
    (-3.6, 6.0),
    (6.6, 2.0),
    (-7.2, 2.0),
    (1.6, -7.0),
    (3.4, 6.6),
    (-2.6, -6.6),
)
_NEIGHBOURS = ((-17, 0), (17, 0), (0, 17))
# The radius of the nucleolus, smallest and largest.
_RADII = (0.7, 2.5)


def render(factors: Sequence[float], resolution: int) -> np.ndarray:
    """Draws one cell; see `retina_drawn.render` for the arguments."""
    nucleolus = factors[0]
    slide, membrane, grains, neighbour, vacuole = map(int, factors[1:6])
    stain, roundness, turn, place, light = factors[6:]
    painting = distance_fields.Painting(resolution, _UNITS, _SLIDES[slide])
    x, y = painting.x - _UNITS / 2, painting.y - _UNITS / 2
    plasma = canvas.mix(*_STAINS, stain)
    rim = (0.7, 1.5)[membrane]
    if neighbour:
        dx, dy = _NEIGHBOURS[neighbour - 1]
        shape = distance_fields.ellipse(x - dx, y - dy, 7.5, 7.5)
        _paint_cell(painting, shape, plasma, rim)
    angle = math.pi * (turn - 0.5)
    along = math.cos(angle) * x + math.sin(angle) * y
    across = math.cos(angle) * y - math.sin(angle) * x
    flat = 8.2 + 2.6 * roundness
    _paint_cell(
        painting,
        distance_fields.ellipse(along, across, 11.2, flat),
        plasma,
        rim,
    )
    for gx, gy in _GRAINS[: (0, 4, 8)[grains]]:
        grain = distance_fields.ellipse(x - gx, y - gy, 0.8, 0.8)
        painting.fill(grain, _GRAIN)
    if vacuole:
        bubble = distance_fields.ellipse(along + 6.6, across, 2.2, 2.2)
        painting.fill(bubble, _VACUOLE)
    # The nucleus lies on the long axis, off the middle.
    along = along - (4.4 * place - 0.8)
    painting.fill(distance_fields.ellipse(along, across, 4.3, 4.0), _NUCLEUS)
    radius = _RADII[0] + nucleolus * (_RADII[1] - _RADII[0])
    painting.fill(
        distance_fields.ellipse(along, across, radius, radius), _NUCLEOLUS
    )
    return painting.pixels(0.7 + 0.3 * light)


def _paint_cell(painting, shape: np.ndarray, plasma, rim: float) -> None:
    painting.fill(shape, _MEMBRANE)
    painting.fill(shape + rim, plasma)
