"""Tests of the edit carried onto the photograph."""

import numpy as np
import tensorflow as tf

from stylex_tf.ops import carried


def _random(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(-0.5, 0.5, shape).astype("f")


class CarryTest(tf.test.TestCase):
    def test_adds_the_difference_and_nothing_else(self):
        x, rebuilt = _random(2, 4, 4, 3), np.zeros((2, 4, 4, 3), np.float32)
        edited = rebuilt.copy()
        edited[0, 1, 2] = 0.25

        pictures = carried.carry(x, rebuilt, edited).numpy()

        expected = x.copy()
        expected[0, 1, 2] += 0.25
        np.testing.assert_array_equal(pictures, expected)

    def test_no_edit_leaves_the_photograph_bit_for_bit(self):
        x, rebuilt = _random(2, 8, 8, 3), _random(2, 4, 4, 3)

        self.assertAllEqual(carried.carry(x, rebuilt, rebuilt), x)

    def test_of_a_perfect_reconstruction_it_is_the_edited_picture(self):
        x = _random(2, 4, 4, 3)
        # Every pixel changes by more than three twentieths of the largest.
        edited = x - np.sign(x) * (0.1 + np.abs(x)) / 2

        self.assertAllClose(carried.carry(x, x, edited), edited, atol=1e-6)

    def test_faint_changes_are_dropped_along_a_straight_line(self):
        # Shares of the largest change, and how much of each is kept.
        shares = np.array([1.0, 0.15, 0.125, 0.1, 0.075, 0.05, 0.01, 0.0])
        kept = np.array([1.0, 1.0, 0.75, 0.5, 0.25, 0.0, 0.0, 0.0])
        x = np.zeros((2, 2, 4, 3), np.float32)
        change = np.float32(shares).reshape(2, 4, 1) * np.ones(3, np.float32)
        # The second edit is a tenth of the first: each has its own largest.
        edited = np.stack([0.8 * change, -0.08 * change])

        pictures = carried.carry(x, x, edited).numpy()

        expected = (shares * kept).reshape(2, 4)
        for channel in range(3):
            self.assertAllClose(pictures[0, ..., channel], 0.8 * expected)
            self.assertAllClose(pictures[1, ..., channel], -0.08 * expected)

    def test_a_pixel_is_kept_or_dropped_as_a_whole(self):
        """Red alone changes: the mean over the channels decides for all."""
        x = np.zeros((1, 1, 2, 3), np.float32)
        edited = np.float32([[[[0.9, 0.0, 0.0], [0.03, 0.03, -0.03]]]])

        pictures = carried.carry(x, x, edited).numpy()

        # 0.03 is a tenth of the first pixel's mean change: half is kept.
        self.assertAllClose(pictures[0, 0, 0], [0.9, 0.0, 0.0])
        self.assertAllClose(pictures[0, 0, 1], [0.015, 0.015, -0.015])

    def test_no_colour_goes_beyond_white_or_black(self):
        white, black = np.ones((1, 2, 2, 3)), -np.ones((1, 2, 2, 3))

        self.assertAllEqual(carried.carry(white, black, white), white)
        self.assertAllEqual(carried.carry(black, white, black), black)

    def test_a_larger_photograph_keeps_its_size_and_its_detail(self):
        x = _random(1, 12, 12, 3)
        rebuilt = np.zeros((1, 4, 4, 3), np.float32)
        # The same everywhere, so that enlarging it changes nothing.
        edited = rebuilt + np.float32(0.125)

        pictures = carried.carry(x, rebuilt, edited)

        self.assertEqual(pictures.shape, (1, 12, 12, 3))
        self.assertAllClose(pictures, x + 0.125, atol=1e-6)

    def test_works_in_a_graph_of_any_size(self):
        free = tf.TensorSpec([None, None, None, 3])
        compiled = tf.function(carried.carry, input_signature=[free] * 3)
        x, rebuilt, edited = _random(1, 6, 6, 3), _random(1, 3, 3, 3), None
        edited = rebuilt * 0.5

        self.assertAllClose(
            compiled(x, rebuilt, edited), carried.carry(x, rebuilt, edited)
        )


if __name__ == "__main__":
    tf.test.main()
