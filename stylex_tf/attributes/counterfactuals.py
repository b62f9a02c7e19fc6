"""Edits of styles: an edit is a pure tensor addition, no weight changes."""

import numpy as np

from stylex_tf.attributes import style_ranges


def apply_edits(
    styles: np.ndarray,
    ranges: style_ranges.StyleRanges,
    coordinates: np.ndarray,
    directions: np.ndarray,
    shift_size: float = 1.0,
) -> np.ndarray:
    """Moves several coordinates of every image at once.

    Each coordinate goes from s to s + shift_size * (end - s). Where a list
    names a coordinate twice, the first one counts: lists are ranked, and the
    second would undo the first.

    Args:
        styles: [N, T].
        ranges: the ends of the first S of the T styles.
        coordinates: one list for all images [A], or one an image [N, A].
            A negative coordinate is no edit.
        directions: 0 for the minimum, 1 for the maximum; same shape.
        shift_size: share of the way to the end.

    Returns:
        A new array, [N, T].

    Raises:
        ValueError: the shapes do not fit, or a coordinate is not searched.
    """
    styles = np.asarray(styles, np.float32)
    coordinates = np.asarray(coordinates, np.int64)
    directions = np.asarray(directions, np.int64)
    if coordinates.shape != directions.shape or coordinates.ndim not in (1, 2):
        raise ValueError(
            f"coordinates {coordinates.shape} and directions "
            f"{directions.shape} must both be [A] or [N, A]"
        )
    if np.any(coordinates >= ranges.size):
        raise ValueError(
            f"coordinate {coordinates.max()} is not one of the "
            f"{ranges.size} searched"
        )
    shape = (styles.shape[0], coordinates.shape[-1])
    coordinates = np.broadcast_to(coordinates, shape)
    directions = np.broadcast_to(directions, shape)
    edited = styles.copy()
    rows = np.arange(styles.shape[0])
    ends = ranges.ends()
    # From the last to the first, always from the unedited style: so the first
    # mention of a coordinate is the one that stays.
    for column in reversed(range(shape[1])):
        real = coordinates[:, column] >= 0
        row, coordinate = rows[real], coordinates[real, column]
        here = styles[row, coordinate]
        end = ends[directions[real, column], coordinate]
        edited[row, coordinate] = here + shift_size * (end - here)
    return edited
