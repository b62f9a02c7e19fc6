"""A generator that draws a world itself: no training stands in the way."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import style_ranges
from stylex_tf.data.worlds import worlds


class PerfectGenerator:
    """Styles are the factors: one coordinate a value, the largest counts.

    A continuous factor is one coordinate. Whatever was drawn can be read back
    without error, as `evaluation.FactorRegressors` reads with some.
    """

    def __init__(self, world: worlds.World, resolution: int):
        self.factors = world.factors
        self._render, self._resolution = world.render, resolution
        self._drawn: dict[bytes, np.ndarray] = {}
        widths = [max(len(factor.values), 1) for factor in world.factors]
        self._ends = np.cumsum(widths)[:-1]
        # The value of a factor at 2, or the ones not at -1, win.
        self.ranges = style_ranges.StyleRanges(
            minimum=self._of_each(continuous=0.0, categorical=-1.0),
            maximum=self._of_each(continuous=1.0, categorical=2.0),
        )
        self.random_changes = np.array(
            [
                1.0 - 1.0 / len(factor.values) if factor.values else 1 / 3
                for factor in world.factors
            ]
        )

    def _of_each(self, *, continuous: float, categorical: float) -> np.ndarray:
        return np.concatenate(
            [
                [categorical] * len(factor.values) or [continuous]
                for factor in self.factors
            ]
        )

    def styles(self, factors: np.ndarray) -> np.ndarray:
        """[N, F] -> [N, S]."""
        parts = [
            np.eye(len(factor.values))[column.astype(int)]
            if factor.values
            else column[:, None]
            for factor, column in zip(self.factors, factors.T, strict=True)
        ]
        return np.concatenate(parts, axis=1).astype(np.float32)

    def generate(self, styles: tf.Tensor) -> tf.Tensor:
        """[N, S] -> images [N, H, W, 3]."""
        images = tf.numpy_function(self._draw, [styles], tf.float32)
        size = self._resolution
        return tf.ensure_shape(images, [None, size, size, 3])

    def _draw(self, styles: np.ndarray) -> np.ndarray:
        images = []
        for row in styles:
            values = self._values(row)
            image = self._render(values, self._resolution)
            images.append(image.astype(np.float32) / 127.5 - 1.0)
            self._drawn[images[-1].tobytes()] = np.array(values)
        return np.stack(images)

    def _values(self, row: np.ndarray) -> list[float]:
        return [
            float(part.argmax()) if factor.values else float(part[0])
            for factor, part in zip(
                self.factors, np.split(row, self._ends), strict=True
            )
        ]

    def predict(self, images: np.ndarray) -> Sequence[np.ndarray]:
        """Reads the factors of what was drawn; see FactorRegressors."""
        values = np.stack([self._drawn[image.tobytes()] for image in images])
        return np.split(self.styles(values), self._ends, axis=1)
