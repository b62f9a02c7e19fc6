"""The exact search: every coordinate, both directions, every image."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import counterfactuals, style_ranges
from stylex_tf.attributes import effects as effects_lib

Generate = Callable[[tf.Tensor], tf.Tensor]
Classify = Callable[[tf.Tensor], tf.Tensor]


def measure_effects(
    generate: Generate,
    classify: Classify,
    styles: np.ndarray,
    ranges: style_ranges.StyleRanges,
    *,
    image_ids: Sequence[str],
    shift_size: float = 1.0,
    batch_size: int = 256,
    progress: Callable[[int], object] | None = None,
) -> effects_lib.StyleEffects:
    """Fills the whole table of effects ("AttFind", Lang et al. 2021, 3.2).

    The N * 2 * S edits are one flat list, cut into batches of one fixed shape
    (the last is filled up), so that there is one trace and memory is bounded
    by `batch_size` whatever N and S are.

    Args:
        generate: styles [B, T] -> images [B, H, W, C], with fixed noise.
        classify: images -> logits [B, K].
        styles: of the images to search, [N, T].
        ranges: the ends of the S searched coordinates.
        image_ids: N different names.
        shift_size: 1 moves a coordinate to the end of its range.
        batch_size: edits evaluated at once.
        progress: called after every batch with the number of edits in it.

    Raises:
        ValueError: shapes that do not fit.
        FloatingPointError: the classifier's answer is not finite.
    """
    styles = np.asarray(styles, np.float32)
    if styles.ndim != 2 or styles.shape[1] < ranges.size:
        raise ValueError(
            f"styles have shape {styles.shape}; expected [N, T] with T at "
            f"least the {ranges.size} searched coordinates"
        )
    if len(image_ids) != styles.shape[0]:
        raise ValueError(
            f"{len(image_ids)} image ids for {styles.shape[0]} images"
        )
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; expected at least 1")
    edit_logits = _edit_logits(generate, classify, styles, ranges, shift_size)
    images, size = styles.shape[0], ranges.size
    # Unmoved images go through the same graph in the same batch shape as the
    # edits, so that an edit that moves nothing has no effect from rounding.
    base = _run(edit_logits, np.arange(images) * 2 * size, batch_size, False)
    logits = _run(
        edit_logits, np.arange(images * 2 * size), batch_size, True, progress
    )
    table = logits.reshape(images, 2, size, -1)
    table -= base[:, None, None, :]
    return effects_lib.StyleEffects(
        effects=table,
        base_logits=base,
        ranges=ranges,
        image_ids=tuple(image_ids),
        shift_size=float(shift_size),
    )


def _edit_logits(
    generate: Generate,
    classify: Classify,
    styles: np.ndarray,
    ranges: style_ranges.StyleRanges,
    shift_size: float,
) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Compiles: flat edit numbers [B], shift -> logits [B, K]."""
    all_styles = tf.constant(styles)
    ends = tf.constant(ranges.ends())
    size = ranges.size

    @tf.function
    def edit_logits(edits: tf.Tensor, moved: tf.Tensor) -> tf.Tensor:
        # [N, 2, S] in C order. int64, since N * 2 * S passes 2**31 early.
        image = edits // (2 * size)
        direction = tf.cast(edits // size % 2, tf.int32)
        coordinate = tf.cast(edits % size, tf.int32)
        edited, _ = counterfactuals.move(
            tf.gather(all_styles, image),
            ends,
            coordinate,
            direction,
            tf.where(moved, tf.constant(shift_size, tf.float32), 0.0),
        )
        return tf.cast(classify(generate(edited)), tf.float32)

    return edit_logits


def _run(
    edit_logits: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    edits: np.ndarray,
    batch_size: int,
    moved: bool,
    progress: Callable[[int], object] | None = None,
) -> np.ndarray:
    """Evaluates edits in full batches, [M] -> [M, K]."""
    logits = None
    for start in range(0, len(edits), batch_size):
        batch = edits[start : start + batch_size].astype(np.int64)
        full = np.pad(batch, (0, batch_size - len(batch)), mode="edge")
        answer = edit_logits(tf.constant(full), tf.constant(moved)).numpy()
        if logits is None:
            logits = np.empty((len(edits), answer.shape[1]), np.float32)
        logits[start : start + len(batch)] = answer[: len(batch)]
        if not np.all(np.isfinite(answer)):
            raise FloatingPointError(
                "the classifier's logits of an edited image are not finite"
            )
        if progress is not None:
            progress(len(batch))
    if logits is None:
        raise ValueError("there are no images to search")
    return logits
