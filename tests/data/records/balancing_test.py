"""Tests of stylex_tf.data.records.balancing."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.data.records import balancing

_LABELS = np.array([2, 0, 0, 2, 0, 1, 0, 0, 2, 0])


def _order(start: int, end: int, labels=_LABELS, seed: int = 3) -> np.ndarray:
    positions = tf.range(start, end, dtype=tf.int64)
    return balancing.balanced(positions, labels, seed).numpy()


class BalancedTest(parameterized.TestCase):
    def test_every_row_has_each_class_once(self):
        rows = _LABELS[_order(0, 300)].reshape(100, 3)
        np.testing.assert_array_equal(np.sort(rows), [[0, 1, 2]] * 100)
        # In every order, and not only in one.
        self.assertLen(np.unique(rows, axis=0), 6)

    @parameterized.parameters((0, 6), (1, 1), (2, 3))
    def test_a_class_shows_all_its_records_before_one_returns(self, c, size):
        order = _order(0, 3 * 60)
        of_class = order[_LABELS[order] == c].reshape(-1, size)
        members = np.flatnonzero(_LABELS == c)
        for epoch in of_class:
            self.assertCountEqual(epoch, members)
        if size > 1:
            self.assertGreater(len(np.unique(of_class, axis=0)), 3)

    def test_is_a_function_of_seed_and_position(self):
        whole = _order(0, 100)
        np.testing.assert_array_equal(_order(41, 67), whole[41:67])
        self.assertFalse(np.array_equal(_order(0, 100, seed=4), whole))

    def test_classes_do_not_move_together(self):
        """Two classes of one size have orders of their own."""
        labels = np.arange(100) % 2
        order = _order(0, 1_000, labels)
        places = [order[labels[order] == c] // 2 for c in (0, 1)]
        # By chance 5 of 500.
        self.assertLess(np.sum(places[0] == places[1]), 25)

    def test_two_hundred_classes(self):
        labels = np.random.default_rng(0).permutation(np.arange(1_000) % 200)
        order = _order(0, 400, labels)
        np.testing.assert_array_equal(
            np.bincount(labels[order]), np.full(200, 2)
        )

    def test_refuses_a_class_without_records(self):
        with self.assertRaisesRegex(ValueError, "class 1 has no image"):
            _order(0, 3, np.array([0, 2, 2]))


if __name__ == "__main__":
    absltest.main()
