"""Carries an edit of the reconstruction onto the photograph itself."""

import numpy as np


def carry(
    images: np.ndarray, reconstructions: np.ndarray, edited: np.ndarray
) -> np.ndarray:
    """Returns x + (x'_edited - x'), clipped: what the edit does to the image.

    What the reconstruction lost stays in the picture, and the edit is all that
    is added. The classifier's answer to it has to be measured. For pixels, in a
    program without TensorFlow; `ops/carried` is its twin in a graph, and a test
    holds the two together.

    Args:
        images: x, uint8 [N, R, R, 3].
        reconstructions: x', uint8 [N, R, R, 3].
        edited: x'_edited, uint8 [N, A, R, R, 3], or [N, R, R, 3].

    Returns:
        uint8, as `edited`.
    """
    # An axis for the edits, where there are several.
    places = (slice(None),) + (None,) * (edited.ndim - images.ndim)
    change = edited.astype(np.int16) - reconstructions[places]
    return np.clip(images[places] + change, 0, 255).astype(np.uint8)
