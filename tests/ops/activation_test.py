import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.ops import activation
from tests.testing import conv_oracles


class ScaledLeakyReluTest(parameterized.TestCase):
    def test_equals_the_oracle(self):
        x = np.linspace(-3, 3, 25).astype(np.float32)
        np.testing.assert_allclose(
            activation.scaled_leaky_relu(x),
            conv_oracles.scaled_leaky_relu(x),
            rtol=1e-6,
        )

    def test_keeps_unit_second_moment_of_normal_inputs_roughly(self):
        x = tf.random.stateless_normal([10_000], seed=[1, 2])
        second_moment = tf.reduce_mean(activation.scaled_leaky_relu(x) ** 2)
        # E = 2 * (1 + 0.2^2) / 2.
        np.testing.assert_allclose(second_moment, 1.04, atol=0.05)

    @parameterized.parameters(tf.bfloat16, tf.float16, tf.float32)
    def test_keeps_the_dtype(self, dtype):
        y = activation.scaled_leaky_relu(tf.ones([2], dtype))
        self.assertEqual(y.dtype, dtype)


if __name__ == "__main__":
    absltest.main()
