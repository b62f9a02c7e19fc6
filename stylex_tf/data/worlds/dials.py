"""Draws the held-out world "dials": a gauge on a wall, with a bulb.

Nothing may be tuned on it: see configs/worlds/held_out/method.py.
"""

import math
from collections.abc import Sequence

import numpy as np

from stylex_tf.data.records import manifest
from stylex_tf.data.worlds import canvas

# Raise when a drawing changes: it is part of the key of the cache.
VERSION = 1

FACTORS = (
    manifest.Factor("needle"),
    manifest.Factor("bulb", ("green", "red")),
    manifest.Factor("case", ("steel", "brass", "navy", "wood")),
    manifest.Factor("plate", ("white", "cream", "mint")),
    manifest.Factor("ticks", ("few", "many")),
    manifest.Factor("pipe", ("none", "left", "right")),
    manifest.Factor("tiles", ("no", "yes")),
    manifest.Factor("plaster"),
    manifest.Factor("diameter"),
    manifest.Factor("across"),
    manifest.Factor("light"),
)

# "Needle past the middle and a red bulb" is true for 0.5 * 0.8 = 40 % of the
# images.
PROBABILITIES = (None, (0.2, 0.8), *[None] * 9)

# Coordinates below are on a canvas of this size.
_CANVAS = 32
_PLASTERS = ((232, 226, 214), (112, 140, 150))
_CASES = ((150, 156, 166), (196, 152, 66), (38, 50, 96), (124, 78, 46))
_PLATES = ((255, 255, 255), (246, 232, 190), (196, 236, 210))
_INK = (60, 60, 66)
_NEEDLE = (206, 20, 40)
_BULBS = ((40, 210, 70), (255, 40, 40))
_SOCKET = (30, 30, 34)
_PIPE = (140, 96, 78)
# How far the needle leans to each side, and how long it is.
_LEAN, _LENGTH = math.radians(58), 6.6


def render(factors: Sequence[float], resolution: int) -> np.ndarray:
    """Draws one dial; see `retina_drawn.render` for the arguments."""
    bulb, case, plate, ticks, pipe, tiles = map(int, factors[1:7])
    plaster, diameter, across, light = factors[7:]
    colour = canvas.mix(*_PLASTERS, plaster)
    paper = canvas.Canvas(resolution, _CANVAS, colour)
    if tiles:
        joint = canvas.mix(colour, _INK, 0.45)
        for place in (5.0, 16.0, 27.0):
            paper.rectangle(0, place - 0.4, _CANVAS, place + 0.4, joint)
            paper.rectangle(place - 0.4, 0, place + 0.4, _CANVAS, joint)
    if pipe:
        x = 3.0 if pipe == 1 else 29.0
        paper.rectangle(x - 1.4, 0, x + 1.4, _CANVAS, _PIPE)
    x, radius = 14.0 + 4.0 * across, 9.8 + 1.6 * diameter
    paper.ellipse(x, 13.5, radius, radius, _CASES[case])
    paper.ellipse(x, 13.5, radius - 1.8, radius - 1.8, _PLATES[plate])
    _draw_ticks(paper, x, 13.5, radius - 2.2, (5, 11)[ticks])
    paper.ellipse(x, 28.2, 2.3, 2.3, _SOCKET)
    paper.ellipse(x, 28.2, 1.6, 1.6, _BULBS[bulb])
    lean = _LEAN * (2 * factors[0] - 1)
    tip = (
        x + _LENGTH * math.sin(lean),
        16.5 - _LENGTH * math.cos(lean),
    )
    paper.line(((x, 16.5), tip), 1.3, _NEEDLE)
    paper.ellipse(x, 16.5, 1.5, 1.5, _INK)
    return canvas.to_pixels(paper.picture() * (0.68 + 0.32 * light))


def _draw_ticks(
    paper: canvas.Canvas, x: float, y: float, radius: float, count: int
) -> None:
    for turn in np.linspace(-2.0, 2.0, count):
        sine, cosine = math.sin(turn), math.cos(turn)
        outer = (x + radius * sine, y - radius * cosine)
        inner = (x + (radius - 1.3) * sine, y - (radius - 1.3) * cosine)
        paper.line((inner, outer), 0.7, _INK)
