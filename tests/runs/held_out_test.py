"""Tests of stylex_tf.runs.held_out."""

import itertools

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.records import tfrecords
from stylex_tf.runs import held_out
from tests.testing import image_files


def _examples(pictures, groups) -> tfrecords.Examples:
    """Image i shows picture `pictures[i]` and is of group `groups[i]`."""
    return tfrecords.Examples(
        images=np.stack([image_files.noise(number) for number in pictures]),
        labels=np.array(pictures, np.int32) % 2,
        factors=np.zeros([len(pictures), 0], np.float32),
        ids=[f"image {place}" for place in range(len(pictures))],
        groups=np.array(groups, np.int64),
    )


def _sets(sets: held_out.HeldOut):
    return sets.searched, sets.tested, sets.unseen


class HeldOutTest(parameterized.TestCase):
    @parameterized.parameters(1, 4, 100)
    def test_sets_share_no_picture_and_no_group(self, searched):
        random = np.random.default_rng(0)
        pictures = random.integers(0, 60, 200)
        sets = held_out.HeldOut.of(
            _examples(pictures, pictures // 3), searched=searched, unseen=15
        )
        for first, second in itertools.combinations(_sets(sets), 2):
            self.assertEmpty(set(first.groups) & set(second.groups))
        for part in _sets(sets):
            self.assertNotEmpty(part.ids)
            shown = {image.tobytes() for image in part.images}
            self.assertLen(shown, len(part.ids))
        distinct = len(set(pictures.tolist()))
        self.assertLessEqual(
            len(sets.searched.ids), min(searched, distinct // 3)
        )

    def test_says_how_many_copies_are_left_out(self):
        with self.assertLogs(level="WARNING") as logged:
            held_out.HeldOut.of(
                _examples([0, 1, 2, 2, 2, 3], range(6)), searched=1, unseen=9
            )
        (line,) = logged.output
        self.assertIn("2 of 6 held-out images are copies of others", line)

    def test_says_nothing_where_no_image_is_a_copy(self):
        with self.assertNoLogs(level="WARNING"):
            held_out.HeldOut.of(
                _examples(range(9), range(9)), searched=1, unseen=9
            )

    def test_counts_are_those_asked_for_where_no_image_shares_content(self):
        sets = held_out.HeldOut.of(
            _examples(range(50), range(50)), searched=10, unseen=20
        )
        self.assertEqual([len(part.ids) for part in _sets(sets)], [10, 10, 20])

    def test_few_images_are_shared_out_in_thirds(self):
        sets = held_out.HeldOut.of(
            _examples(range(9), range(9)), searched=250, unseen=1000
        )
        self.assertEqual([len(part.ids) for part in _sets(sets)], [3, 3, 3])

    def test_three_groups_are_enough_however_unequal(self):
        for large in range(3):
            groups = [0] * 3 + [1] * 3 + [2] * 3 + [large] * 30
            sets = held_out.HeldOut.of(
                _examples(range(39), groups), searched=30, unseen=30
            )
            for part in _sets(sets):
                self.assertNotEmpty(part.ids)
                self.assertLen(set(part.groups), 1)

    def test_everything_known_of_an_image_goes_along(self):
        sets = held_out.HeldOut.of(
            _examples(range(12), range(12)), searched=4, unseen=4
        )
        for part in _sets(sets):
            for place, name in enumerate(part.ids):
                number = int(name.split()[1])
                np.testing.assert_array_equal(
                    part.images[place], image_files.noise(number)
                )
                self.assertEqual(part.labels[place], number % 2)
                self.assertEqual(part.groups[place], number)

    @parameterized.parameters(
        ([0, 1], [0, 1]),
        ([0, 0, 0, 0], [0, 0, 0, 0]),
        ([0, 1, 2, 3], [0, 0, 1, 1]),
    )
    def test_refuses_what_cannot_be_cut_into_three(self, pictures, groups):
        with self.assertRaisesRegex(
            errors.DataError, "expected at least 3 groups.*test_fraction"
        ):
            held_out.HeldOut.of(
                _examples(pictures, groups), searched=250, unseen=1000
            )


if __name__ == "__main__":
    absltest.main()
