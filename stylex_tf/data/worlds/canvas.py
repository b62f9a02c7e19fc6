"""Draws flat shapes with soft edges, of which drawn worlds are made."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[float, float, float]
Point = tuple[float, float]

# Shapes are drawn so many times larger and averaged down.
_OVERSAMPLING = 4


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """Returns the colour at `share` of the way from one to the other."""
    red, green, blue = (
        a + share * (b - a) for a, b in zip(colour, other, strict=True)
    )
    return red, green, blue


class Canvas:
    """Draws in units of its own, from (0, 0) at the left top.

    A shape changes only the pixels that it covers, so that a part that is
    drawn or left out changes nothing elsewhere.
    """

    def __init__(self, resolution: int, units: float, colour: Colour):
        """Makes a canvas of one colour.

        Args:
            resolution: R, height and width of the picture.
            units: its height and width in the units of the coordinates.
            colour: red, green and blue, 0 to 255, as everywhere here.
        """
        self._resolution = resolution
        size = resolution * _OVERSAMPLING
        self._scale = size / units
        self._image = Image.new("RGB", (size, size), _whole(colour))
        self._draw = ImageDraw.Draw(self._image)

    def ellipse(
        self, x: float, y: float, rx: float, ry: float, colour: Colour
    ) -> None:
        """Fills an ellipse around (x, y) with radii rx and ry."""
        box = [v * self._scale for v in (x - rx, y - ry, x + rx, y + ry)]
        self._draw.ellipse(box, fill=_whole(colour))

    def rectangle(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        colour: Colour,
    ) -> None:
        """Fills a rectangle."""
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        self.polygon(corners, colour)

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """Fills a polygon."""
        self._draw.polygon(self._scaled(points), fill=_whole(colour))

    def line(
        self, points: Sequence[Point], width: float, colour: Colour
    ) -> None:
        """Draws a line through the points, with round joints and ends."""
        scaled, fill = self._scaled(points), _whole(colour)
        thick = max(1, round(width * self._scale))
        self._draw.line(scaled, fill=fill, width=thick, joint="curve")
        for x, y in (points[0], points[-1]):
            self.ellipse(x, y, width / 2, width / 2, colour)

    def picture(self) -> np.ndarray:
        """Returns what was drawn, float64 [R, R, 3] from 0 to 255."""
        size = (self._resolution, self._resolution)
        small = self._image.resize(size, Image.Resampling.BOX)
        return np.asarray(small).astype(np.float64)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]


def to_pixels(picture: np.ndarray) -> np.ndarray:
    """Rounds float [R, R, 3] from 0 to 255 to uint8, cutting what is beyond."""
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def _whole(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (round(min(max(part, 0), 255)) for part in colour)
    return red, green, blue
