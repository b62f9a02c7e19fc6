"""Draws the held-out world "boats": a sailing boat at sea, with a pennant.

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
    manifest.Factor("pennant", ("blue", "yellow", "green", "red")),
    manifest.Factor("hull", ("white", "navy", "brown", "red")),
    manifest.Factor("sails", ("one", "two")),
    manifest.Factor("island", ("none", "left", "right")),
    manifest.Factor("waves", ("no", "yes")),
    manifest.Factor("sun", ("no", "yes")),
    manifest.Factor("dusk"),
    manifest.Factor("sea"),
    manifest.Factor("place"),
    manifest.Factor("heel"),
)

# Half of the pennants are red.
PROBABILITIES = ((1 / 6, 1 / 6, 1 / 6, 1 / 2), *[None] * 9)

# Coordinates below are on a canvas of this size.
_CANVAS = 32
_SKIES = ((150, 206, 246), (246, 186, 150))
_SEAS = ((30, 86, 150), (70, 160, 150))
_HULLS = ((240, 240, 236), (30, 40, 90), (120, 74, 44), (190, 40, 40))
_PENNANTS = ((40, 70, 230), (250, 220, 40), (20, 150, 60), (236, 20, 30))
_SAIL, _JIB = (252, 250, 240), (224, 214, 190)
_MAST = (70, 50, 40)
_ISLAND = (88, 132, 80)
_SUN = (255, 238, 130)
_FOAM = (226, 240, 246)
_HEEL = math.radians(11)


def render(factors: Sequence[float], resolution: int) -> np.ndarray:
    """Draws one boat; see `retina_drawn.render` for the arguments."""
    pennant, hull, sails, island, waves, sun = map(int, factors[:6])
    dusk, sea, place, heel = factors[6:]
    paper = canvas.Canvas(resolution, _CANVAS, canvas.mix(*_SKIES, dusk))
    if sun:
        paper.ellipse(26.5, 5, 2.6, 2.6, _SUN)
    if island:
        paper.ellipse(4 if island == 1 else 28, 22, 7, 4.6, _ISLAND)
    paper.rectangle(0, 22, _CANVAS, _CANVAS, canvas.mix(*_SEAS, sea))
    if waves:
        for x, y in ((4, 25.5), (14, 29.8), (26, 26.2), (6, 30.2), (24, 30)):
            crest = ((x - 2, y), (x, y - 0.9), (x + 2, y))
            paper.line(crest, 0.7, _FOAM)
    boat = _Boat(12.5 + 6 * place, 23.5, _HEEL * (2 * heel - 1))
    paper.line([boat.place(0, 0), boat.place(0, 16)], 0.9, _MAST)
    sail = ((0.7, 2.2), (0.7, 14.4), (7.6, 2.2))
    paper.polygon([boat.place(*p) for p in sail], _SAIL)
    if sails:
        jib = ((-0.7, 2.2), (-0.7, 12), (-6.2, 2.2))
        paper.polygon([boat.place(*p) for p in jib], _JIB)
    flag = ((0, 19.4), (0, 15.4), (-5.4, 17.4))
    paper.polygon([boat.place(*p) for p in flag], _PENNANTS[pennant])
    keel = ((-8, 1.6), (9, 1.6), (6, -2.6), (-5.6, -2.6))
    paper.polygon([boat.place(*p) for p in keel], _HULLS[hull])
    return canvas.to_pixels(paper.picture())


class _Boat:
    """Places parts of a boat: x to the right, y up the mast."""

    def __init__(self, x: float, y: float, heel: float):
        self._x, self._y = x, y
        self._cosine, self._sine = math.cos(heel), math.sin(heel)

    def place(self, x: float, y: float) -> canvas.Point:
        """Maps the boat's coordinates to the canvas's."""
        return (
            self._x + self._cosine * x + self._sine * y,
            self._y - self._cosine * y + self._sine * x,
        )
