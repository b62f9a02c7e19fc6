"""Draws cartoon faces from known factors, made to be learned at 32 pixels.

Every part is large, flat and in a place of its own, so that a small generator
can learn each factor apart from the others in minutes. The picture is a pure
function of the factors.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from stylex_tf.data.records import manifest

# Raise when a drawing changes: it is part of the key of the cache.
VERSION = 3

FACTORS = (
    manifest.Factor("glasses", ("no", "yes")),
    manifest.Factor("open_mouth", ("no", "yes")),
    manifest.Factor("beard", ("no", "yes")),
    manifest.Factor("hair", ("black", "blond", "red", "blue")),
    manifest.Factor("skin", ("light", "peach", "tan", "brown")),
    manifest.Factor("background", ("sky", "mint", "lemon", "lilac")),
    manifest.Factor("face", ("narrow", "medium", "wide")),
    manifest.Factor("light", ("dim", "soft", "bright")),
)

# The same faces with grey hair of any lightness.
SHADED_FACTORS = tuple(
    manifest.Factor("hair_lightness") if factor.name == "hair" else factor
    for factor in FACTORS
)

_HAIR_FACTOR = 3
_HAIR = ((38, 32, 40), (244, 206, 92), (206, 74, 36), (58, 92, 196))
_DARKEST, _LIGHTEST = 20, 250
_SKIN = ((255, 226, 204), (246, 190, 150), (208, 146, 100), (150, 98, 66))
_BACKGROUND = (
    (150, 208, 245),
    (162, 226, 178),
    (250, 240, 170),
    (206, 180, 240),
)
_HALF_WIDTH = (9.0, 10.25, 11.5)
_LIGHT = (0.76, 0.88, 1.0)
_WHITE = (255, 255, 255)
_DARK = (24, 22, 30)
_LENS = (226, 244, 255)
_BEARD = (84, 54, 38)
_LIPS = (176, 40, 52)
_MOUTH = (126, 12, 34)
_TONGUE = (236, 84, 96)

# Pictures are drawn so many times larger and averaged down.
_OVERSAMPLING = 4
# Coordinates below are on a canvas of this size.
_CANVAS = 32


class _Pen:
    """Draws on a large canvas in the units of a small one."""

    def __init__(self, resolution: int, colour: tuple[int, int, int]):
        size = resolution * _OVERSAMPLING
        self._scale = size / _CANVAS
        self.image = Image.new("RGB", (size, size), colour)
        self._draw = ImageDraw.Draw(self.image)

    def _box(self, x: float, y: float, rx: float, ry: float) -> list[float]:
        return [v * self._scale for v in (x - rx, y - ry, x + rx, y + ry)]

    def ellipse(self, x, y, rx, ry, colour) -> None:
        self._draw.ellipse(self._box(x, y, rx, ry), fill=colour)

    def half_ellipse(self, x, y, rx, ry, colour) -> None:
        """Draws the lower half of an ellipse."""
        self._draw.pieslice(self._box(x, y, rx, ry), 0, 180, fill=colour)

    def rectangle(self, left, top, right, bottom, colour) -> None:
        box = [v * self._scale for v in (left, top, right, bottom)]
        self._draw.rectangle(box, fill=colour)

    # More than seven parameters: those of PIL's own arc.
    def arc(self, x, y, rx, ry, start, end, width, colour) -> None:
        self._draw.arc(
            self._box(x, y, rx, ry),
            start,
            end,
            fill=colour,
            width=max(1, round(width * self._scale)),
        )


def render(factors: Sequence[float], resolution: int) -> np.ndarray:
    """Draws one face.

    Args:
        factors: an index into the values of each of `FACTORS`.
        resolution: height and width of the picture.

    Returns:
        The picture, uint8 [resolution, resolution, 3].
    """
    return _render(factors, _HAIR[int(factors[_HAIR_FACTOR])], resolution)


def render_shaded(factors: Sequence[float], resolution: int) -> np.ndarray:
    """Draws one face whose hair has a lightness in [0, 1]; else as `render`."""
    grey = round(_DARKEST + factors[_HAIR_FACTOR] * (_LIGHTEST - _DARKEST))
    return _render(factors, (grey, grey, grey), resolution)


def _render(factors, hair, resolution) -> np.ndarray:
    glasses, open_mouth, beard, _, skin, background, face, light = map(
        int, factors
    )
    width = _HALF_WIDTH[face]
    pen = _Pen(resolution, _BACKGROUND[background])
    _draw_head(pen, width, hair, _SKIN[skin])
    if beard:
        _draw_beard(pen, width, _SKIN[skin])
    _draw_mouth(pen, bool(open_mouth))
    _draw_eyes(pen, bool(glasses))
    small = pen.image.resize((resolution, resolution), Image.Resampling.BOX)
    return np.round(np.asarray(small) * _LIGHT[light]).astype(np.uint8)


def _draw_head(pen, width, hair, skin) -> None:
    pen.ellipse(16, 12.5, width + 2.5, 11.5, hair)
    pen.rectangle(13.5 - width, 12.5, 18.5 + width, 19, hair)
    pen.ellipse(16, 18.6, width, 12, skin)
    # The fringe.
    pen.half_ellipse(16, 6.5, 9.5, 4, hair)


def _draw_beard(pen, width, skin) -> None:
    pen.half_ellipse(16, 18.5, width + 1, 13, _BEARD)
    # Cheeks and upper lip stay free.
    pen.ellipse(16, 17, 8.2, 4.2, skin)


def _draw_mouth(pen, is_open: bool) -> None:
    if is_open:
        pen.ellipse(16, 25, 5.2, 4.2, _MOUTH)
        pen.ellipse(16, 23.2, 3.9, 1.7, _WHITE)
        pen.ellipse(16, 27, 3, 1.5, _TONGUE)
    else:
        pen.arc(16, 22.5, 4.5, 2.6, 20, 160, 1.4, _LIPS)


def _draw_eyes(pen, has_glasses: bool) -> None:
    for x in (11, 21):
        if has_glasses:
            pen.ellipse(x, 15.5, 4.7, 4.5, _DARK)
            pen.ellipse(x, 15.5, 3.1, 2.9, _LENS)
        else:
            pen.ellipse(x, 15.5, 2.4, 2.4, _WHITE)
        pen.ellipse(x, 15.5, 1.3, 1.5, _DARK)
    if has_glasses:
        pen.rectangle(3.5, 14.6, 7, 16.2, _DARK)
        pen.rectangle(25, 14.6, 28.5, 16.2, _DARK)
        pen.rectangle(15, 14.4, 17, 16.2, _DARK)
