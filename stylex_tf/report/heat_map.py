"""Marks on a picture where an edit changes it."""

import numpy as np

# The colour of what changed: seen on grey in daylight, at night and in print.
_HOT = np.array([226.0, 58.0, 20.0])
# Pictures fade to this grey, so that their own colours do not look like heat.
_PALE = 170.0


def draw(sources: np.ndarray, edited: np.ndarray) -> np.ndarray:
    """Paints the pixels that an edit changes onto pale grey sources.

    All pictures share one scale, on which the strongest change is opaque.

    Args:
        sources: uint8 [N, H, W, 3].
        edited: the same, after the edit.

    Returns:
        uint8 [N, H, W, 3].
    """
    before = sources.astype(np.float64)
    change = np.abs(edited - before).mean(axis=3, keepdims=True)
    heat = change / max(change.max(initial=0.0), 1.0)
    pale = _PALE + (255 - _PALE) * before.mean(axis=3, keepdims=True) / 255
    return np.round(pale + (_HOT - pale) * heat).astype(np.uint8)
