"""Tests of the lists of edits."""

import numpy as np
from absl.testing import absltest

from stylex_tf.attributes import selection
from stylex_tf.evaluation import edit_lists


def _attributes(*coordinates):
    return [
        selection.Attribute(coordinate, 1, 1.0, 0.0)
        for coordinate in coordinates
    ]


class EditListsTest(absltest.TestCase):
    def test_each_image_gets_the_list_of_its_class(self):
        lists = edit_lists.of_classes(
            {0: _attributes(7), 1: _attributes(3, 5), 2: _attributes(1, 2, 3)},
            np.array([1, 0, 1]),
        )
        # As wide as the longest list that is used.
        np.testing.assert_array_equal(
            lists.coordinates, [[3, 5], [7, -1], [3, 5]]
        )
        np.testing.assert_array_equal(
            lists.directions, [[1, 1], [1, 0], [1, 1]]
        )

    def test_a_list_ends_after_ten(self):
        lists = edit_lists.of_classes({0: _attributes(*range(14))}, np.zeros(2))
        self.assertEqual(lists.longest, 10)

    def test_a_class_without_a_list_has_no_edit(self):
        lists = edit_lists.of_classes({}, np.array([0, 4]))
        self.assertEqual(lists.longest, 0)
        self.assertEqual(lists.coordinates.shape, (2, 0))

    def test_cut_leaves_as_many_as_another_list_has(self):
        listed = edit_lists.of_classes(
            {0: _attributes(7), 1: _attributes(3, 5)}, np.array([0, 1])
        )
        longer = edit_lists.EditLists(
            np.array([[1, 2, 3], [4, 5, 6]]), np.ones((2, 3), int)
        )
        cut = longer.cut(listed)
        np.testing.assert_array_equal(cut.coordinates, [[1, -1], [4, 5]])
        np.testing.assert_array_equal(cut.directions, [[1, 0], [1, 1]])

    def test_cut_makes_no_edits_that_are_not_there(self):
        listed = edit_lists.of_classes({0: _attributes(7, 8)}, np.zeros(1))
        shorter = edit_lists.of_classes({0: _attributes(4)}, np.zeros(1))
        cut = shorter.cut(listed)
        np.testing.assert_array_equal(cut.coordinates, [[4, -1]])


if __name__ == "__main__":
    absltest.main()
