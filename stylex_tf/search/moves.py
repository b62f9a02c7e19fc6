"""Edits styles in a graph, as `attributes/edit_space` does in numpy."""

import tensorflow as tf

from stylex_tf.attributes import edit_space, style_ranges


def move(
    styles: tf.Tensor,
    space: edit_space.EditSpace,
    coordinates: tf.Tensor,
    directions: tf.Tensor,
    strengths: float | tf.Tensor = 1.0,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Moves one coordinate in each row; the search's inner edit.

    Args:
        styles: one row an edit, [B, T].
        space: the edits.
        coordinates: int32 [B].
        directions: int32 [B].
        strengths: how much of the edit is made, 1 is all of it; one, or [B].

    Returns:
        The edited styles, [B, T], and what was added to each, [B].
    """
    ends = tf.constant(space.ranges.ends())
    rows = tf.range(tf.shape(styles)[0])
    at = tf.stack([rows, coordinates], axis=1)
    end = tf.gather_nd(ends, tf.stack([directions, coordinates], axis=1))
    share = strengths * space.shift_size
    added = share * (end - tf.gather_nd(styles, at))
    return tf.tensor_scatter_nd_add(styles, at, added), added


def move_all(
    styles: tf.Tensor,
    ranges: style_ranges.StyleRanges,
    coordinates: tf.Tensor,
    directions: tf.Tensor,
    strengths: tf.Tensor,
) -> tf.Tensor:
    """Moves several coordinates in each row, each by its own share of the way.

    Args:
        styles: [N, T].
        ranges: the ends of the S searched coordinates.
        coordinates: int32 [N, E]; a negative one is no edit, and where a row
            names one twice, the first counts.
        directions: int32 [N, E]; looked at where there is an edit.
        strengths: share of the way to the end, [N, E].

    Returns:
        The edited styles, [N, T].
    """
    ends = tf.constant(ranges.ends())
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
