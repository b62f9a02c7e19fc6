"""Searches as Google's notebook does: a slow twin of ours, to be timed.

https://github.com/google/explaining-in-style takes one image and one coordinate
at a time and calls the layers eagerly. To shift a style, it changes the bias of
the dense layer that makes it, computes all styles again and puts the bias back.
"""

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import style_ranges
from stylex_tf.runs import trained as trained_lib


class NotebookProcedure:
    """Measures one edit of one image at a time."""

    def __init__(
        self,
        run: trained_lib.TrainedRun,
        ranges: style_ranges.StyleRanges,
        images: np.ndarray,
    ):
        """Encodes the images.

        Args:
            run: a trained run; its generator's bias is changed for a while.
            ranges: the ends of the S searched coordinates.
            images: float32 [N, H, W, C].
        """
        self._generator = run.stylex.averages.generator
        self._classify = run.classifier
        self._ends = tf.constant(ranges.ends())
        p = tf.nn.softmax(run.classifier(tf.constant(images)))
        if run.settings.model.conditioning == "dropout":
            p = tf.repeat(
                tf.constant(run.stylex.marginal)[None], len(images), axis=0
            )
        self._p = p
        self._w = run.stylex.averages.encode(tf.constant(images))
        self.compiled = tf.function(self.edited)

    def edited(
        self, image: tf.Tensor, direction: tf.Tensor, coordinate: tf.Tensor
    ) -> tf.Tensor:
        """Returns the logits of one edit of one image, [], [], [] -> [K]."""
        w, p = self._w[image][None], self._p[image][None]
        bias = self._generator.affine.bias
        style = self._generator.styles(w, p)[0, coordinate]
        shift = self._ends[direction, coordinate] - style
        before = tf.identity(bias)
        bias.assign_add(shift * tf.one_hot(coordinate, bias.shape[0]))
        logits = self._logits(w, p)
        bias.assign(before)
        return logits

    def logits(self, image: tf.Tensor) -> tf.Tensor:
        """Returns the logits of the reconstruction, [] -> [K]."""
        return self._logits(self._w[image][None], self._p[image][None])

    def _logits(self, w: tf.Tensor, p: tf.Tensor) -> tf.Tensor:
        styles = self._generator.styles(w, p)
        images = self._generator.synthesis(styles)
        return self._classify(tf.clip_by_value(images, -1.0, 1.0))[0]
