"""The exact search: every coordinate, both directions, every image."""

import functools
import math
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import counterfactuals, layered, style_ranges
from stylex_tf.attributes import effects as effects_lib

Generate = layered.LayeredGenerator | Callable[[tf.Tensor], tf.Tensor]
Judge = Callable[[tf.Tensor], tf.Tensor]
Progress = Callable[[int], object]


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

    For each layer every image is evaluated unedited as well, beside its edits:
    [C, 2 * width + 1]. The same computation gives the same numbers, so that an
    edit that changes nothing has no effect. Another batch shape, or a graph
    that resumes at another layer, may round differently: in bfloat16 by 0.03
    logits on a trained model, more than many an effect.
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
        self._generate = layered.of(generate, searched=ranges.size)
        self._classify = classify
        self._score = score
        self._ranges = ranges
        self._shift_size = float(shift_size)
        self._batch_size = batch_size
        self._widths = self._generate.layer_widths
        # So many images that those of the narrowest layer fill a batch; fewer
        # where that leaves the last chunk less empty.
        most = max(1, batch_size // (2 * min(self._widths) + 1))
        self._chunk = _even(images, most)
        self._enter = tf.function(self._generate.enter)
        self._resume = [
            tf.function(functools.partial(self._resume_edits, layer))
            for layer in range(len(self._widths))
        ]

    def __call__(
        self,
        styles: np.ndarray,
        image_ids: Sequence[str],
        progress: Progress | None = None,
    ) -> effects_lib.StyleEffects:
        """Measures every edit of some images, [N, T]; see `measure_effects`."""
        styles = np.asarray(styles, np.float32)
        size = self._ranges.size
        if styles.ndim != 2 or styles.shape[1] < size or not len(styles):
            raise ValueError(
                f"styles have shape {styles.shape}; expected [N, T] with N "
                f"above 0 and T at least the {size} searched coordinates"
            )
        if len(image_ids) != len(styles):
            raise ValueError(
                f"{len(image_ids)} image ids for {len(styles)} images"
            )
        parts = [
            self._measure_chunk(styles[start : start + self._chunk], progress)
            for start in range(0, len(styles), self._chunk)
        ]
        base = np.concatenate([base for base, _ in parts])
        table = np.concatenate([table for _, table in parts])
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
        self, styles: np.ndarray, progress: Progress | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """At most a chunk, [C, T] -> unedited [C, K], changes [C, 2, S, K]."""
        count = len(styles)
        padding = ((0, self._chunk - count), (0, 0))
        padded = tf.constant(np.pad(styles, padding, mode="edge"))
        base, changes = [], []
        for layer, state in enumerate(self._enter(padded)):
            answers = self._measure_layer(layer, state, padded, count, progress)
            edited, unedited = answers[:, :-1], answers[:, -1]
            base.append(unedited)
            changes.append(
                (edited - unedited[:, None]).reshape(
                    count, 2, self._widths[layer], -1
                )
            )
        return base[0], np.concatenate(changes, axis=2)

    def _measure_layer(
        self,
        layer: int,
        state: layered.State,
        styles: tf.Tensor,
        count: int,
        progress: Progress | None,
    ) -> np.ndarray:
        """Answers of the first `count` images, [count, 2 * width + 1, K]."""
        each = 2 * self._widths[layer] + 1
        batch = _even(self._chunk * each, self._batch_size)
        answers = []
        for start in range(0, count * each, batch):
            # The last batch is filled up with the last edit.
            edits = np.arange(start, start + batch, dtype=np.int32)
            edits = np.minimum(edits, count * each - 1)
            answer = self._resume[layer](state, styles, tf.constant(edits))
            answers.append(answer.numpy()[: count * each - start])
            if not np.all(np.isfinite(answers[-1])):
                raise FloatingPointError(
                    "the classifier's logits, or the discriminator's score, "
                    "of an edited image are not finite"
                )
            if progress is not None:
                real = edits[: len(answers[-1])]
                progress(int(np.sum(real % each < each - 1)))
        return np.concatenate(answers).reshape(count, each, -1)

    def _resume_edits(
        self,
        layer: int,
        state: layered.State,
        styles: tf.Tensor,
        edits: tf.Tensor,
    ) -> tf.Tensor:
        """Evaluates entries of a layer's [C, 2 * width + 1], [B] -> [B, K]."""
        width = self._widths[layer]
        image, edit = edits // (2 * width + 1), edits % (2 * width + 1)
        edited, _ = counterfactuals.move(
            tf.gather(styles, image),
            tf.constant(self._ranges.ends()),
            sum(self._widths[:layer]) + edit % width,
            edit // width % 2,
            # The last entry of an image moves nothing.
            tf.where(edit < 2 * width, self._shift_size, 0.0),
        )
        rows = tuple(tf.gather(part, image) for part in state)
        images = self._generate.resume(layer, rows, edited)
        logits = tf.cast(self._classify(images), tf.float32)
        if self._score is None:
            return logits
        score = tf.cast(self._score(images), tf.float32)
        return tf.concat([logits, score[:, None]], axis=1)


def _even(count: int, most: int) -> int:
    """The size of equal parts of `count`, as few as `most` allows."""
    return math.ceil(count / math.ceil(count / most))
