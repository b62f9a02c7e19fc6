import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.losses import classification


def softmax(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


class KlDivergenceTest(parameterized.TestCase):
    @parameterized.parameters(2, 5)
    def test_equals_numpy(self, classes):
        random = np.random.default_rng(0)
        logits, other = random.normal(size=(2, 4, classes)) * 3.0
        p, q = softmax(logits), softmax(other)
        np.testing.assert_allclose(
            classification.kl_divergence(logits, other),
            np.sum(p * np.log(p / q), axis=-1),
            rtol=1e-4,
        )

    def test_one_bit_too_many_costs_log_2(self):
        certain, undecided = tf.constant([[50.0, 0.0]]), tf.zeros([1, 2])
        np.testing.assert_allclose(
            classification.kl_divergence(certain, undecided),
            [np.log(2)],
            rtol=1e-6,
        )

    def test_is_zero_for_the_same_probabilities(self):
        logits = tf.constant([[1.0, -2.0, 3.0]])
        np.testing.assert_allclose(
            classification.kl_divergence(logits, logits + 5.0), [0.0], atol=1e-6
        )

    def test_stays_finite_where_a_probability_underflows(self):
        first, second = tf.constant([[200.0, 0.0]]), tf.constant([[0.0, 200.0]])
        np.testing.assert_allclose(
            classification.kl_divergence(first, second), [200.0], rtol=1e-6
        )

    @parameterized.parameters(tf.float16, tf.bfloat16)
    def test_computes_in_float32(self, dtype):
        logits = tf.constant([[4.0, 0.0]], dtype)
        kl = classification.kl_divergence(logits, tf.zeros([1, 2], dtype))
        self.assertEqual(kl.dtype, tf.float32)
        p = softmax(np.array([4.0, 0.0]))
        np.testing.assert_allclose(kl, [np.sum(p * np.log(2 * p))], rtol=1e-5)


if __name__ == "__main__":
    absltest.main()
