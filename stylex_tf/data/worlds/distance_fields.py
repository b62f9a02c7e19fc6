"""Paints by numpy alone: shapes as distances from their outlines.

Another way of drawing than `canvas`: each pixel is mixed from what covers it,
so that edges are soft at every angle, and a shape can move by less than a
pixel.
"""

from collections.abc import Sequence

import numpy as np

from stylex_tf.data.worlds import canvas

# Pixels farther from the outline than half of this are wholly in or out.
_SOFT = 1.2


class Painting:
    """Paints in units of its own, from (0, 0) at the left top.

    Attributes:
        x: coordinates of the middles of the pixels, [R, R].
        y: the same, downwards.
    """

    def __init__(self, resolution: int, units: float, colour: Sequence[float]):
        """Makes a painting of one colour.

        Args:
            resolution: R, height and width of the picture.
            units: its height and width in the units of the coordinates.
            colour: red, green and blue, 0 to 255, as everywhere here.
        """
        line = (np.arange(resolution) + 0.5) * units / resolution
        self.x, self.y = np.meshgrid(line, line)
        self._pixel = units / resolution
        self._picture = np.empty([resolution, resolution, 3])
        self._picture[:] = colour

    def fill(
        self, distance: np.ndarray, colour: Sequence[float], opacity=1.0
    ) -> None:
        """Paints where the distance is negative.

        Args:
            distance: from the outline in units, less than 0 inside, [R, R].
            colour: the colour of the shape.
            opacity: how much of it hides what is below.
        """
        cover = np.clip(0.5 - distance / (_SOFT * self._pixel), 0.0, 1.0)
        share = (opacity * cover)[..., None]
        self._picture += share * (np.asarray(colour, float) - self._picture)

    def pixels(self, light: np.ndarray | float = 1.0) -> np.ndarray:
        """Returns the picture times the light, uint8 [R, R, 3]."""
        light = np.broadcast_to(light, self._picture.shape[:2])[..., None]
        return canvas.to_pixels(self._picture * light)


def ellipse(x: np.ndarray, y: np.ndarray, rx: float, ry: float) -> np.ndarray:
    """Measures the distance from an ellipse at the origin, nearly; [R, R].

    Exact for a circle; elsewhere the implicit function over its slope, which
    is right at the outline.
    """
    level = np.hypot(x / rx, y / ry)
    slope = np.hypot(x / rx**2, y / ry**2)
    # In the very middle both are 0.
    return level * (level - 1) / np.maximum(slope, 1e-9) - 1e-9 * (slope == 0)


def segment(
    x: np.ndarray,
    y: np.ndarray,
    start: Sequence[float],
    end: Sequence[float],
    radius: float,
) -> np.ndarray:
    """Measures the distance from a line `radius` thick each way; [R, R]."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    along = ((x - start[0]) * dx + (y - start[1]) * dy) / (dx**2 + dy**2)
    along = np.clip(along, 0.0, 1.0)
    across = np.hypot(x - start[0] - along * dx, y - start[1] - along * dy)
    return across - radius
