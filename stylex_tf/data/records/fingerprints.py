"""Computes what tells pictures apart, and what near copies share."""

import dataclasses
import hashlib

import numpy as np
from PIL import Image

STRUCTURE_BITS = 256

_SIDE = 32
_FREQUENCIES = 16
_COLOURS_SIDE = 8
# Whole numbers, so that every machine finds the same bits.
_COSINES = np.rint(
    1024
    * np.cos(
        np.pi
        * np.arange(_FREQUENCIES)[:, None]
        * (2 * np.arange(_SIDE)[None] + 1)
        / (2 * _SIDE)
    )
).astype(np.int64)


@dataclasses.dataclass(frozen=True)
class Fingerprint:
    """A picture in 240 bytes.

    Attributes:
        pixels: 16 bytes that differ wherever a pixel does.
        structure: which low frequencies of the grey picture are above their
            median, 256 bits as uint8 [32]. Encoding a file again, resizing or
            brightening changes few of them.
        colours: the picture at 8 x 8 pixels, uint8 [192].
    """

    pixels: bytes
    structure: np.ndarray
    colours: np.ndarray


def fingerprint(image: np.ndarray) -> Fingerprint:
    """Returns the fingerprint of a picture, uint8 [R, R, 3].

    The structure is the "pHash" of Zauner 2010 ("Implementation and
    benchmarking of perceptual image hash functions", section 3.2.1), of the
    lowest 16 x 16 frequencies of the cosine transform of 32 x 32 pixels.
    """
    picture = Image.fromarray(image)
    box = Image.Resampling.BOX
    grey = np.asarray(picture.convert("L").resize((_SIDE, _SIDE), box))
    frequencies = (_COSINES @ grey.astype(np.int64) @ _COSINES.T).ravel()
    # The first is the mean brightness, which says nothing of the structure.
    above = frequencies > np.median(frequencies[1:])
    small = picture.resize((_COLOURS_SIDE, _COLOURS_SIDE), box)
    return Fingerprint(
        pixels=hashlib.sha256(image.tobytes()).digest()[:16],
        structure=np.packbits(above),
        colours=np.asarray(small).ravel(),
    )
