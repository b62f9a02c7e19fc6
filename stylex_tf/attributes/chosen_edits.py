"""Measures chosen edits of many images, exactly."""

import functools
import math
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import counterfactuals, layered, style_ranges
from stylex_tf.attributes import effects as effects_lib

Judge = Callable[[tf.Tensor], tf.Tensor]


class ChosenEdits:
    """Evaluates any set of edits with the activations that they leave alone.

    What enters each layer is computed once an image; the chosen edits of a
    layer resume there, those of all images of a chunk together. Every image
    is evaluated unedited beside them, in the same batches, so that an edit
    that changes nothing has no effect: see `search.Search`.
    """

    def __init__(
        self,
        generate: layered.LayeredGenerator,
        classify: Judge,
        ranges: style_ranges.StyleRanges,
        *,
        shift_size: float,
        batch_size: int,
        score: Judge | None = None,
    ):
        """Compiles nothing yet.

        Args:
            generate: styles [B, T] -> images [B, H, W, C], in layers.
            classify: images -> logits [B, K].
            ranges: the ends of the S searched coordinates.
            shift_size: 1 moves a coordinate to the end of its range.
            batch_size: edits, and images of a chunk, at once at most.
            score: images -> the discriminator's scores [B]; None measures
                none.
        """
        self._generate = generate
        self._classify = classify
        self._score = score
        self._ranges = ranges
        self._shift_size = float(shift_size)
        self._batch_size = batch_size
        self._widths = generate.layer_widths
        self._enter = tf.function(generate.enter, reduce_retracing=True)
        self._resume = [
            tf.function(
                functools.partial(self._resume_edits, layer),
                reduce_retracing=True,
            )
            for layer in range(len(self._widths))
        ]

    def __call__(
        self,
        styles: np.ndarray,
        chosen: np.ndarray,
        image_ids: Sequence[str],
        progress: Callable[[int], object] | None = None,
    ) -> effects_lib.StyleEffects:
        """Measures; what was not chosen counts as no effect, 0.

        Args:
            styles: of the images, [N, T].
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
        base = np.concatenate([base for base, _ in parts])
        table = np.concatenate([changes for _, changes in parts])
        classes = base.shape[1] - (self._score is not None)
        return effects_lib.StyleEffects(
            effects=table[..., :classes].copy(),
            base_logits=base[:, :classes].copy(),
            ranges=self._ranges,
            image_ids=tuple(image_ids),
            shift_size=self._shift_size,
            score_changes=table[..., -1].copy() if self._score else None,
        )

    def _measure_chunk(
        self,
        styles: tf.Tensor,
        chosen: np.ndarray,
        progress: Callable[[int], object] | None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """[C, T], [C, 2, S] -> [C, K], [C, 2, S, K]."""
        first, base, changes = 0, [], []
        for layer, state in enumerate(self._enter(styles)):
            width = self._widths[layer]
            mask = chosen[:, :, first : first + width].reshape(len(chosen), -1)
            # The last entry of an image moves nothing.
            entries = np.pad(mask, ((0, 0), (0, 1)), constant_values=True)
            answers = self._measure_layer(
                layer, state, styles, np.flatnonzero(entries), progress
            )
            table = np.zeros([*entries.shape, answers.shape[1]], np.float32)
            table[entries] = answers
            change = table[:, :-1] - table[:, -1:]
            change[~mask] = 0.0
            base.append(table[:, -1])
            changes.append(change.reshape(len(chosen), 2, width, -1))
            first += width
        return base[0], np.concatenate(changes, axis=2)

    def _measure_layer(
        self,
        layer: int,
        state: layered.State,
        styles: tf.Tensor,
        entries: np.ndarray,
        progress: Callable[[int], object] | None,
    ) -> np.ndarray:
        """Answers to entries of a layer's [C, 2 * width + 1], [E] -> [E, K]."""
        each = 2 * self._widths[layer] + 1
        # Equal batches, as few as may be: one shape, little filling.
        count = math.ceil(len(entries) / self._batch_size)
        batch = math.ceil(len(entries) / count)
        answers = []
        for start in range(0, len(entries), batch):
            real = entries[start : start + batch]
            filled = np.pad(real, (0, batch - len(real)), mode="edge")
            answer = self._resume[layer](
                state, styles, tf.constant(filled.astype(np.int32))
            ).numpy()
            if not np.all(np.isfinite(answer)):
                raise FloatingPointError(
                    "the classifier's logits, or the discriminator's score, "
                    "of an edited image are not finite"
                )
            answers.append(answer[: len(real)])
            if progress is not None:
                progress(int(np.sum(real % each < each - 1)))
        return np.concatenate(answers)

    def _resume_edits(
        self,
        layer: int,
        state: layered.State,
        styles: tf.Tensor,
        entries: tf.Tensor,
    ) -> tf.Tensor:
        """Evaluates entries of a layer's [C, 2 * width + 1], [B] -> [B, K]."""
        width = self._widths[layer]
        image, edit = entries // (2 * width + 1), entries % (2 * width + 1)
        edited, _ = counterfactuals.move(
            tf.gather(styles, image),
            tf.constant(self._ranges.ends()),
            sum(self._widths[:layer]) + edit % width,
            edit // width % 2,
            tf.where(edit < 2 * width, self._shift_size, 0.0),
        )
        rows = tuple(tf.gather(part, image) for part in state)
        images = self._generate.resume(layer, rows, edited)
        logits = tf.cast(self._classify(images), tf.float32)
        if self._score is None:
            return logits
        score = tf.cast(self._score(images), tf.float32)
        return tf.concat([logits, score[:, None]], axis=1)
