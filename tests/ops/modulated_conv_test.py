import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.ops import modulated_conv
from tests.testing import conv_oracles


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


class ModulatedConvTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.x = normal(3, 4, 5, 2)
        self.styles = 1.0 + normal(3, 2, seed=2)

    @parameterized.named_parameters(
        ("to_rgb", 1, False, False),
        ("conv", 3, True, False),
        ("upsampling_conv", 3, True, True),
        ("without_demodulation", 3, False, False),
        ("upsampling_without_demodulation", 3, False, True),
    )
    def test_equals_one_scaled_kernel_an_example(
        self, size, demodulate, upsample
    ):
        kernel = normal(size, size, 2, 4, seed=1)
        options = {"demodulate": demodulate, "upsample": upsample}
        np.testing.assert_allclose(
            modulated_conv.modulated_conv2d(
                self.x, kernel, self.styles, **options
            ),
            conv_oracles.modulated_conv2d(
                self.x, kernel, self.styles, **options
            ),
            atol=1e-4,
        )

    @parameterized.parameters(False, True)
    def test_gradient_of_the_styles_equals_finite_differences(self, upsample):
        kernel = normal(3, 3, 2, 4, seed=1)
        height, width = (8, 10) if upsample else (4, 5)
        weights = normal(3, height, width, 4, seed=4)
        styles = tf.constant(self.styles)
        with tf.GradientTape() as tape:
            tape.watch(styles)
            y = modulated_conv.modulated_conv2d(
                self.x, kernel, styles, upsample=upsample
            )
            loss = tf.reduce_sum(weights * y)

        def oracle(styles):
            y = conv_oracles.modulated_conv2d(
                self.x, kernel, styles, upsample=upsample
            )
            return np.sum(weights * y)

        expected = np.zeros_like(self.styles, np.float64)
        for index in np.ndindex(*self.styles.shape):
            step = np.zeros_like(expected)
            step[index] = 1e-4
            rise = oracle(self.styles + step) - oracle(self.styles - step)
            expected[index] = rise / 2e-4
        np.testing.assert_allclose(
            tape.gradient(loss, styles), expected, rtol=1e-3, atol=1e-3
        )

    def test_demodulation_undoes_the_scale_of_the_styles(self):
        kernel = normal(3, 3, 2, 4, seed=1)
        np.testing.assert_allclose(
            modulated_conv.modulated_conv2d(self.x, kernel, self.styles),
            modulated_conv.modulated_conv2d(self.x, kernel, 7 * self.styles),
            atol=1e-5,
        )

    def test_demodulation_keeps_unit_variance_whatever_the_styles(self):
        x, kernel = normal(4, 16, 16, 32), normal(3, 3, 32, 64, seed=1)
        styles = 5.0 + 3.0 * normal(4, 32, seed=2)
        y = modulated_conv.modulated_conv2d(x, kernel, styles)
        interior = y[:, 1:-1, 1:-1]
        np.testing.assert_allclose(tf.math.reduce_std(interior), 1.0, atol=0.05)

    def test_an_edit_of_one_example_leaves_the_others_alone(self):
        kernel = normal(3, 3, 2, 4, seed=1)
        edited = self.styles.copy()
        edited[1, 0] += 2.0
        before, after = (
            modulated_conv.modulated_conv2d(self.x, kernel, styles)
            for styles in (self.styles, edited)
        )
        np.testing.assert_array_equal(before[0], after[0])
        np.testing.assert_array_equal(before[2], after[2])
        self.assertGreater(np.abs(before[1] - after[1]).max(), 0.1)

    @parameterized.parameters(tf.float16, tf.bfloat16)
    def test_demodulates_in_float32(self, dtype):
        # The energy of a kernel of ones is 9 * 8 * 300^2 = 6.5 million, which
        # float16 (at most 65504) does not hold; the convolution, 21600, fits.
        y = modulated_conv.modulated_conv2d(
            tf.ones([1, 3, 3, 8], dtype),
            tf.ones([3, 3, 8, 1]),
            tf.fill([1, 8], 300.0),
        )
        self.assertEqual(y.dtype, dtype)
        np.testing.assert_allclose(float(y[0, 1, 1, 0]), 72.0**0.5, rtol=0.01)


if __name__ == "__main__":
    absltest.main()
