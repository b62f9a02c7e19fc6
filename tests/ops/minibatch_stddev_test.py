import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.ops import minibatch_stddev
from tests.testing import conv_oracles


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(3).normal(size=shape).astype(np.float32)


class MinibatchStddevTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("two_groups", 8, 4),
        ("one_group", 4, 4),
        ("pairs", 6, 2),
        ("a_batch_smaller_than_the_group", 3, 4),
        ("a_batch_of_one", 1, 4),
    )
    def test_equals_the_oracle(self, n, group_size):
        x = normal(n, 2, 3, 5)
        y = minibatch_stddev.minibatch_stddev(x, group_size=group_size)

        np.testing.assert_array_equal(y[..., :5], x)
        expected = conv_oracles.minibatch_stddev(x, group_size)
        np.testing.assert_allclose(
            y[..., 5],
            np.broadcast_to(expected[:, None, None], [n, 2, 3]),
            atol=1e-3,  # sqrt(1e-8), where a group is one example.
        )

    def test_serves_batches_of_any_size(self):
        @tf.function(input_signature=[tf.TensorSpec([None, 2, 2, 3])])
        def appended(x):
            return minibatch_stddev.minibatch_stddev(x)

        for n in (1, 4, 8):
            x = normal(n, 2, 2, 3)
            np.testing.assert_allclose(
                appended(x), minibatch_stddev.minibatch_stddev(x)
            )

    def test_has_a_gradient_where_all_examples_are_equal(self):
        x = tf.ones([4, 2, 2, 1])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = minibatch_stddev.minibatch_stddev(x)[..., -1]
        np.testing.assert_array_equal(tape.gradient(y, x), tf.zeros_like(x))

    def test_sums_in_float32(self):
        # The squares of 300 overflow float16.
        x = tf.constant([-300.0, 300.0], tf.float16)[:, None, None, None]
        y = minibatch_stddev.minibatch_stddev(x)
        self.assertEqual(y.dtype, tf.float16)
        np.testing.assert_allclose(y[..., 1], tf.fill([2, 1, 1], 300.0))

    def test_refuses_a_batch_that_has_no_whole_groups(self):
        with self.assertRaisesRegex(ValueError, "batch has 6.*group size, 4"):
            minibatch_stddev.minibatch_stddev(tf.zeros([6, 1, 1, 1]))


if __name__ == "__main__":
    absltest.main()
