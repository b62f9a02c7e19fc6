"""Tests of the reconstruction figures."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.evaluation import reconstruction
from tests.testing import known_answers


def _images(count=7):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)


class ReconstructionTest(parameterized.TestCase):
    @parameterized.parameters(1, 3, 7, 64)
    def test_a_perfect_copy_has_perfect_figures(self, batch_size):
        world = known_answers.LinearWorld()
        images = _images()
        result = reconstruction.reconstruct(
            lambda x: tf.reshape(x, [-1, 48]),
            lambda styles: tf.reshape(styles, [-1, 4, 4, 3]),
            world.classify,
            images,
            batch_size=batch_size,
        )
        figures = result.figures()
        self.assertEqual(figures["agreement"], 1.0)
        self.assertAlmostEqual(figures["kl"], 0.0, places=9)
        self.assertEqual(figures["l1"], 0.0)
        self.assertEqual(figures["images"], 7)
        np.testing.assert_allclose(
            result.styles, images.reshape(7, 48) / 127.5 - 1, atol=1e-6
        )

    def test_figures_by_hand(self):
        # The reconstruction is the negative: every decision turns.
        def logits(x):
            score = x[:, 0, 0, 0]
            return tf.stack([tf.zeros_like(score), score], axis=1)

        images = np.full([2, 4, 4, 3], 255, np.uint8)
        images[1] = 0
        figures = reconstruction.reconstruct(
            lambda x: tf.reshape(x, [-1, 48]),
            lambda styles: -tf.reshape(styles, [-1, 4, 4, 3]),
            logits,
            images,
        ).figures()
        self.assertEqual(figures["agreement"], 0.0)
        self.assertAlmostEqual(figures["l1"], 2.0, places=6)
        p = 1 / (1 + np.exp(-1.0))
        # KL(p, 1-p || 1-p, p) = (2p - 1) log(p / (1-p)), and log odds are 1.
        self.assertAlmostEqual(figures["kl"], 2 * p - 1, places=5)

    def test_refuses_float_images_and_none(self):
        world = known_answers.LinearWorld()
        for images in (_images().astype(np.float32), _images(0)):
            with self.assertRaisesRegex(ValueError, "expected uint8"):
                reconstruction.reconstruct(
                    world.encode, world.generate, world.classify, images
                )


if __name__ == "__main__":
    absltest.main()
