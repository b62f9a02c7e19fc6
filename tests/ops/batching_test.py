"""Tests of batched application."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.ops import batching


class BatchingTest(parameterized.TestCase):
    @parameterized.parameters(1, 3, 7, 100)
    def test_is_the_function_applied_at_once(self, batch_size):
        first = np.arange(14.0).reshape(7, 2)
        second = np.arange(7.0)
        answer = batching.apply(
            lambda a, b: a * b[:, None], first, second, batch_size=batch_size
        )
        np.testing.assert_array_equal(answer, first * second[:, None])

    @parameterized.parameters(1, 3, 7, 100)
    def test_joins_the_answers_of_a_function_that_gives_several(self, size):
        rows = np.arange(14.0).reshape(7, 2)
        answer = batching.apply(
            lambda x: {"sum": tf.reduce_sum(x, axis=1), "pair": (x, -x)},
            rows,
            batch_size=size,
        )
        np.testing.assert_array_equal(answer["sum"], rows.sum(axis=1))
        np.testing.assert_array_equal(answer["pair"][0], rows)
        np.testing.assert_array_equal(answer["pair"][1], -rows)

    def test_every_batch_has_one_shape(self):
        shapes = []

        @tf.function
        def function(rows):
            shapes.append(tuple(rows.shape))
            return rows + 1

        batching.apply(function, np.zeros([7, 2]), batch_size=3)
        self.assertEqual(shapes, [(3, 2)])

    def test_refuses_no_rows_and_rows_that_do_not_fit(self):
        for arrays in ((np.zeros(0),), (np.zeros(2), np.zeros(3))):
            with self.assertRaisesRegex(ValueError, "same number of rows"):
                batching.apply(lambda *x: x[0], *arrays, batch_size=2)


if __name__ == "__main__":
    absltest.main()
