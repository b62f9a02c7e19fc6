import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.losses import reconstruction


class L1Test(parameterized.TestCase):
    @parameterized.parameters(((3, 7),), ((3, 4, 4, 3),))
    def test_is_the_mean_difference_of_each_example(self, shape):
        random = np.random.default_rng(0)
        first, second = random.normal(size=(2, *shape))
        expected = np.abs(first - second).reshape([3, -1]).mean(axis=1)
        np.testing.assert_allclose(
            reconstruction.l1(first, second), expected, rtol=1e-5
        )

    def test_black_and_white_are_two_apart(self):
        black = -tf.ones([2, 4, 4, 3])
        np.testing.assert_array_equal(
            reconstruction.l1(black, -black), [2.0, 2.0]
        )

    def test_sums_half_precision_in_float32(self):
        # 3e5 values of 1 overflow a sum in float16.
        image = tf.ones([1, 320, 320, 3], tf.float16)
        distance = reconstruction.l1(image, tf.zeros_like(image))
        self.assertEqual(distance.dtype, tf.float32)
        np.testing.assert_allclose(distance, [1.0], rtol=1e-5)


if __name__ == "__main__":
    absltest.main()
