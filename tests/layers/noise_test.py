import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.layers import noise


class NoiseInjectionTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        self.x = tf.random.stateless_normal([3, 8, 8, 2], seed=[0, 0])
        self.layer = noise.NoiseInjection()
        self.layer.build(self.x.shape)

    def added(self, **options) -> np.ndarray:
        """What the layer adds to x, [N, H, W, C]."""
        return (self.layer(self.x, **options) - self.x).numpy()

    @parameterized.parameters(
        {"mode": "fixed"},
        {"mode": "none"},
        {"mode": "random", "seed": tf.constant([1, 2])},
    )
    def test_starts_with_none(self, **options):
        self.assertFalse(np.any(self.added(**options)))

    def test_fixed_adds_its_image_to_every_channel_of_every_example(self):
        self.layer.strength.assign(0.5)
        expected = np.broadcast_to(0.5 * self.layer.image, [3, 8, 8, 2])
        np.testing.assert_allclose(
            self.added(mode="fixed"), expected, atol=1e-6
        )

    def test_none_adds_nothing(self):
        self.layer.strength.assign(0.5)
        self.assertFalse(np.any(self.added(mode="none")))

    def test_random_adds_one_image_an_example_to_every_channel(self):
        self.layer.strength.assign(0.5)
        added = self.added(mode="random", seed=tf.constant([1, 2]))
        np.testing.assert_allclose(added[..., 0], added[..., 1], atol=1e-6)
        self.assertGreater(np.abs(added[0] - added[1]).max(), 0.1)
        np.testing.assert_allclose(added.std(), 0.5, atol=0.1)

    def test_random_depends_on_the_seed_alone(self):
        self.layer.strength.assign(0.5)
        first, again, other = (
            self.added(mode="random", seed=tf.constant(seed))
            for seed in ([1, 2], [1, 2], [1, 3])
        )
        np.testing.assert_array_equal(first, again)
        self.assertGreater(np.abs(first - other).max(), 0.1)

    def test_trains_the_strength_and_not_the_image(self):
        self.assertLen(self.layer.trainable_variables, 1)
        self.assertIs(self.layer.trainable_variables[0], self.layer.strength)

    @parameterized.parameters(
        {"mode": "random"}, {"mode": "loud"}, {"mode": "loud", "seed": [1, 2]}
    )
    def test_refuses_what_it_does_not_know(self, **options):
        with self.assertRaisesRegex(ValueError, "random.*fixed.*none.*seed"):
            self.layer(self.x, **options)

    def test_refuses_a_seed_of_another_shape(self):
        with self.assertRaisesRegex(ValueError, "seed has shape"):
            self.layer(self.x, mode="random", seed=tf.constant([1, 2, 3]))


if __name__ == "__main__":
    absltest.main()
