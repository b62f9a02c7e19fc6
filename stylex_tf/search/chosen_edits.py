"""Measures chosen edits of many images, exactly."""

import math
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space
from stylex_tf.attributes import effects as effects_lib
from stylex_tf.search import model as model_lib
from stylex_tf.search import resumed_edits


class ChosenEdits:
    """Evaluates any set of edits with the activations that they leave alone.

    What enters each layer is computed once an image; the chosen edits of a
    layer resume there, those of all images of a chunk together. The chunks are
    larger than those of `exact.Search`, which has few images in each and would
    fill its batches up with copies where few edits are chosen.
    """

    def __init__(
        self,
        model: model_lib.Model,
        space: edit_space.EditSpace,
        *,
        batch_size: int,
    ):
        """Compiles nothing yet.

        Args:
            model: the scores are measured if it has a score.
            space: the edits.
            batch_size: edits, and images of a chunk, at once at most.
        """
        self._batch_size = batch_size
        self._edits = resumed_edits.ResumedEdits(model, space)

    def __call__(
        self,
        styles: np.ndarray,
        chosen: np.ndarray,
        image_ids: Sequence[str],
        progress: resumed_edits.Progress | None = None,
    ) -> effects_lib.StyleEffects:
        """Measures the chosen edits; the others count as no effect, 0.

        Args:
            styles: the styles of the images, [N, T].
            chosen: which edits, bool [N, 2, S].
            image_ids: N different names.
            progress: called after every batch with the number of edits in it.

        Raises:
            FloatingPointError: an answer that is not finite.
        """
        size = max(1, math.ceil(len(styles) / self._batch_size))
        parts = [
            self._measure_chunk(tf.constant(rows), mask, progress)
            for rows, mask in zip(
                np.array_split(styles, size),
                np.array_split(chosen, size),
                strict=True,
            )
        ]
        return self._edits.table(parts, image_ids)

    def _measure_chunk(
        self,
        styles: tf.Tensor,
        chosen: np.ndarray,
        progress: resumed_edits.Progress | None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Measures a chunk, [C, T], [C, 2, S] -> [C, K], [C, 2, S, K]."""
        first, base, changes = 0, [], []
        for layer, state in enumerate(self._edits.enter(styles)):
            width = self._edits.widths[layer]
            mask = chosen[:, :, first : first + width].reshape(len(chosen), -1)
            # The unedited image is the last entry.
            wanted = np.pad(mask, ((0, 0), (0, 1)), constant_values=True)
            entries = np.flatnonzero(wanted)
            answers = self._edits.answers(
                layer,
                state,
                styles,
                entries,
                batch=resumed_edits.even(len(entries), self._batch_size),
                progress=progress,
            )
            table = np.zeros([*wanted.shape, answers.shape[1]], np.float32)
            table[wanted] = answers
            change = table[:, :-1] - table[:, -1:]
            change[~mask] = 0.0
            base.append(table[:, -1])
            changes.append(change.reshape(len(chosen), 2, width, -1))
            first += width
        return base[0], np.concatenate(changes, axis=2)
