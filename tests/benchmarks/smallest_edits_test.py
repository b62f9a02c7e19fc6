"""Tests of benchmarks.smallest_edits, where each step is known."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from benchmarks import smallest_edits
from stylex_tf.attributes import edit_space, style_ranges

_SIDE = 8


def _paint(rows):
    """Draws the first style as grey, and the second on one pixel alone."""
    grey = tf.tile(rows[:, :1, None, None], [1, _SIDE, _SIDE, 3])
    pixel = tf.one_hot(0, _SIDE * _SIDE) * rows[:, 1:2]
    return grey + tf.reshape(pixel, [-1, _SIDE, _SIDE, 1])


def _bright(images):
    """Says class 1 from a mean of 0.5 on."""
    mean = tf.reduce_mean(images, axis=[1, 2, 3])
    return tf.stack([tf.zeros_like(mean), mean - 0.5], axis=1)


def _find(starts, coordinates):
    space = edit_space.EditSpace(
        style_ranges.StyleRanges(minimum=[0.0, 0.0], maximum=[0.8, 0.8])
    )
    count = len(starts)
    return smallest_edits.find(
        _paint,
        _bright,
        space,
        np.array([[start, 0.0] for start in starts], np.float32),
        np.tile(coordinates, (count, 1)),
        np.ones([count, len(coordinates)], int),
        np.ones(count, int),
    )


class SmallestEditsTest(absltest.TestCase):
    def test_takes_the_first_step_that_turns(self):
        # From 0 to 0.8: 0.5 is passed at 0.8. From 0.45 at 0.2.
        edits = _find([0.0, 0.45], [0])
        np.testing.assert_allclose(edits.strengths, [0.8, 0.2])
        np.testing.assert_allclose(
            edits.pictures[:, 3, 3, 0], [0.64, 0.52], atol=1e-6
        )
        np.testing.assert_array_equal(edits.logits.argmax(axis=1), [1, 1])
        np.testing.assert_array_equal(edits.at_end, [True, True])

    def test_shows_the_end_of_the_range_where_nothing_turns(self):
        # One pixel is too little, however bright: shown is the end, 0.8.
        edits = _find([-1.2, 0.4], [1])
        np.testing.assert_array_equal(edits.strengths, [0, 0])
        np.testing.assert_array_equal(edits.turned, [False, False])
        np.testing.assert_allclose(
            edits.pictures[:, 0, 0, 0], [-0.4, 1.2], atol=1e-6
        )

    def test_a_step_beyond_the_end_is_no_flip_at_the_end(self):
        space = edit_space.EditSpace(
            style_ranges.StyleRanges(minimum=[0.0, 0.0], maximum=[0.4, 0.4])
        )
        edits = smallest_edits.find(
            _paint,
            _bright,
            space,
            np.zeros([1, 2], np.float32),
            np.zeros([1, 1], int),
            np.ones([1, 1], int),
            np.ones(1, int),
        )
        self.assertEqual(edits.strengths.tolist(), [1.5])
        self.assertEqual(edits.at_end.tolist(), [False])
        np.testing.assert_allclose(edits.pictures[0, 3, 3], 0.6, atol=1e-6)

    def test_measures_what_was_turned(self):
        starts = [0.0, 0.45, 0.0]
        edits = _find(starts, [0])
        # The third is made one that nothing turns.
        edits.strengths[2], edits.at_end[2] = 0.0, False
        before = np.stack(
            [
                np.full([_SIDE, _SIDE, 3], round((start + 1) * 127.5), np.uint8)
                for start in starts
            ]
        )
        measured = smallest_edits.figures(
            edits,
            before,
            np.ones(3, int),
            features=lambda images: [images],
            second=lambda images: -_bright(images),
            second_agrees=np.array([True, False, True]),
        )
        self.assertEqual((measured["n"], measured["turned"]), (3, 2))
        self.assertAlmostEqual(measured["flips"], 2 / 3)
        self.assertAlmostEqual(measured["flips_at_end"], 2 / 3)
        self.assertAlmostEqual(measured["strength"], 0.5)
        self.assertAlmostEqual(measured["l1"], (0.64 + 0.07) / 2, delta=0.01)
        # The second sees the opposite, and is asked of the first image alone.
        self.assertEqual((measured["second_n"], measured["second"]), (1, 0.0))
        only = smallest_edits.figures(
            edits,
            before,
            np.ones(3, int),
            features=lambda images: [images],
            second=_bright,
            second_agrees=np.ones(3, bool),
            rows=np.array([False, True, True]),
        )
        self.assertEqual((only["turned"], only["second"]), (1, 1.0))
        self.assertAlmostEqual(only["strength"], 0.2)

    def test_outside_is_what_falls_on_other_pixels(self):
        before = np.zeros([2, 4, 4, 3])
        after = before.copy()
        after[:, 0, 0] = 1.0
        after[:, 1:3, 2] = 0.25
        targets = np.array([0, 0])
        self.assertAlmostEqual(
            smallest_edits.outside(before, after, targets), 1 / 3
        )
        # Another class has pixels of its own.
        after[1] = 0.0
        after[1, 3, 3] = 0.1
        self.assertAlmostEqual(
            smallest_edits.outside(before, after, np.array([0, 1])), 1 / 6
        )


if __name__ == "__main__":
    absltest.main()
