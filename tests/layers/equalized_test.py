import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.layers import equalized
from tests.testing import conv_oracles


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


class EqualizedDenseTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    @parameterized.parameters(1.0, 0.01)
    def test_scales_its_weights_on_use(self, lr_multiplier):
        layer = equalized.EqualizedDense(3, lr_multiplier=lr_multiplier)
        x = normal(2, 16)
        layer(x)
        layer.bias.assign([1.0, 2.0, 3.0])

        scaled = layer.kernel.numpy() * lr_multiplier / np.sqrt(16)
        np.testing.assert_allclose(
            layer(x),
            x @ scaled + np.array([1.0, 2.0, 3.0]) * lr_multiplier,
            rtol=1e-4,
            atol=1e-6,
        )

    @parameterized.parameters(1.0, 0.01)
    def test_starts_with_unit_variance(self, lr_multiplier):
        layer = equalized.EqualizedDense(256, lr_multiplier=lr_multiplier)
        y = layer(normal(64, 256))
        np.testing.assert_allclose(np.std(y), 1.0, atol=0.05)

    @parameterized.parameters(1.0, 0.01)
    def test_starts_with_the_bias_asked_for(self, lr_multiplier):
        layer = equalized.EqualizedDense(
            3, lr_multiplier=lr_multiplier, bias_init=1.0
        )
        np.testing.assert_allclose(layer(np.zeros([1, 2])), np.ones([1, 3]))

    def test_learns_slower_by_the_multiplier(self):
        # Adam moves every weight by its learning rate, whatever the gradient.
        # Seen from outside, a step is as much smaller as the multiplier says.
        moves = []
        for lr_multiplier in (1.0, 0.01):
            layer = equalized.EqualizedDense(1, lr_multiplier=lr_multiplier)
            x = tf.ones([1, 4])
            before = layer(x)
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(layer(x))
            gradients = tape.gradient(loss, layer.trainable_variables)
            for gradient, weight in zip(
                gradients, layer.trainable_variables, strict=True
            ):
                weight.assign_sub(0.1 * tf.sign(gradient))
            moves.append(float((before - layer(x))[0, 0]))
        np.testing.assert_allclose(moves[1], 0.01 * moves[0], rtol=1e-2)


class EqualizedConv2DTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    @parameterized.product(size=(1, 3), downsample=(False, True))
    def test_equals_the_oracle(self, size, downsample):
        layer = equalized.EqualizedConv2D(4, size, downsample=downsample)
        x = normal(2, 6, 8, 3)
        layer(x)
        layer.bias.assign([1.0, 2.0, 3.0, 4.0])

        kernel = layer.kernel.numpy() / np.sqrt(3 * size**2)
        if downsample:
            expected = conv_oracles.conv2d_downsample(x, kernel)
        else:
            pad = (size // 2, size // 2)
            expected = conv_oracles.conv2d(x, kernel, pad=pad)
        np.testing.assert_allclose(
            layer(x), expected + [1.0, 2.0, 3.0, 4.0], atol=1e-5
        )

    def test_needs_no_bias(self):
        layer = equalized.EqualizedConv2D(4, 3, use_bias=False)
        self.assertFalse(np.any(layer(np.zeros([1, 4, 4, 3]))))
        self.assertLen(layer.weights, 1)

    def test_starts_with_unit_variance(self):
        layer = equalized.EqualizedConv2D(64, 3)
        y = layer(normal(4, 16, 16, 32))[:, 1:-1, 1:-1]
        np.testing.assert_allclose(np.std(y), 1.0, atol=0.05)


if __name__ == "__main__":
    absltest.main()
