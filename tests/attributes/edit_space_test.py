"""Tests of the edits."""

import numpy as np
from absl.testing import absltest

from stylex_tf.attributes import edit_space, style_ranges


def _ranges():
    return style_ranges.StyleRanges(
        minimum=np.array([-1.0, -2.0]), maximum=np.array([3.0, 4.0])
    )


_STYLES = np.array([[1.0, 2.0, 5.0], [0.0, 0.0, 6.0]], np.float32)


class EditSpaceTest(absltest.TestCase):
    def test_shift_one_reaches_the_end_and_leaves_the_rest(self):
        edited = edit_space.EditSpace(_ranges()).apply(_STYLES, [1], [1])
        np.testing.assert_array_equal(edited, [[1, 4, 5], [0, 4, 6]])
        np.testing.assert_array_equal(_STYLES[0], [1, 2, 5])

    def test_shift_size_is_a_share_of_the_way(self):
        edited = edit_space.EditSpace(_ranges(), 0.5).apply(
            _STYLES, [0, 1], [0, 1]
        )
        np.testing.assert_allclose(edited, [[0, 3, 5], [-0.5, 2, 6]])

    def test_each_edit_may_be_made_in_part(self):
        space = edit_space.EditSpace(_ranges(), 0.5)
        edited = space.apply(
            _STYLES, [[0, 1], [0, 1]], [[0, 1], [1, 1]], [[1, 0], [2, 1]]
        )
        np.testing.assert_allclose(edited, [[0, 2, 5], [3, 2, 6]])
        np.testing.assert_array_equal(
            space.apply(_STYLES, [0], [1], 2.0),
            edit_space.EditSpace(_ranges()).apply(_STYLES, [0], [1]),
        )

    def test_refuses_a_shift_that_is_no_number(self):
        with self.assertRaisesRegex(ValueError, "shift_size is nan"):
            edit_space.EditSpace(_ranges(), float("nan"))

    def test_the_first_mention_of_a_coordinate_counts(self):
        edited = edit_space.EditSpace(_ranges()).apply(_STYLES, [0, 0], [1, 0])
        np.testing.assert_array_equal(edited[:, 0], [3, 3])

    def test_each_image_may_have_its_own_list(self):
        edited = edit_space.EditSpace(_ranges()).apply(
            _STYLES, [[0, -1], [0, 1]], [[0, 0], [1, 0]]
        )
        np.testing.assert_array_equal(edited, [[-1, 2, 5], [3, -2, 6]])

    def test_no_edits_change_nothing(self):
        edited = edit_space.EditSpace(_ranges()).apply(
            _STYLES, np.zeros(0, int), np.zeros(0, int)
        )
        np.testing.assert_array_equal(edited, _STYLES)

    def test_refuses_a_coordinate_that_is_not_searched(self):
        with self.assertRaisesRegex(ValueError, "coordinate 2 is not one"):
            edit_space.EditSpace(_ranges()).apply(_STYLES, [2], [0])
        with self.assertRaisesRegex(ValueError, "must both be"):
            edit_space.EditSpace(_ranges()).apply(_STYLES, [1], [0, 1])


if __name__ == "__main__":
    absltest.main()
