import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.models import mapping


def normal(*shape: int, seed: int = 0) -> tf.Tensor:
    return tf.random.stateless_normal(shape, seed=[seed, 0])


class MappingTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    def test_sees_the_direction_of_z_and_not_its_length(self):
        network = mapping.Mapping(w_dim=6, z_dim=4, depth=2)
        z = normal(3, 4)
        np.testing.assert_allclose(network(z), network(5.0 * z), atol=1e-5)

    def test_one_layer_is_a_dense_layer_of_the_normalised_z(self):
        network = mapping.Mapping(w_dim=6, z_dim=4, depth=1)
        z = normal(3, 4).numpy()
        w = network(z).numpy()

        unit = z / np.sqrt(np.mean(z**2, axis=1, keepdims=True))
        y = unit @ (network.dense[0].kernel.numpy() * 0.01 / np.sqrt(4))
        np.testing.assert_allclose(
            w, np.sqrt(2) * np.where(y > 0, y, 0.2 * y), atol=1e-5
        )

    def test_starts_near_unit_variance_at_full_depth(self):
        network = mapping.Mapping(w_dim=64, z_dim=64, depth=8)
        self.assertBetween(
            float(tf.math.reduce_std(network(normal(64, 64)))), 0.5, 2.0
        )

    @parameterized.parameters((1.0, 3.0), (0.5, 2.0), (0.0, 1.0), (-1.0, -1.0))
    def test_truncation_moves_towards_the_average(self, psi, expected):
        network = mapping.Mapping(w_dim=2, z_dim=2, depth=1)
        network.w_average.assign([1.0, 1.0])
        np.testing.assert_allclose(
            network.truncate(tf.fill([3, 2], 3.0), psi),
            np.full([3, 2], expected),
        )

    def test_does_not_train_the_average(self):
        network = mapping.Mapping(w_dim=2, z_dim=2, depth=1)
        network(normal(1, 2))
        self.assertLen(network.trainable_variables, 2)
        self.assertLen(network.non_trainable_variables, 1)

    @parameterized.parameters("mixed_bfloat16", "mixed_float16")
    def test_computes_in_float32_always(self, policy):
        keras.mixed_precision.set_global_policy(policy)
        self.addCleanup(keras.mixed_precision.set_global_policy, "float32")
        network = mapping.Mapping(w_dim=4, z_dim=4, depth=2)
        z = normal(1, 4)
        # Less than half precision can tell apart.
        near = z * tf.constant([1.0 + 1e-5, 1.0, 1.0, 1.0])
        self.assertTrue(np.any(network(z) != network(near)))

    def test_refuses_a_z_of_another_width(self):
        network = mapping.Mapping(w_dim=2, z_dim=3, depth=1)
        with self.assertRaisesRegex(ValueError, "z has shape"):
            network(normal(1, 2))


if __name__ == "__main__":
    absltest.main()
