"""Tests of benchmarks.score_direction, where the answer is linear in w."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from benchmarks import score_direction
from stylex_tf.models import generator as generator_lib

_W, _STYLES = 5, 7


class ScoreDirectionTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        random = np.random.default_rng(0)
        self.to_styles = random.normal(size=(_W, _STYLES)).astype(np.float32)
        self.latents = random.normal(size=(40, _W)).astype(np.float32)
        self.code = random.normal(size=(40, _STYLES)).astype(np.float32)
        self.styles = self.latents @ self.to_styles + self.code
        self.reads = random.normal(size=_STYLES).astype(np.float32)

    def test_a_step_of_one_adds_one_to_the_log_odds(self):
        direction = score_direction.learn(
            lambda styles: tf.linalg.matvec(styles, self.reads),
            self.latents,
            self.styles,
            self.to_styles,
            seed=0,
        )
        added = direction @ self.to_styles @ self.reads
        self.assertAlmostEqual(float(added), 1.0, delta=0.02)

    def test_a_number_of_w_that_never_varies_is_left_alone(self):
        self.latents[:, 2] = 3.0
        direction = score_direction.learn(
            lambda styles: tf.linalg.matvec(styles, self.reads),
            self.latents,
            self.styles,
            self.to_styles,
            seed=0,
            steps=3,
        )
        self.assertEqual(np.flatnonzero(direction == 0).tolist(), [2])

    def test_an_image_stays_itself_until_its_position_moves(self):
        direction = np.array([1.0, -2.0, 0.5, 0.0, 1.0])
        along = score_direction.Along(
            lambda styles: 2 * styles, direction, self.to_styles
        )
        rows = along.rows(self.latents, self.styles)
        np.testing.assert_allclose(
            along(tf.constant(rows)), 2 * self.styles, atol=1e-4
        )
        rows[:, 0] += 1.5
        moved = (self.latents + 1.5 * direction) @ self.to_styles + self.code
        np.testing.assert_allclose(
            along(tf.constant(rows)), 2 * moved, atol=1e-4
        )
        # The position is that of w on the direction, whatever its length.
        self.latents[0] = 3 * direction
        self.assertAlmostEqual(
            float(along.rows(self.latents, self.styles)[0, 0]), 3.0, places=5
        )

    def test_knows_what_w_does_to_the_styles_and_leaves_the_code(self):
        for classes in (0, 2):
            generator = generator_lib.Generator(
                16,
                channel_base=64,
                channel_max=8,
                style_width=4,
                searched_width=2,
                spatial_resolution=8,
                spatial_channels=2,
                condition_dim=classes,
            )
            p = tf.fill([6, classes], 0.5) if classes else None
            w = tf.random.stateless_normal([6, _W + 128], [0, 1])
            styles = generator.styles(w, p).numpy()
            matrix = score_direction.style_matrix(generator, _W)
            self.assertEqual(matrix.shape, (_W, styles.shape[1]))
            np.testing.assert_array_equal(matrix[:, -128:], 0)
            moved = w.numpy()
            moved[:, :_W] += 1.0
            np.testing.assert_allclose(
                generator.styles(tf.constant(moved), p),
                styles + matrix.sum(axis=0),
                atol=1e-4,
            )


if __name__ == "__main__":
    absltest.main()
