import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.losses import perceptual


def one_hot(channel: int, *shape: int) -> tf.Tensor:
    """Feature maps in which every pixel is the same unit vector."""
    return tf.one_hot(tf.fill(shape, channel), 3)


class PerceptualDistanceTest(absltest.TestCase):
    def test_equal_features_are_zero_apart(self):
        random = np.random.default_rng(0)
        maps = [
            random.normal(size=(2, 4, 4, 8)),
            random.normal(size=(2, 2, 2, 3)),
        ]
        np.testing.assert_array_equal(
            perceptual.perceptual_distance(maps, maps), [0.0, 0.0]
        )

    def test_orthogonal_features_are_two_apart_in_every_layer(self):
        first = [one_hot(0, 2, 4, 4), one_hot(0, 2, 2, 2)]
        second = [one_hot(1, 2, 4, 4), one_hot(1, 2, 2, 2)]
        np.testing.assert_allclose(
            perceptual.perceptual_distance(first, second), [4.0, 4.0], rtol=1e-6
        )

    def test_opposite_features_are_four_apart(self):
        feature = one_hot(0, 1, 4, 4)
        np.testing.assert_allclose(
            perceptual.perceptual_distance([feature], [-feature]),
            [4.0],
            rtol=1e-6,
        )

    def test_counts_the_share_of_pixels_that_differ(self):
        first = one_hot(0, 1, 4, 4)
        second = tf.concat([one_hot(1, 1, 1, 4), first[:, 1:]], axis=1)
        np.testing.assert_allclose(
            perceptual.perceptual_distance([first], [second]),
            [2.0 / 4.0],
            rtol=1e-6,
        )

    def test_does_not_see_the_length_of_a_feature(self):
        first, second = one_hot(0, 1, 4, 4), one_hot(1, 1, 4, 4)
        np.testing.assert_allclose(
            perceptual.perceptual_distance([100.0 * first], [0.01 * second]),
            [2.0],
            rtol=1e-5,
        )

    def test_has_a_finite_gradient_at_a_dead_pixel(self):
        features = tf.zeros([1, 2, 2, 3])
        with tf.GradientTape() as tape:
            tape.watch(features)
            distance = perceptual.perceptual_distance(
                [features], [one_hot(0, 1, 2, 2)]
            )
        gradient = tape.gradient(distance, features)
        self.assertTrue(np.isfinite(gradient).all())

    def test_refuses_different_numbers_of_layers(self):
        feature = one_hot(0, 1, 4, 4)
        with self.assertRaises(ValueError):
            perceptual.perceptual_distance([feature], [feature, feature])


if __name__ == "__main__":
    absltest.main()
