"""Tests of keeping style coordinates apart."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.losses import decorrelation


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


class CorrelationPenaltyTest(parameterized.TestCase):
    def test_is_the_sum_of_squared_correlations_a_coordinate(self):
        styles = normal(50, 4) @ normal(4, 4, seed=1)
        squared = np.corrcoef(styles.T) ** 2
        penalty = decorrelation.correlation_penalty(tf.constant(100.0 * styles))
        np.testing.assert_allclose(penalty, (squared.sum() - 4) / 4, rtol=1e-4)

    @parameterized.parameters(1.0, -3.0)
    def test_of_a_copy_is_one(self, scale):
        one = 10.0 * normal(8, 1)
        styles = tf.constant(np.concatenate([one, scale * one + 1.0], axis=1))
        penalty = decorrelation.correlation_penalty(styles)
        np.testing.assert_allclose(penalty, 1.0, rtol=1e-2)

    def test_of_crossed_factors_is_zero(self):
        styles = tf.constant([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        penalty = decorrelation.correlation_penalty(styles)
        np.testing.assert_allclose(penalty, 0.0, atol=1e-12)

    def test_a_coordinate_that_hardly_varies_does_not_count(self):
        one = normal(8, 1)
        styles = tf.constant(np.concatenate([one, 1e-3 * one], axis=1))
        self.assertLess(decorrelation.correlation_penalty(styles), 1e-3)

    def test_nothing_is_won_by_shrinking(self):
        styles = normal(8, 3) @ normal(3, 3, seed=1)
        variable = tf.Variable(styles)
        with tf.GradientTape() as tape:
            penalty = decorrelation.correlation_penalty(variable)
        gradient = tape.gradient(penalty, variable).numpy()
        self.assertGreater(np.abs(gradient).max(), 1e-2)
        # The derivative when a coordinate grows around its mean.
        along = np.sum(gradient * (styles - styles.mean(axis=0)), axis=0)
        np.testing.assert_allclose(along, 0.0, atol=1e-6)

    def test_of_equal_images_has_a_finite_gradient(self):
        styles = tf.ones([4, 3])
        with tf.GradientTape() as tape:
            tape.watch(styles)
            penalty = decorrelation.correlation_penalty(styles)
        np.testing.assert_array_equal(tape.gradient(penalty, styles), 0.0)


if __name__ == "__main__":
    absltest.main()
