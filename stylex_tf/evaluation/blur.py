"""Blurs photographs: a yardstick of realism that everybody knows."""

import numpy as np

from stylex_tf.ops import preprocessing

SIGMA = 1.5
"""Pixels, of the Gaussian."""


def gaussian(images: np.ndarray, sigma: float = SIGMA) -> np.ndarray:
    """Blurs pictures; beyond an edge lies the edge's own colour.

    Args:
        images: uint8 [N, H, W, C].
        sigma: the sigma of the Gaussian, in pixels; cut off at four of them.

    Returns:
        The blurred pictures, float32 in [-1, 1].
    """
    reach = int(np.ceil(4 * sigma))
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (offsets / sigma) ** 2)
    weights /= weights.sum()
    pictures = preprocessing.to_float_numpy(images)
    for axis in (1, 2):
        size = pictures.shape[axis]
        # [size, size]: which pixel takes how much of which.
        share = np.zeros((size, size), np.float32)
        for offset, weight in zip(offsets, weights, strict=True):
            taken = np.clip(np.arange(size) + offset, 0, size - 1)
            np.add.at(share, (np.arange(size), taken), weight)
        pictures = np.moveaxis(
            np.tensordot(share, pictures, axes=(1, axis)), 0, axis
        )
    return pictures
