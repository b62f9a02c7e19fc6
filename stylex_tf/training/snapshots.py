"""Draws grids of pictures during training, to see whether it looks right."""

import pathlib
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from stylex_tf.ops import preprocessing
from stylex_tf.training import loop, networks


class Snapshots:
    """Writes rows of real images, their reconstructions, and a third.

    The third row has samples drawn from z; or, of a training that draws none,
    each reconstruction with the searched coordinates of the next image, which
    shows what these coordinates do. Images and latents are the same in every
    snapshot of a run.
    """

    # More than seven parameters: what is drawn, and how often.
    def __init__(
        self,
        directory: pathlib.Path,
        *,
        averages: networks.Networks,
        images: np.ndarray,
        p: np.ndarray,
        sample_p: np.ndarray,
        seed: int,
        exchange: bool,
        every: int,
        write_png: Callable[[pathlib.Path, np.ndarray], object],
    ):
        """Chooses what is drawn.

        Args:
            directory: gets a PNG a snapshot, named by its step.
            averages: the networks to draw with.
            images: real images, float32 [N, H, W, 3].
            p: what the generator is told of them, [N, K].
            sample_p: the same for the samples, [N, K].
            seed: the seed of the samples' latents.
            exchange: whether to show exchanges in place of samples.
            every: steps between two snapshots.
            write_png: writes uint8 [H, W, 3].
        """
        self._directory = directory
        self._averages = averages
        self._images = tf.constant(images)
        self._p = tf.constant(p)
        self._sample_p = tf.constant(sample_p)
        self._z = tf.random.stateless_normal(
            [len(images), averages.mapping.z_dim], [seed, 0]
        )
        self._exchange = exchange
        self._every = every
        self._write_png = write_png
        self._draw = tf.function(self._rows, autograph=False)

    def __call__(self, step: int, metrics: loop.Metrics, *, last: bool):
        """Draws where a snapshot is due."""
        if last or step % self._every == 0:
            self._directory.mkdir(exist_ok=True)
            rows = [np.concatenate(list(row), axis=1) for row in self._draw()]
            grid = np.concatenate(rows, axis=0)
            self._write_png(
                self._directory / f"{step:08d}.png",
                preprocessing.to_uint8_numpy(grid),
            )

    def _rows(self) -> list[tf.Tensor]:
        generator = self._averages.generator
        w = self._averages.encode(self._images)
        rebuilt = generator(w, self._p)
        if self._exchange:
            return [self._images, rebuilt, self._exchanged(w)]
        sampled = self._averages.mapping(self._z)
        return [self._images, rebuilt, generator(sampled, self._sample_p)]

    def _exchanged(self, w: tf.Tensor) -> tf.Tensor:
        """Draws each image with the searched coordinates of the next."""
        generator = self._averages.generator
        styles = generator.styles(w, self._p)
        searched = tf.range(styles.shape[-1]) < generator.style_space.size
        following = tf.roll(styles, -1, axis=0)
        return generator.synthesis(
            tf.where(searched[None, :], following, styles)
        )
