"""Carries an edit of the reconstruction onto the photograph itself."""

import numpy as np

# As in `ops/carried`, which says what they mean.
_DROPPED = 0.05
_WHOLE = 0.15


def carry(
    images: np.ndarray, reconstructions: np.ndarray, edited: np.ndarray
) -> np.ndarray:
    """Returns x + m (x'_edited - x'), clipped: what the edit does to the image.

    What the reconstruction lost stays in the picture, and the edit is all that
    is added, without its faint changes: the mask m is 0 where a pixel changes
    by less than a twentieth of the edit's largest change. The classifier's
    answer to it has to be measured. For pixels, in a program without
    TensorFlow; `ops/carried` is its twin in a graph, says more of the mask, and
    a test holds the two together.

    Args:
        images: x, uint8 [N, R, R, 3].
        reconstructions: x', uint8 [N, R, R, 3].
        edited: x'_edited, uint8 [N, A, R, R, 3], or [N, R, R, 3].

    Returns:
        uint8, as `edited`.
    """
    # An axis for the edits, where there are several.
    places = (slice(None),) + (None,) * (edited.ndim - images.ndim)
    difference = edited.astype(np.float32) - reconstructions[places]
    change = np.abs(difference).mean(axis=-1, keepdims=True)
    largest = change.max(axis=(-3, -2), keepdims=True)
    share = change / np.maximum(largest, 1.0)
    mask = np.clip((share - _DROPPED) / (_WHOLE - _DROPPED), 0.0, 1.0)
    carried = np.rint(images[places] + mask * difference)
    return np.clip(carried, 0, 255).astype(np.uint8)
