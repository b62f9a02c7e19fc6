"""Tests of stylex_tf.ops.seeded_draws, against TensorFlow's own draws."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.ops import seeded_draws

_SHAPES = ((), (1,), (3,), (8, 32), (5, 7, 3))


def _ways(draw, shape):
    """Draws at once, in a graph, compiled by XLA, and with an unknown shape."""

    def of_constant(seed):
        return draw(list(shape), seed)

    def of_tensor(seed, shape):
        return draw(shape, seed)

    seed = tf.constant([3, -7])
    yield "at once", of_constant(seed)
    for compiled in (False, True):
        drawn = tf.function(of_constant, jit_compile=compiled)(seed)
        yield f"as a graph, compiled {compiled}", drawn
    signature = [tf.TensorSpec([2], tf.int32), tf.TensorSpec([None], tf.int32)]
    graph = tf.function(of_tensor, input_signature=signature)
    yield "an unknown shape", graph(seed, tf.constant(shape, tf.int32))


class SeededDrawsTest(parameterized.TestCase):
    @parameterized.parameters(*((shape,) for shape in _SHAPES))
    def test_uniform_is_tensorflows_to_the_bit(self, shape):
        expected = tf.random.stateless_uniform(shape, [3, -7])

        for way, drawn in _ways(seeded_draws.uniform, shape):
            self.assertEqual(drawn.shape, shape)
            np.testing.assert_array_equal(drawn, expected, err_msg=way)

    @parameterized.parameters(*((shape,) for shape in _SHAPES))
    def test_normal_is_tensorflows_to_rounding(self, shape):
        expected = tf.random.stateless_normal(shape, [3, -7])

        for way, drawn in _ways(seeded_draws.normal, shape):
            self.assertEqual(drawn.shape, shape)
            np.testing.assert_allclose(
                drawn, expected, rtol=0, atol=5e-6, err_msg=way
            )

    def test_folds_in_as_tensorflow_does(self):
        seed = tf.constant([3, -7])
        expected = tf.random.fold_in(seed, 5)

        for compiled in (False, True):
            folded = tf.function(
                lambda seed: seeded_draws.fold_in(seed, 5), jit_compile=compiled
            )(seed)
            np.testing.assert_array_equal(folded, expected)

    def test_normal_has_the_moments_of_a_normal(self):
        drawn = seeded_draws.normal([200_000], tf.constant([0, 1])).numpy()

        moments = [np.mean(drawn**power) for power in (1, 2, 3, 4)]
        np.testing.assert_allclose(moments, [0, 1, 0, 3], atol=0.05)


if __name__ == "__main__":
    absltest.main()
