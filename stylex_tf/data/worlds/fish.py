"""Draws the world "fish": four classes, to be explained from one to another.

With the rule "each" and the causes crest, spot and barbels the classes are
none of them, a crest, a spot without a crest, barbels without either: a
quarter of the images each, with `PROBABILITIES`.
"""

from collections.abc import Sequence

import numpy as np

from stylex_tf.data.records import manifest
from stylex_tf.data.worlds import canvas

# Raise when a drawing changes: it is part of the key of the cache.
VERSION = 1

FACTORS = (
    manifest.Factor("crest", ("no", "yes")),
    manifest.Factor("spot", ("no", "yes")),
    manifest.Factor("barbels", ("no", "yes")),
    manifest.Factor("body", ("orange", "yellow", "violet", "teal")),
    manifest.Factor("tail", ("fork", "fan")),
    manifest.Factor("heading", ("left", "right")),
    manifest.Factor("weed", ("none", "left", "right")),
    manifest.Factor("bubbles", ("no", "yes")),
    manifest.Factor("water"),
    manifest.Factor("length"),
    manifest.Factor("depth"),
)

# What is left of the first is a third, of the second a half.
PROBABILITIES = (
    (3 / 4, 1 / 4),
    (2 / 3, 1 / 3),
    (1 / 2, 1 / 2),
    *[None] * 8,
)

# Coordinates below are on a canvas of this size.
_CANVAS = 32
_WATERS = ((150, 214, 226), (22, 62, 116))
_SAND = (214, 196, 150)
_WEED = (44, 120, 72)
_BUBBLE = (236, 250, 255)
_BODIES = ((244, 128, 44), (246, 214, 74), (150, 92, 200), (36, 166, 150))
_WHITE = (255, 255, 255)
_DARK = (20, 20, 30)
_CREST = (226, 30, 60)
_BARBEL = (40, 22, 18)


def render(factors: Sequence[float], resolution: int) -> np.ndarray:
    """Draws one fish; see `retina_drawn.render` for the arguments."""
    crest, spot, barbels, body, tail, heading, weed, bubbles = map(
        int, factors[:8]
    )
    water, length, depth = factors[8:]
    paper = canvas.Canvas(resolution, _CANVAS, canvas.mix(*_WATERS, water))
    paper.rectangle(0, 28.5, _CANVAS, _CANVAS, _SAND)
    if weed:
        for shift in (-1.6, 0, 1.6):
            x = (3.5 if weed == 1 else 28.5) + shift
            bend = [(x, 30), (x + 0.8, 26), (x - 0.8, 22), (x + shift, 18)]
            paper.line(bend, 1.0, _WEED)
    if bubbles:
        for x, y, r in ((15, 3.5, 1.5), (18.5, 5.6, 1.1), (12.5, 6, 0.9)):
            paper.ellipse(x, y, r, r, _BUBBLE)
    swim = _Swimmer(heading, 16, 13.5 + 6 * depth, 7.5 + 2.5 * length)
    _draw_tail(paper, swim, tail, _BODIES[body])
    if crest:
        spikes = ((-4, -3), (-3, -8.2), (-1, -5.2), (0.6, -8.6), (2.6, -3.4))
        paper.polygon([swim.place(*p) for p in spikes], _CREST)
    x, y = swim.place(0, 0)
    paper.ellipse(x, y, swim.half_length, 4.8, _BODIES[body])
    if barbels:
        for dx in (-0.6, 1.4):
            x = swim.half_length - 2.4 - dx
            paper.line(
                [swim.place(x, 2.6), swim.place(x + 0.9, 6.8)], 0.9, _BARBEL
            )
    if spot:
        x, y = swim.place(2.4 - swim.half_length, -0.2)
        paper.ellipse(x, y, 1.7, 1.7, _WHITE)
        paper.ellipse(x, y, 1.1, 1.1, _DARK)
    x, y = swim.place(swim.half_length - 3, -1.2)
    paper.ellipse(x, y, 1.3, 1.3, _WHITE)
    paper.ellipse(x, y, 0.8, 0.8, _DARK)
    return canvas.to_pixels(paper.picture())


class _Swimmer:
    """Places parts of a fish: x towards its mouth, from its middle."""

    def __init__(self, heading: int, x: float, y: float, half_length: float):
        self.half_length = half_length
        self._sign = 1 if heading else -1
        self._x, self._y = x, y

    def place(self, x: float, y: float) -> canvas.Point:
        """Maps the fish's coordinates to the canvas's."""
        return self._x + self._sign * x, self._y + y


def _draw_tail(paper: canvas.Canvas, swim: _Swimmer, tail: int, body) -> None:
    end = 1 - swim.half_length
    fork = ((end, 0), (end - 5, -4.6), (end - 3, 0), (end - 5, 4.6))
    fan = ((end, 0), (end - 3.6, -3.8), (end - 5, 0), (end - 3.6, 3.8))
    shape = (fork, fan)[tail]
    paper.polygon([swim.place(*p) for p in shape], canvas.mix(body, _DARK, 0.3))
