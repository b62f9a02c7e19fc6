"""Edits of styles: an edit is a pure tensor addition, no weight changes."""

import numpy as np
import tensorflow as tf

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


def move(
    styles: tf.Tensor,
    ends: tf.Tensor,
    coordinates: tf.Tensor,
    directions: tf.Tensor,
    shift_size: float | tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Moves one coordinate in each row; the search's inner edit, in graph.

    Args:
        styles: one row an edit, [B, T].
        ends: `StyleRanges.ends()`, [2, S].
        coordinates: int32 [B].
        directions: int32 [B].
        shift_size: share of the way to the end.

    Returns:
        The edited styles, [B, T], and what was added to each, [B].
    """
    rows = tf.range(tf.shape(styles)[0])
    at = tf.stack([rows, coordinates], axis=1)
    end = tf.gather_nd(ends, tf.stack([directions, coordinates], axis=1))
    strengths = shift_size * (end - tf.gather_nd(styles, at))
    return tf.tensor_scatter_nd_add(styles, at, strengths), strengths


def move_all(
    styles: tf.Tensor,
    ends: tf.Tensor,
    coordinates: tf.Tensor,
    directions: tf.Tensor,
    strengths: tf.Tensor,
) -> tf.Tensor:
    """Moves several coordinates in each row: `apply_edits`, in graph.

    Args:
        styles: [N, T].
        ends: `StyleRanges.ends()`, [2, S].
        coordinates: int32 [N, E]; a negative one is no edit, and where a row
            names one twice, the first counts.
        directions: int32 [N, E]; looked at where there is an edit.
        strengths: share of the way to the end, [N, E].

    Returns:
        The edited styles, [N, T].
    """
    same = coordinates[:, :, None] == coordinates[:, None, :]
    # [N, E, E], strictly below the diagonal: named before.
    named_before = tf.linalg.set_diag(
        tf.linalg.band_part(same, -1, 0), tf.zeros_like(coordinates, tf.bool)
    )
    counts = (coordinates >= 0) & ~tf.reduce_any(named_before, axis=2)
    at = tf.where(counts, coordinates, 0)
    end = tf.gather_nd(
        ends, tf.stack([tf.where(counts, directions, 0), at], axis=2)
    )
    here = tf.gather(styles, at, axis=1, batch_dims=1)
    rows = tf.range(tf.shape(styles)[0])[:, None] + tf.zeros_like(at)
    return tf.tensor_scatter_nd_add(
        styles,
        tf.stack([rows, at], axis=2),
        tf.where(counts, strengths * (end - here), 0.0),
    )
