"""Searches exactly: every coordinate, both directions, every image."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space
from stylex_tf.attributes import effects as effects_lib
from stylex_tf.search import model as model_lib
from stylex_tf.search import resumed_edits

Progress = resumed_edits.Progress


def measure_effects(
    model: model_lib.Model,
    styles: np.ndarray,
    space: edit_space.EditSpace,
    *,
    image_ids: Sequence[str],
    batch_size: int = 256,
    progress: Progress | None = None,
) -> effects_lib.StyleEffects:
    """Fills the whole table of effects ("AttFind", Lang et al. 2021, 3.2).

    Args:
        model: what is searched; scores are measured if it has a score.
        styles: the styles of the images to search, [N, T].
        space: the edits.
        image_ids: N different names.
        batch_size: edits evaluated at once, at most.
        progress: called after every batch with the number of edits in it.

    Raises:
        ValueError: shapes that do not fit.
        FloatingPointError: an answer that is not finite.
    """
    measure = Search(model, space, images=len(styles), batch_size=batch_size)
    return measure(styles, image_ids, progress)


class Search:
    """The exact search, compiled once for any number of calls.

    Images are taken a chunk of C at a time. What enters each layer is computed
    once an image; the edits of a layer resume there, in batches of one fixed
    shape that may hold several images. So there is one trace a layer, and
    `batch_size` bounds the memory whatever N and S are.

    `ChosenEdits` with every edit chosen takes no longer, but cannot replace
    this class: its batches change their shape with the number of images, so
    that the last bits of an effect would depend on how images are divided into
    calls, and it holds the activations of up to `batch_size` images at once.
    """

    def __init__(
        self,
        model: model_lib.Model,
        space: edit_space.EditSpace,
        *,
        images: int,
        batch_size: int = 256,
    ):
        """Decides the shapes; the first call compiles.

        Args:
            model: see `measure_effects`.
            space: see `measure_effects`.
            images: how many there are in a call, at most.
            batch_size: see `measure_effects`.

        Raises:
            ValueError: a batch size below 1, no images, or a generator with
                another number of searched coordinates.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size is {batch_size}; expected at least 1")
        if images < 1:
            raise ValueError("there are no images to search")
        self._size = space.size
        self._batch_size = batch_size
        self._edits = resumed_edits.ResumedEdits(model, space)
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
        """Measures at most a chunk, [C, T] -> [C, K], [C, 2, S, K]."""
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
