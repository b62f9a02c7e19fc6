"""Tests of the style ranges."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.attributes import style_ranges


class StyleRangesTest(parameterized.TestCase):
    def test_takes_the_searched_columns_only(self):
        styles = np.array([[1.0, -2.0, 9.0], [3.0, -4.0, 8.0]], np.float32)
        ranges = style_ranges.StyleRanges.from_styles(styles, searched=2)
        np.testing.assert_array_equal(ranges.ends(), [[1, -4], [3, -2]])
        self.assertEqual(ranges.size, 2)

    # For 0 to 100, in any order, the variance is (101^2 - 1) / 12 = 850.
    @parameterized.parameters(
        dict(kind="min_max", width=7.0, reach=50),
        dict(kind="percentile", width=0, reach=50),
        dict(kind="percentile", width=10, reach=40),
        dict(kind="percentile", width=2.5, reach=47.5),
        dict(kind="deviation", width=2, reach=2 * 850**0.5),
    )
    def test_kinds_have_their_closed_form(self, kind, width, reach):
        numbers = np.random.default_rng(0).permutation(101)
        styles = np.stack([numbers, 3 - 10 * numbers, -numbers], axis=1)
        ranges = style_ranges.StyleRanges.from_styles(
            styles, searched=2, kind=kind, width=width
        )
        np.testing.assert_allclose(
            ranges.ends(),
            [[50 - reach, -497 - 10 * reach], [50 + reach, -497 + 10 * reach]],
            rtol=1e-5,
            atol=1e-5,
        )

    @parameterized.parameters("min_max", "percentile", "deviation")
    def test_ends_are_finite_and_in_order(self, kind):
        # One image; one style for all; squares beyond float32.
        for styles in (
            np.full([1, 2], 3.3),
            np.full([9, 2], 0.1),
            1e30 * np.random.default_rng(0).normal(size=(50, 2)),
        ):
            ranges = style_ranges.StyleRanges.from_styles(
                styles, searched=2, kind=kind
            )
            self.assertTrue(np.all(np.isfinite(ranges.ends())))

    @parameterized.parameters(
        dict(kind="best", width=1.0, error="kind is 'best'.*min_max"),
        dict(kind="percentile", width=50, error="width is 50.*percentile"),
        dict(kind="percentile", width=-1, error="width is -1.*percentile"),
        dict(kind="percentile", width=np.nan, error="width is nan"),
        dict(kind="deviation", width=0, error="width is 0.*deviation"),
        dict(kind="deviation", width=np.inf, error="width is inf.*deviation"),
    )
    def test_refuses_a_kind_or_width(self, kind, width, error):
        with self.assertRaisesRegex(ValueError, error):
            style_ranges.StyleRanges.from_styles(
                np.eye(3), searched=2, kind=kind, width=width
            )

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
