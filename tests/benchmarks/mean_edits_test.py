"""Tests of benchmarks.mean_edits."""

import numpy as np
from absl.testing import absltest

from benchmarks import mean_edits


class RowTest(absltest.TestCase):
    def test_means_and_their_difference(self):
        before = np.full([2, 2, 2, 3], -1.0, np.float32)
        before[1] = 0.0
        after = before.copy()
        # One pixel of one of two pictures brightens by 0.2.
        after[0, 0, 0] += 0.2
        first, second, difference = mean_edits.row(before, after)
        # -0.5 of [-1, 1] is 64 of 255, -0.4 is 76 or 77; 4 * 0.1 is 178.5.
        np.testing.assert_array_equal(first, np.full([2, 2, 3], 64))
        self.assertBetween(second[0, 0, 0], 76, 77)
        np.testing.assert_array_equal(second[1], first[1])
        self.assertBetween(difference[0, 0, 0], 178, 179)
        # What does not change is grey.
        self.assertBetween(difference[1, 1, 1], 127, 128)


if __name__ == "__main__":
    absltest.main()
