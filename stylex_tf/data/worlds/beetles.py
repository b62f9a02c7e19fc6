"""Paints the held-out world "beetles", seen from above, by numpy.

Nothing may be tuned on it: see configs/worlds/held_out/method.py.
"""

import colorsys
import math
from collections.abc import Sequence

import numpy as np

from stylex_tf.data.records import manifest
from stylex_tf.data.worlds import canvas, distance_fields

# Raise when a drawing changes: it is part of the key of the cache.
VERSION = 1

FACTORS = (
    manifest.Factor("dots", ("no", "yes")),
    manifest.Factor("horn", ("short", "forked")),
    manifest.Factor("ground", ("sand", "moss", "stone", "bark")),
    manifest.Factor("legs", ("black", "amber")),
    manifest.Factor("shadow", ("left", "right")),
    manifest.Factor("seam", ("no", "yes")),
    manifest.Factor("hue"),
    manifest.Factor("size"),
    manifest.Factor("spread"),
    manifest.Factor("turn"),
    manifest.Factor("light"),
)

# 0.3 each make "dots or a forked horn" true for 51 % of the images.
PROBABILITIES = ((0.7, 0.3), (0.7, 0.3), *[None] * 9)

# Coordinates below are on a painting of this size.
_UNITS = 32
_GROUNDS = ((226, 206, 160), (150, 186, 118), (176, 178, 184), (150, 118, 92))
_LEGS = ((26, 22, 24), (204, 132, 40))
_SHADOW = (40, 34, 40)
_DOT = (255, 244, 200)
_HORN = (30, 20, 26)


def render(factors: Sequence[float], resolution: int) -> np.ndarray:
    """Draws one beetle; see `retina_drawn.render` for the arguments."""
    dots, horn, ground, legs, shadow, seam = map(int, factors[:6])
    hue, size, spread, turn, light = factors[6:]
    painting = distance_fields.Painting(resolution, _UNITS, _GROUNDS[ground])
    angle = math.radians(44) * (turn - 0.5)
    scale = 0.86 + 0.24 * size
    x, y = painting.x - _UNITS / 2, painting.y - _UNITS / 2 - 1
    # The beetle's own coordinates: turned, and larger for a larger one.
    x, y = (
        (math.cos(angle) * x + math.sin(angle) * y) / scale,
        (math.cos(angle) * y - math.sin(angle) * x) / scale,
    )
    side = -2.0 if shadow == 0 else 2.0
    dark = distance_fields.ellipse(x - side, y - 3.2, 6.6, 8.4)
    painting.fill(dark, _SHADOW, opacity=0.5)
    _paint_legs(painting, x, y, 0.55 + 0.9 * spread, _LEGS[legs])
    shell = _shell(hue)
    _paint_horn(painting, x, y, forked=bool(horn))
    painting.fill(
        distance_fields.ellipse(x, y + 6.4, 3.6, 3.0),
        canvas.mix(shell, _HORN, 0.55),
    )
    painting.fill(distance_fields.ellipse(x, y - 2.2, 6.0, 7.8), shell)
    if seam:
        line = distance_fields.segment(x, y, (0, -5), (0, 9), 0.45)
        painting.fill(line, canvas.mix(shell, _HORN, 0.8))
    if dots:
        for cx in (-2.9, 2.9):
            dot = distance_fields.ellipse(x - cx, y - 0.6, 1.35, 1.35)
            painting.fill(dot, _DOT)
    return painting.pixels(0.66 + 0.34 * light)


def _shell(hue: float) -> canvas.Colour:
    """Returns the shell's colour, from green over blue to red."""
    red, green, blue = colorsys.hsv_to_rgb(0.3 + 0.7 * hue, 0.72, 0.72)
    return 255 * red, 255 * green, 255 * blue


def _paint_legs(painting, x, y, spread: float, colour) -> None:
    for side in (-1, 1):
        for start, reach in ((-3.5, -3.4), (1.0, 0.8), (5.0, 4.6)):
            foot = (side * 10.6, start + spread * reach)
            leg = distance_fields.segment(x, y, (side * 4, start), foot, 0.55)
            painting.fill(leg, colour)


def _paint_horn(painting, x, y, *, forked: bool) -> None:
    tip = (0.0, -10.9)
    painting.fill(distance_fields.segment(x, y, (0.0, -8.0), tip, 0.75), _HORN)
    if forked:
        for side in (-1, 1):
            end = (side * 2.7, -13.4)
            prong = distance_fields.segment(x, y, tip, end, 0.7)
            painting.fill(prong, _HORN)
