import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.models import generator

_W_DIM = 7


def normal(*shape: int, seed: int = 0) -> tf.Tensor:
    return tf.random.stateless_normal(shape, seed=[seed, 0])


def tiny(condition_dim: int = 0) -> generator.Generator:
    network = generator.Generator(
        16, channel_base=64, channel_max=12, condition_dim=condition_dim
    )
    network.styles(normal(1, _W_DIM), tf.ones([1, condition_dim]))
    return network


class GeneratorTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    @parameterized.parameters("float32", "mixed_bfloat16", "mixed_float16")
    def test_draws_its_styles(self, policy):
        self.addCleanup(keras.mixed_precision.set_global_policy, "float32")
        keras.mixed_precision.set_global_policy(policy)
        network = tiny()
        w = normal(3, _W_DIM)
        np.testing.assert_allclose(
            network(w), network.synthesis(network.styles(w)), atol=1e-6
        )

    def test_passes_noise_and_seed_on(self):
        network = tiny()
        w, seed = normal(2, _W_DIM), tf.constant([1, 2])
        network(w)
        for conv in network.synthesis.convs.values():
            conv.noise.strength.assign(0.3)
        np.testing.assert_array_equal(
            network(w, noise="random", seed=seed),
            network.synthesis(network.styles(w), noise="random", seed=seed),
        )

    def test_styles_start_at_one(self):
        np.testing.assert_allclose(tiny().styles(tf.zeros([2, _W_DIM])), 1.0)

    @parameterized.parameters(0, 2)
    def test_a_spatial_code_passes_through(self, condition_dim):
        network = generator.Generator(
            16,
            channel_base=64,
            channel_max=12,
            condition_dim=condition_dim,
            spatial_resolution=8,
            spatial_channels=3,
        )
        w = normal(2, _W_DIM + 8 * 8 * 3)
        styles = network.styles(w, tf.ones([2, condition_dim]))
        self.assertEqual(styles.shape[1], network.style_space.total)
        np.testing.assert_array_equal(styles[:, -192:], w[:, _W_DIM:])
        self.assertEqual(network.affine.kernel.shape[0], _W_DIM + condition_dim)

    def test_a_spatial_code_is_mixed_with_its_block(self):
        network = generator.Generator(
            16,
            channel_base=64,
            channel_max=12,
            spatial_resolution=8,
            spatial_channels=3,
        )
        total = network.style_space.total
        mixed = network.mix(
            tf.zeros([3, total]), tf.ones([3, total]), tf.constant([2, 3, 5])
        )
        # b8.conv1, the last of its block, is layer 2.
        for row, expected in zip(mixed, (1.0, 0.0, 0.0), strict=True):
            np.testing.assert_array_equal(row[-192:], expected)

    def test_styles_are_affine_in_w_and_p(self):
        network = tiny(condition_dim=2)
        w, p = normal(3, _W_DIM), tf.nn.softmax(normal(3, 2, seed=1))
        kernel, bias = network.affine.get_weights()
        joined = np.concatenate([w, p], axis=1)
        np.testing.assert_allclose(
            network.styles(w, p),
            joined @ kernel / np.sqrt(_W_DIM + 2) + bias,
            atol=1e-5,
        )

    def test_without_a_condition_p_changes_nothing(self):
        network = tiny()
        w = normal(2, _W_DIM)
        np.testing.assert_array_equal(
            network.styles(w), network.styles(w, normal(2, 2))
        )

    def test_needs_the_p_it_was_built_for(self):
        network = tiny(condition_dim=2)
        with self.assertRaisesRegex(ValueError, r"p is missing.*\[N, 2\]"):
            network.styles(normal(1, _W_DIM))
        with self.assertRaisesRegex(ValueError, "p has shape"):
            network.styles(normal(1, _W_DIM), tf.ones([1, 3]))

    @parameterized.parameters(0, 1, 2, 3, 4, 5)
    def test_mixing_styles_equals_mixing_w_layer_by_layer(self, crossover):
        network = tiny()
        first, second = normal(1, _W_DIM), normal(1, _W_DIM, seed=1)
        # A toRGB layer follows the last convolution of its resolution.
        order = {
            "b4.conv": 0,
            "b4.to_rgb": 0,
            "b8.conv0": 1,
            "b8.conv1": 2,
            "b8.to_rgb": 2,
            "b16.conv0": 3,
            "b16.conv1": 4,
            "b16.to_rgb": 4,
        }
        by_layer = {}
        for name, rank in order.items():
            w = first if rank < crossover else second
            by_layer[name] = network.style_space.split(network.styles(w))[name]
        mixed = network.mix(
            network.styles(first),
            network.styles(second),
            tf.constant([crossover]),
        )
        np.testing.assert_array_equal(mixed, network.style_space.join(by_layer))

    def test_mixes_every_example_at_its_own_layer(self):
        network = tiny()
        total = network.style_space.total
        mixed = network.mix(
            tf.zeros([3, total]), tf.ones([3, total]), tf.constant([0, 2, 5])
        )
        # b4.conv and b8.conv0 with 12 coordinates each, and b4.to_rgb.
        np.testing.assert_array_equal(
            tf.reduce_sum(1.0 - mixed, axis=1), [0.0, 36.0, float(total)]
        )


if __name__ == "__main__":
    absltest.main()
