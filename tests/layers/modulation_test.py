import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.layers import modulation
from tests.testing import conv_oracles


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


class StyledConv2DTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    @parameterized.parameters(False, True)
    def test_convolves_then_adds_noise_and_bias_then_activates(self, upsample):
        layer = modulation.StyledConv2D(4, upsample=upsample)
        x, styles = normal(2, 4, 4, 3), 1.0 + normal(2, 3, seed=1)
        layer(x, styles)
        layer.bias.assign(normal(4, seed=2))
        layer.noise.strength.assign(0.5)

        convolved = conv_oracles.modulated_conv2d(
            x, layer.kernel.numpy() / np.sqrt(3 * 9), styles, upsample=upsample
        )
        noise = 0.5 * layer.noise.image.numpy()
        expected = conv_oracles.scaled_leaky_relu(
            convolved + noise + layer.bias.numpy()
        )
        np.testing.assert_allclose(layer(x, styles), expected, atol=1e-4)

    def test_passes_mode_and_seed_to_the_noise(self):
        layer = modulation.StyledConv2D(4)
        x, styles = normal(2, 4, 4, 3), 1.0 + normal(2, 3, seed=1)
        layer(x, styles)
        layer.noise.strength.assign(0.5)
        first, again, other, none = (
            layer(x, styles, noise=mode, seed=tf.constant(seed))
            for mode, seed in (
                ("random", [1, 2]),
                ("random", [1, 2]),
                ("random", [3, 4]),
                ("none", [1, 2]),
            )
        )
        np.testing.assert_array_equal(first, again)
        self.assertGreater(np.abs(first - other).max(), 0.1)
        self.assertGreater(np.abs(first - none).max(), 0.1)


class ToRGBTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    def test_is_a_modulated_1x1_convolution_without_demodulation(self):
        layer = modulation.ToRGB()
        x, styles = normal(2, 4, 4, 8), 1.0 + normal(2, 8, seed=1)
        layer(x, styles)
        layer.bias.assign([0.1, 0.2, 0.3])

        convolved = conv_oracles.modulated_conv2d(
            x, layer.kernel.numpy() / np.sqrt(8), styles, demodulate=False
        )
        np.testing.assert_allclose(
            layer(x, styles), convolved + [0.1, 0.2, 0.3], atol=1e-5
        )

    def test_is_linear_in_the_styles(self):
        layer = modulation.ToRGB()
        x, styles = normal(1, 4, 4, 8), normal(1, 8, seed=1)
        np.testing.assert_allclose(
            layer(x, 3.0 * styles), 3.0 * layer(x, styles), atol=1e-5
        )


if __name__ == "__main__":
    absltest.main()
