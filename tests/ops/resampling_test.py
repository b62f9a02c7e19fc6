import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.ops import resampling
from tests.testing import conv_oracles


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


class ResamplingTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("down", resampling.downsample2d, conv_oracles.downsample2d),
        ("up", resampling.upsample2d, conv_oracles.upsample2d),
    )
    def test_equals_zeros_and_filter(self, fast, slow):
        x = normal(2, 4, 6, 3)
        np.testing.assert_allclose(fast(x), slow(x), atol=1e-5)

    @parameterized.named_parameters(
        ("down_3x3", "conv2d_downsample", 3),
        ("down_1x1", "conv2d_downsample", 1),
        ("up_3x3", "conv2d_upsample", 3),
    )
    def test_convolution_equals_zeros_filter_and_loops(self, name, size):
        x, kernel = normal(2, 4, 6, 3), normal(size, size, 3, 5, seed=1)
        np.testing.assert_allclose(
            getattr(resampling, name)(x, kernel),
            getattr(conv_oracles, name)(x, kernel),
            atol=1e-4,
        )

    def test_upsampling_is_bilinear_away_from_the_border(self):
        x = normal(1, 6, 6, 2)
        bilinear = tf.image.resize(x, [12, 12], "bilinear")
        np.testing.assert_allclose(
            resampling.upsample2d(x)[:, 1:-1, 1:-1],
            bilinear[:, 1:-1, 1:-1],
            atol=1e-5,
        )

    def test_convolves_the_upsampled_image_away_from_the_border(self):
        x, kernel = normal(1, 6, 6, 2), normal(3, 3, 2, 4, seed=1)
        upsampled = tf.nn.conv2d(resampling.upsample2d(x), kernel, 1, "SAME")
        np.testing.assert_allclose(
            resampling.conv2d_upsample(x, kernel)[:, 2:-2, 2:-2],
            upsampled[:, 2:-2, 2:-2],
            atol=1e-4,
        )

    def test_downsampling_is_the_adjoint_of_upsampling(self):
        x, y = normal(1, 4, 4, 2), normal(1, 8, 8, 2, seed=1)
        np.testing.assert_allclose(
            np.sum(resampling.upsample2d(x) * y),
            4.0 * np.sum(x * resampling.downsample2d(y)),
            atol=1e-4,
        )

    def test_a_1x1_kernel_commutes_with_downsampling(self):
        x, kernel = normal(1, 8, 8, 2), normal(1, 1, 2, 3, seed=1)
        np.testing.assert_allclose(
            resampling.conv2d_downsample(x, kernel),
            tf.nn.conv2d(resampling.downsample2d(x), kernel, 1, "SAME"),
            atol=1e-5,
        )

    @parameterized.product(
        name=("conv2d_downsample", "conv2d_upsample"),
        dtype=(tf.bfloat16, tf.float16),
    )
    def test_stays_near_float32_in_half_precision(self, name, dtype):
        x, kernel = normal(1, 8, 8, 4), normal(3, 3, 4, 4, seed=1) / 6.0
        op = getattr(resampling, name)
        y = op(tf.cast(x, dtype), tf.cast(kernel, dtype))
        self.assertEqual(y.dtype, dtype)
        np.testing.assert_allclose(
            tf.cast(y, tf.float32), op(x, kernel), atol=0.05
        )

    def test_serves_batches_of_any_size(self):
        kernel = normal(3, 3, 2, 2, seed=1)

        @tf.function(input_signature=[tf.TensorSpec([None, 4, 4, 2])])
        def up_and_down(x):
            y = resampling.conv2d_upsample(x, kernel)
            return resampling.conv2d_downsample(y, kernel)

        self.assertEqual(up_and_down(normal(3, 4, 4, 2)).shape, [3, 4, 4, 2])


if __name__ == "__main__":
    absltest.main()
