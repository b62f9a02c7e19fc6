"""Tests of stylex_tf.data.records.content_groups."""

from absl.testing import absltest

from stylex_tf.data.records import content_groups, fingerprints
from tests.testing import image_files


def _find(numbers, names=None, alike=True):
    return content_groups.find(
        [
            fingerprints.fingerprint(image_files.noise(number))
            for number in numbers
        ],
        names or [""] * len(numbers),
        alike=alike,
    )


class ContentGroupsTest(absltest.TestCase):
    def test_the_same_picture_is_one_group(self):
        groups = _find([5, 6, 5, 7, 6])
        self.assertEqual(groups.ids.tolist(), [0, 1, 0, 2, 1])
        self.assertEqual(groups.pictures.tolist(), [0, 1, 0, 2, 1])
        self.assertEqual(groups.near_copies, 0)

    def test_the_same_name_is_one_group(self):
        groups = _find([1, 2, 3, 4], ["a", "", "a", ""])
        self.assertEqual(groups.ids.tolist(), [0, 1, 0, 2])
        self.assertEqual(groups.pictures.tolist(), [0, 1, 2, 3])

    def test_groups_that_share_an_image_are_one(self):
        # 0 and 2 are of one patient; 2 and 3 are one picture; 3 and 5 are of
        # another patient.
        groups = _find([1, 2, 3, 3, 4, 5], ["a", "", "a", "b", "", "b"])
        self.assertEqual(groups.ids.tolist(), [0, 1, 0, 0, 2, 0])

    def test_of_nothing(self):
        self.assertEmpty(_find([]).ids)


if __name__ == "__main__":
    absltest.main()
