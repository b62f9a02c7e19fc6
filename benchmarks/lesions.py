"""Marks lesions in photographs by rules of colour, for lesion_checks.py."""

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from stylex_tf.evaluation import blur

# Exudates, in images of 64 px: so many levels brighter in green, and half as
# much yellower, than what lies around them. The numbers were chosen on all 510
# retinas of IDRiD, before any run was looked at.
_AROUND = 2.0
_BRIGHTER = 16.0
_YELLOWER = 8.0
# What is darker lies outside of the eye; its edge is no spot either.
_OUTSIDE = 25
_EDGE = 0.96
# The optic disc is bright too: it is the brightest place, and so large.
_PLACE = 3.0
_DISC_RADIUS = 8


@dataclasses.dataclass(frozen=True)
class Lesions:
    """A kind of lesion, and how it is found.

    Attributes:
        spots: marks the pixels of lesions: uint8 [N, H, W, 3] to bool
            [N, H, W].
        least: a picture with fewer such pixels counts as one without lesions.
    """

    spots: Callable[[np.ndarray], np.ndarray]
    least: int


def brown_spots(images: np.ndarray) -> np.ndarray:
    """Marks brown pixels: not dark, no greener than red, and little blue.

    Args:
        images: uint8 [N, H, W, 3].

    Returns:
        bool [N, H, W].
    """
    pixels = images.astype(np.int16)
    red, green, blue = (pixels[..., channel] for channel in range(3))
    return (pixels.max(axis=-1) > 50) & (red >= green) & (red - blue > 10)


def bright_spots(images: np.ndarray) -> np.ndarray:
    """Marks small bright yellow spots in retinas, but not the optic disc.

    Args:
        images: uint8 [N, 64, 64, 3], a whole eye on black.

    Returns:
        bool [N, 64, 64].
    """
    above = images.astype(np.float64) - _blurred(images, _AROUND)
    bright = above[..., 1] > _BRIGHTER
    yellow = above[..., 1] - above[..., 2] > _YELLOWER
    lit = np.uint8(255) * (images.max(axis=-1, keepdims=True) > _OUTSIDE)
    inside = _blurred(lit, _AROUND)[..., 0] > 255 * _EDGE

    brightness = _blurred(images, _PLACE)[..., 1] * inside
    size = images.shape[1]
    brightest = brightness.reshape([len(images), -1]).argmax(axis=1)
    row, column = np.divmod(brightest[:, None, None], size)
    rows, columns = np.mgrid[:size, :size]
    squared = (rows - row) ** 2 + (columns - column) ** 2
    return bright & yellow & inside & (squared > _DISC_RADIUS**2)


def _blurred(images: np.ndarray, sigma: float) -> np.ndarray:
    """Returns blurred pictures in levels, 0 to 255."""
    return 127.5 * (1.0 + blur.gaussian(images, sigma).astype(np.float64))


KINDS: Mapping[str, Lesions] = {
    # Less is a stalk, or the edge of a leaf.
    "leaf": Lesions(brown_spots, least=8),
    # Of IDRiD's retinas half of those with a risk of edema have as many, and a
    # tenth of the others.
    "retina": Lesions(bright_spots, least=3),
}
"""By the name that a flag takes."""
