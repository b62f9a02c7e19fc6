"""Recognises pictures that were seen before, by their pixels alone."""

import hashlib
from collections.abc import Iterable

import numpy as np


def of(pictures: Iterable[np.ndarray]) -> np.ndarray:
    """Returns the hashes of pictures, sorted, each once: uint64 [N].

    A hash is the beginning of the SHA-256 of size and pixels. So equal
    pictures have equal hashes, whatever their files are called; two others
    have so among ten thousand once in about 10^11 times.

    Args:
        pictures: uint8 [H, W, C] each.
    """
    hashes = {_of(np.ascontiguousarray(picture)) for picture in pictures}
    return np.array(sorted(hashes), np.uint64)


def _of(picture: np.ndarray) -> int:
    digest = hashlib.sha256(repr(picture.shape).encode())
    digest.update(picture.data)
    return int.from_bytes(digest.digest()[:8], "big")
