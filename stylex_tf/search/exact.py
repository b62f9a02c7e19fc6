"""The exact search: every coordinate, both directions, every image."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import effects as effects_lib
from stylex_tf.attributes import style_ranges
from stylex_tf.search import layered, resumed_edits

Generate = layered.LayeredGenerator | Callable[[tf.Tensor], tf.Tensor]
Judge = resumed_edits.Judge
Progress = resumed_edits.Progress


def measure_effects(
    generate: Generate,
    classify: Judge,
    styles: np.ndarray,
    ranges: style_ranges.StyleRanges,
    *,
    image_ids: Sequence[str],
    shift_size: float = 1.0,
    batch_size: int = 256,
    score: Judge | None = None,
    progress: Progress | None = None,
) -> effects_lib.StyleEffects:
    """Fills the whole table of effects ("AttFind", Lang et al. 2021, 3.2).

    Args:
        generate: styles [B, T] -> images [B, H, W, C], with fixed noise; in
            layers, or a plain function.
        classify: images -> logits [B, K].
        styles: of the images to search, [N, T].
        ranges: the ends of the S searched coordinates.
        image_ids: N different names.
        shift_size: 1 moves a coordinate to the end of its range.
        batch_size: edits evaluated at once, at most.
        score: images -> the discriminator's scores [B]; None measures none.
        progress: called after every batch with the number of edits in it.

    Raises:
        ValueError: shapes that do not fit.
        FloatingPointError: an answer that is not finite.
    """
    measure = Search(
        generate,
        classify,
        ranges,
        images=len(styles),
        shift_size=shift_size,
        batch_size=batch_size,
        score=score,
    )
    return measure(styles, image_ids, progress)


class Search:
    """The exact search, compiled once for any number of calls.

    Images are taken a chunk of C at a time. What enters each layer is computed
    once an image; the edits of a layer resume there, in batches of one fixed
    shape that may hold several images. So there is one trace a layer, and
    `batch_size` bounds the memory whatever N and S are.
    """

    def __init__(
        self,
        generate: Generate,
        classify: Judge,
        ranges: style_ranges.StyleRanges,
        *,
        images: int,
        shift_size: float = 1.0,
        batch_size: int = 256,
        score: Judge | None = None,
    ):
        """Decides the shapes; the first call compiles.

        Args:
            generate: see `measure_effects`.
            classify: see `measure_effects`.
            ranges: see `measure_effects`.
            images: how many there are in a call, at most.
            shift_size: see `measure_effects`.
            batch_size: see `measure_effects`.
            score: see `measure_effects`.

        Raises:
            ValueError: a batch size below 1, no images, or a generator with
                another number of searched coordinates.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size is {batch_size}; expected at least 1")
        if images < 1:
            raise ValueError("there are no images to search")
        self._size = ranges.size
        self._batch_size = batch_size
        self._edits = resumed_edits.ResumedEdits(
            layered.of(generate, searched=ranges.size),
            classify,
            ranges,
            shift_size=shift_size,
            score=score,
        )
        # So many images that those of the narrowest layer fill a batch; fewer
        # where that leaves the last chunk less empty.
        narrowest = 2 * min(self._edits.widths) + 1
        self._chunk = resumed_edits.even(
            images, max(1, batch_size // narrowest)
        )

    def __call__(
        self,
        styles: np.ndarray,
        image_ids: Sequence[str],
        progress: Progress | None = None,
    ) -> effects_lib.StyleEffects:
        """Measures every edit of some images, [N, T]; see `measure_effects`."""
        styles = resumed_edits.check_images(styles, image_ids, self._size)
        parts = [
            self._measure_chunk(styles[start : start + self._chunk], progress)
            for start in range(0, len(styles), self._chunk)
        ]
        return self._edits.table(parts, image_ids)

    def _measure_chunk(
        self, styles: np.ndarray, progress: Progress | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """At most a chunk, [C, T] -> unedited [C, K], changes [C, 2, S, K]."""
        count = len(styles)
        padding = ((0, self._chunk - count), (0, 0))
        padded = tf.constant(np.pad(styles, padding, mode="edge"))
        base, changes = [], []
        for layer, state in enumerate(self._edits.enter(padded)):
            each = self._edits.entries_per_image(layer)
            answers = self._edits.answers(
                layer,
                state,
                padded,
                np.arange(count * each),
                batch=resumed_edits.even(self._chunk * each, self._batch_size),
                progress=progress,
            ).reshape(count, each, -1)
            edited, unedited = answers[:, :-1], answers[:, -1:]
            base.append(unedited[:, 0])
            changes.append((edited - unedited).reshape(count, 2, each // 2, -1))
        return base[0], np.concatenate(changes, axis=2)
