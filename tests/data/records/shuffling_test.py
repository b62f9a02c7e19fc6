"""Tests of stylex_tf.data.records.shuffling."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.data.records import shuffling


def _epoch(size: int, seed: int, epoch: int) -> np.ndarray:
    first = tf.constant(epoch * size, tf.int64)
    positions = first + tf.range(size, dtype=tf.int64)
    return shuffling.shuffled(positions, size, seed).numpy()


class ShuffledTest(parameterized.TestCase):
    @parameterized.parameters(1, 2, 3, 7, 16, 100, 1001)
    def test_every_epoch_has_every_record_once(self, size):
        for epoch in (0, 1, 5):
            self.assertCountEqual(_epoch(size, 3, epoch), range(size))

    def test_is_a_function_of_seed_and_position(self):
        np.testing.assert_array_equal(_epoch(50, 3, 2), _epoch(50, 3, 2))

    def test_epochs_and_seeds_have_orders_of_their_own(self):
        orders = [
            _epoch(50, seed, epoch) for seed in (0, 1, 2) for epoch in (0, 1)
        ]
        self.assertLen({tuple(order) for order in orders}, 6)

    def test_positions_can_be_asked_in_any_company(self):
        both = tf.range(40, 60, dtype=tf.int64)  # The end of one, the next.
        expected = np.concatenate(
            [_epoch(50, 9, 0)[40:], _epoch(50, 9, 1)[:10]]
        )
        np.testing.assert_array_equal(shuffling.shuffled(both, 50, 9), expected)

    def test_places_are_used_evenly(self):
        tenths = np.zeros((10, 10))
        for epoch in range(100):
            order = _epoch(100, 0, epoch)
            np.add.at(tenths, (np.arange(100) // 10, order // 10), 1)
        # 100 expected in each; the deviation of a fair shuffle is 9.
        self.assertBetween(tenths.min(), 60, 100)
        self.assertBetween(tenths.max(), 100, 140)

    @parameterized.parameters(-1, 2**40)
    def test_takes_any_whole_number_as_a_seed(self, seed):
        self.assertCountEqual(_epoch(10, seed, 0), range(10))


if __name__ == "__main__":
    absltest.main()
