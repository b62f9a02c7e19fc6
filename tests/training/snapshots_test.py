"""Tests of stylex_tf.training.snapshots."""

import pathlib
import types

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.training import snapshots

_SIZE = 4


class _Mapping:
    """Flat grey: the mean of z."""

    z_dim = 3

    def __call__(self, z):
        return tf.reduce_mean(z, axis=1, keepdims=True)


class SnapshotsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.create_tempdir()) / "snapshots"
        self.brightness = tf.Variable(0.0)
        self.written = {}
        random = np.random.default_rng(0)
        self.pixels = random.integers(0, 256, (5, _SIZE, _SIZE, 3), np.uint8)

    def _snapshots(self, seed: int = 0) -> snapshots.Snapshots:
        """The generator draws w, the weight and p of class 1 as grey."""

        def draw(w, p):
            grey = w + self.brightness + p[:, 1:]
            return tf.tile(grey[:, :, None, None], [1, _SIZE, _SIZE, 3])

        def write(path, image):
            self.written[path.name] = image

        p = np.tile(np.float32([[1.0, 0.0]]), [5, 1])
        return snapshots.Snapshots(
            self.directory,
            averages=types.SimpleNamespace(
                mapping=_Mapping(),
                generator=draw,
                encode=lambda x: tf.reduce_mean(x, axis=[1, 2, 3])[:, None],
            ),
            images=self.pixels.astype(np.float32) / 127.5 - 1.0,
            p=p,
            sample_p=1.0 - p,
            seed=seed,
            exchange=False,
            every=4,
            write_png=write,
        )

    def test_rows_are_reals_reconstructions_and_samples(self):
        self._snapshots()(4, {}, last=False)
        grid = self.written["00000004.png"]
        self.assertEqual(grid.dtype, np.uint8)
        reals, rebuilt, samples = np.split(grid, 3)
        np.testing.assert_array_equal(
            reals, np.concatenate(list(self.pixels), axis=1)
        )
        for index, image in enumerate(self.pixels):
            part = rebuilt[:, index * _SIZE : (index + 1) * _SIZE]
            np.testing.assert_allclose(part, image.mean(), atol=0.51)
        # Told of class 1, the generator is brighter by half of the range.
        self.assertGreater(samples.mean(), 200)

    def test_a_training_without_samples_shows_exchanges(self):
        # Two coordinates make grey: the first is searched, the second is not.
        def synthesis(styles):
            grey = styles[:, :1] + 10 * styles[:, 1:]
            return tf.tile(grey[:, :, None, None], [1, _SIZE, _SIZE, 3])

        means = np.float32([0.01, 0.02, 0.03])
        images = np.tile(means[:, None, None, None], [1, _SIZE, _SIZE, 3])
        p = np.tile(np.float32([[1.0, 0.0]]), [3, 1])

        class _Generator:
            style_space = types.SimpleNamespace(size=1)

            def __call__(self, w, p):
                return synthesis(self.styles(w, p))

            def styles(self, w, p):
                del p
                return tf.concat([w, w], axis=-1)

            def synthesis(self, styles):
                return synthesis(styles)

        grids = []
        snapshots.Snapshots(
            self.directory,
            averages=types.SimpleNamespace(
                mapping=_Mapping(),
                generator=_Generator(),
                encode=lambda x: tf.reduce_mean(x, axis=[1, 2, 3])[:, None],
            ),
            images=images,
            p=p,
            sample_p=p,
            seed=0,
            exchange=True,
            every=1,
            write_png=lambda path, image: grids.append(image),
        )(1, {}, last=False)
        exchanged = np.split(grids[0], 3)[2][0, ::_SIZE, 0]
        expected = np.roll(means, -1) + 10 * means
        np.testing.assert_allclose(exchanged, (expected + 1) * 127.5, atol=0.51)

    def test_is_drawn_when_due_and_at_the_end(self):
        draw = self._snapshots()
        for step in range(1, 10):
            draw(step, {}, last=step == 9)
        self.assertEqual(
            list(self.written),
            ["00000004.png", "00000008.png", "00000009.png"],
        )

    def test_the_same_weights_give_the_same_picture(self):
        self._snapshots()(4, {}, last=False)
        # As after a kill: another process, the same seed.
        self._snapshots()(8, {}, last=False)
        np.testing.assert_array_equal(
            self.written["00000004.png"], self.written["00000008.png"]
        )

    def test_the_seed_decides_the_samples(self):
        self._snapshots(seed=0)(4, {}, last=False)
        self._snapshots(seed=1)(8, {}, last=False)
        samples = [np.split(grid, 3)[2] for grid in self.written.values()]
        self.assertFalse(np.array_equal(*samples))

    def test_shows_the_weights_of_its_step(self):
        draw = self._snapshots()
        draw(4, {}, last=False)
        self.brightness.assign(0.25)
        draw(8, {}, last=False)
        before, after = (
            np.split(grid, 3)[1].astype(int) for grid in self.written.values()
        )
        np.testing.assert_allclose(after - before, 32, atol=1)

    def test_colours_beyond_the_range_are_clipped(self):
        draw = self._snapshots()
        self.brightness.assign(-9.0)
        draw(4, {}, last=False)
        rebuilt = np.split(self.written["00000004.png"], 3)[1]
        np.testing.assert_array_equal(rebuilt, 0)


if __name__ == "__main__":
    absltest.main()
