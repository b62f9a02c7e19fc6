"""Reads the known factors of pictures after each edit."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space
from stylex_tf.evaluation import factor_regressors
from stylex_tf.ops import batching


class FactorReadings:
    """Reads a fixed set of images, edited; every edit is made once.

    Many classes list the same edits: of S coordinates there are only 2S.
    """

    def __init__(
        self,
        generate: Callable[[tf.Tensor], tf.Tensor],
        regressors: factor_regressors.FactorRegressors,
        styles: np.ndarray,
        space: edit_space.EditSpace,
        *,
        batch_size: int = 256,
    ):
        """Reads the images as they are.

        Args:
            generate: styles -> images.
            regressors: the readers of factors.
            styles: the styles of the images, [N, T].
            space: the edits.
            batch_size: pictures at once.
        """
        self.regressors = regressors
        self._generate = tf.function(
            generate, reduce_retracing=True, autograph=False
        )
        self._styles, self._space = styles, space
        self._batch_size = batch_size
        self._edited: dict[tuple[int, int], list[np.ndarray]] = {}
        self.unedited = self._read(styles)

    def of_edit(self, coordinate: int, direction: int) -> list[np.ndarray]:
        """Returns an array for each factor, [N, V], as `predict` gives them."""
        key = (coordinate, direction)
        if key not in self._edited:
            moved = self._space.apply(
                self._styles, np.array([coordinate]), np.array([direction])
            )
            self._edited[key] = self._read(moved)
        return self._edited[key]

    def _read(self, styles: np.ndarray) -> list[np.ndarray]:
        pictures = batching.apply(
            self._generate, styles, batch_size=self._batch_size
        )
        return self.regressors.predict(pictures)
