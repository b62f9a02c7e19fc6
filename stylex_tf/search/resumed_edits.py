"""Evaluates edits from the layer that they change, which saves the rest."""

import functools
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space
from stylex_tf.attributes import effects as effects_lib
from stylex_tf.search import layered, moves
from stylex_tf.search import model as model_lib

Progress = Callable[[int], object]


class ResumedEdits:
    """Evaluates edits of a layer with the activations that they leave alone.

    An entry of a layer is a number in [C, 2 * width + 1]: an image, and one of
    its edits, or last the image unedited. It is evaluated beside its edits,
    since the same computation gives the same numbers, so that an edit that
    changes nothing has no effect. Another batch shape, or a graph that
    resumes at another layer, may round differently: in bfloat16 by 0.03
    logits on a trained model, more than many an effect.
    """

    def __init__(
        self,
        model: model_lib.Model,
        space: edit_space.EditSpace,
    ):
        """Compiles nothing yet.

        Args:
            model: the scores are measured if it has a score.
            space: the edits.

        Raises:
            ValueError: a generator in layers with another number of searched
                coordinates.
        """
        generate = layered.of(model.generate, searched=space.size)
        self.widths = generate.layer_widths
        self.enter = tf.function(
            generate.enter, reduce_retracing=True, autograph=False
        )
        self._generate = generate
        self._classify = model.classify
        self._score = model.score
        self._space = space
        self._resume = [
            tf.function(
                functools.partial(self._resume_entries, layer),
                reduce_retracing=True,
                autograph=False,
            )
            for layer in range(len(self.widths))
        ]

    def entries_per_image(self, layer: int) -> int:
        """Counts a layer's edits, and the unedited image."""
        return 2 * self.widths[layer] + 1

    def answers(
        self,
        layer: int,
        state: layered.State,
        styles: tf.Tensor,
        entries: np.ndarray,
        *,
        batch: int,
        progress: Progress | None,
    ) -> np.ndarray:
        """Evaluates entries in batches of one shape, [E] -> [E, K].

        Args:
            layer: whose coordinates are edited.
            state: what enters it, of `enter`.
            styles: the styles of the images, [C, T].
            entries: see the class, [E].
            batch: entries at once; the last batch is filled up.
            progress: called with the number of edits after every batch.

        Returns:
            Logits; behind them the score, where there is one.

        Raises:
            FloatingPointError: an answer that is not finite.
        """
        each = self.entries_per_image(layer)
        parts = []
        for start in range(0, len(entries), batch):
            real = entries[start : start + batch].astype(np.int32)
            filled = np.pad(real, (0, batch - len(real)), mode="edge")
            answer = self._resume[layer](state, styles, tf.constant(filled))
            parts.append(answer.numpy()[: len(real)])
            if not np.all(np.isfinite(parts[-1])):
                raise FloatingPointError(
                    "the classifier's logits, or the discriminator's score, "
                    "of an edited image are not finite"
                )
            if progress is not None:
                progress(int(np.sum(real % each < each - 1)))
        return np.concatenate(parts)

    def table(
        self,
        parts: Sequence[tuple[np.ndarray, np.ndarray]],
        image_ids: Sequence[str],
    ) -> effects_lib.StyleEffects:
        """Joins answers of unedited images, [C, K], and changes, [C, 2, S, K].

        Args:
            parts: the logits of some images each; K counts the score, where
                there is one.
            image_ids: N names.
        """
        base = np.concatenate([base for base, _ in parts])
        changes = np.concatenate([changes for _, changes in parts])
        classes = base.shape[1] - (self._score is not None)
        return effects_lib.StyleEffects(
            effects=changes[..., :classes].copy(),
            base_logits=base[:, :classes].copy(),
            ranges=self._space.ranges,
            image_ids=tuple(image_ids),
            shift_size=self._space.shift_size,
            score_changes=changes[..., -1].copy() if self._score else None,
        )

    def _resume_entries(
        self,
        layer: int,
        state: layered.State,
        styles: tf.Tensor,
        entries: tf.Tensor,
    ) -> tf.Tensor:
        """Evaluates entries in graph, [B] -> [B, K]."""
        width, each = self.widths[layer], self.entries_per_image(layer)
        image, edit = entries // each, entries % each
        edited, _ = moves.move(
            tf.gather(styles, image),
            self._space,
            sum(self.widths[:layer]) + edit % width,
            edit // width % 2,
            # The last entry of an image moves nothing.
            tf.where(edit < 2 * width, 1.0, 0.0),
        )
        rows = tuple(tf.gather(part, image) for part in state)
        images = self._generate.resume(layer, rows, edited)
        logits = tf.cast(self._classify(images), tf.float32)
        if self._score is None:
            return logits
        score = tf.cast(self._score(images), tf.float32)
        return tf.concat([logits, score[:, None]], axis=1)


def check_images(
    styles: np.ndarray, image_ids: Sequence[str], searched: int
) -> np.ndarray:
    """Returns the styles as float32, [N, T].

    Raises:
        ValueError: no images, fewer than the S searched coordinates, or not a
            name for each image.
    """
    styles = np.asarray(styles, np.float32)
    if styles.ndim != 2 or styles.shape[1] < searched or not len(styles):
        raise ValueError(
            f"styles have shape {styles.shape}; expected [N, T] with N "
            f"above 0 and T at least the {searched} searched coordinates"
        )
    if len(image_ids) != len(styles):
        raise ValueError(f"{len(image_ids)} image ids for {len(styles)} images")
    return styles


def even(count: int, most: int) -> int:
    """Returns the size of equal parts of `count`, as few as `most` allows."""
    return -(-count // -(-count // most))
