"""Tests of the style ranges."""

import numpy as np
from absl.testing import absltest

from stylex_tf.attributes import style_ranges


class StyleRangesTest(absltest.TestCase):
    def test_takes_the_searched_columns_only(self):
        styles = np.array([[1.0, -2.0, 9.0], [3.0, -4.0, 8.0]], np.float32)
        ranges = style_ranges.StyleRanges.from_styles(styles, searched=2)
        np.testing.assert_array_equal(ranges.ends(), [[1, -4], [3, -2]])
        self.assertEqual(ranges.size, 2)

    def test_equality_is_of_the_values(self):
        styles = np.eye(3, dtype=np.float32)
        first = style_ranges.StyleRanges.from_styles(styles, searched=3)
        again = style_ranges.StyleRanges.from_styles(styles, searched=3)
        other = style_ranges.StyleRanges.from_styles(2 * styles, searched=3)
        self.assertTrue(first.equals(again))
        self.assertFalse(first.equals(other))

    def test_refuses_what_cannot_be_searched(self):
        with self.assertRaisesRegex(ValueError, r"expected \[N, T\]"):
            style_ranges.StyleRanges.from_styles(np.zeros([0, 3]), searched=2)
        with self.assertRaisesRegex(ValueError, "cannot search 4 of 3"):
            style_ranges.StyleRanges.from_styles(np.zeros([1, 3]), searched=4)
        with self.assertRaisesRegex(ValueError, "not finite"):
            style_ranges.StyleRanges.from_styles(
                np.array([[np.nan]]), searched=1
            )
        with self.assertRaisesRegex(ValueError, "coordinate 1 is above"):
            style_ranges.StyleRanges(
                minimum=np.array([0.0, 2.0]), maximum=np.array([1.0, 1.0])
            )


if __name__ == "__main__":
    absltest.main()
