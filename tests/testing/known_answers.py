"""Tiny worlds in which every effect is known in closed form."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.search import model as model_lib


class LinearWorld(tf.Module):
    """Styles paint pixels linearly, the classifier sums them linearly.

    The effect of moving coordinate s by d is d * (paint @ read)[s], so the
    whole table of effects is one outer product.
    """

    def __init__(
        self,
        *,
        searched: int = 6,
        total: int = 9,
        classes: int = 2,
        relevant: Sequence[int] | None = None,
        seed: int = 0,
    ):
        """Draws the world.

        Args:
            searched: S.
            total: T, the unsearched styles included; they paint as well.
            classes: K.
            relevant: the only coordinates that the classifier reads (class
                k + 1 reads the k-th in turn); None reads all, at random.
            seed: of everything drawn.
        """
        super().__init__(name="linear_world")
        rng = np.random.default_rng(seed)
        self.searched, self.total, self.side = searched, total, 4
        pixels = self.side * self.side * 3
        # Orthonormal rows: a classifier can read one coordinate alone.
        paint, _ = np.linalg.qr(rng.normal(size=(pixels, total)))
        weights = rng.normal(size=(total, classes))
        if relevant is not None:
            weights[:] = 0.0
            for index, coordinate in enumerate(relevant):
                weights[coordinate, 1 + index % (classes - 1)] = 1.0
        self.weights = weights.astype(np.float32)
        self.paint = tf.Variable(paint.T, dtype=tf.float32)
        self.read = tf.Variable(paint @ weights, dtype=tf.float32)
        self.styles = rng.normal(size=(5, total)).astype(np.float32)

    def generate(self, styles: tf.Tensor) -> tf.Tensor:
        """[N, T] -> [N, 4, 4, 3]."""
        flat = tf.matmul(styles, self.paint)
        return tf.reshape(flat, [-1, self.side, self.side, 3])

    def classify(self, images: tf.Tensor) -> tf.Tensor:
        """[N, 4, 4, 3] -> [N, K]."""
        flat = tf.reshape(images, [-1, self.side * self.side * 3])
        return tf.matmul(flat, self.read)

    @property
    def model(self) -> model_lib.Model:
        """The generator and the classifier, without a score."""
        return model_lib.Model(self.generate, self.classify)

    def encode(self, images: tf.Tensor) -> tf.Tensor:
        """[N, 4, 4, 3] -> [N, T]; exact on images that this world paints."""
        flat = tf.reshape(images, [-1, self.side * self.side * 3])
        return tf.matmul(flat, self.paint, transpose_b=True)

    def effects(self, minimum, maximum, shift_size: float) -> np.ndarray:
        """The closed form of the table, [N, 2, S, K]."""
        here = self.styles[:, : self.searched]
        moves = np.stack([minimum - here, maximum - here], axis=1) * shift_size
        return moves[..., None] * self.weights[: self.searched]


@dataclasses.dataclass(frozen=True)
class PartsWorld:
    """Coordinate c fills one band of the picture; the classifier knows "or".

    Band c has brightness tanh(4 * style[c]): a saturating generator. Logit 1
    is 6 * max over the causes of (brightness), logit 0 is zero: where one
    cause is there already, adding another changes nothing, and taking one away
    only counts where no other is left.
    """

    parts: int = 4
    causes: tuple[int, ...] = (0, 2)
    # Unsearched styles, painted faintly into the last row.
    extra: int = 2

    @property
    def total(self) -> int:
        """T."""
        return self.parts + self.extra

    def generate(self, styles: tf.Tensor) -> tf.Tensor:
        """[N, T] -> [N, 4 * parts + 1, 8, 3]."""
        bands = tf.repeat(tf.tanh(4.0 * styles[:, : self.parts]), 4, axis=1)
        last = 0.1 * tf.tanh(
            tf.reduce_sum(styles[:, self.parts :], axis=1, keepdims=True)
        )
        rows = tf.concat([bands, last], axis=1)
        shape = [tf.shape(styles)[0], 4 * self.parts + 1, 8, 3]
        return tf.broadcast_to(rows[:, :, None, None], shape)

    def classify(self, images: tf.Tensor) -> tf.Tensor:
        """Images -> [N, 2]."""
        rows = tf.reduce_mean(images, axis=[2, 3])[:, : 4 * self.parts]
        bands = tf.reduce_mean(tf.reshape(rows, [-1, self.parts, 4]), axis=2)
        score = 6.0 * tf.reduce_max(
            tf.gather(bands, list(self.causes), axis=1), axis=1
        )
        return tf.stack([tf.zeros_like(score), score], axis=1)

    @property
    def model(self) -> model_lib.Model:
        """The generator and the classifier, without a score."""
        return model_lib.Model(self.generate, self.classify)

    def styles(self, factors: np.ndarray) -> np.ndarray:
        """Styles that show binary factors, [N, parts] -> [N, T]."""
        factors = np.asarray(factors, np.float32)
        unsearched = np.zeros((len(factors), self.extra), np.float32)
        return np.concatenate([2.0 * factors - 1.0, unsearched], axis=1)
