"""Tests of stylex_tf.data.records.cuts."""

import collections

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.data.records import cuts


def _draw(groups, labels, **cutting):
    splits = cuts.draw(
        np.asarray(groups, np.int64),
        labels,
        [None] * len(labels),
        cuts.Cutting(**cutting),
    )
    counts = collections.Counter(zip(splits, labels, strict=True))
    return splits, counts


class DrawTest(parameterized.TestCase):
    def test_single_images_are_shared_out_exactly(self):
        labels = [0] * 50 + [1] * 30
        _, counts = _draw(range(80), labels, test_fraction=0.3)
        self.assertEqual(counts["test", 0], 15)
        self.assertEqual(counts["test", 1], 9)

    @parameterized.parameters(0.01, 0.99)
    def test_even_a_tiny_class_is_on_both_sides(self, fraction):
        _, counts = _draw(range(4), [0, 0, 1, 1], test_fraction=fraction)
        self.assertEqual(set(counts.values()), {1})
        self.assertLen(counts, 4)

    @parameterized.product(seed=(0, 1, 2, 3), fraction=(0.1, 0.3))
    def test_shares_are_about_right_for_groups_of_any_size(
        self, seed, fraction
    ):
        random = np.random.default_rng(seed)
        groups = np.repeat(np.arange(200), random.integers(1, 9, 200))
        labels = random.integers(0, 3, 200)[groups].tolist()
        splits, counts = _draw(
            groups, labels, seed=seed, test_fraction=fraction
        )
        for label in range(3):
            share = counts["test", label] / labels.count(label)
            self.assertAlmostEqual(share, fraction, delta=0.03)
        sides = {
            (group, split)
            for group, split in zip(groups.tolist(), splits, strict=True)
        }
        self.assertLen(sides, 200)

    def test_groups_larger_than_what_is_wanted(self):
        # Two patients a class, ten images each; one image a class is wanted.
        groups = np.repeat(np.arange(4), 10)
        _, counts = _draw(groups, [0] * 20 + [1] * 20, test_fraction=0.05)
        self.assertEqual(counts["test", 0], 10)
        self.assertEqual(counts["test", 1], 10)

    def test_a_class_of_one_group_trains(self):
        splits, counts = _draw([0] * 5 + [1, 2, 3, 4], [0] * 5 + [1] * 4)
        self.assertEqual(counts["train", 0], 5)
        self.assertIn("test", splits)

    def test_the_seed_decides(self):
        draws = [_draw(range(40), [0] * 40, seed=s)[0] for s in (0, 0, 1)]
        self.assertEqual(draws[0], draws[1])
        self.assertNotEqual(draws[0], draws[2])

    def test_the_split_of_the_source_stays_but_for_what_it_shares(self):
        splits = cuts.draw(
            np.array([0, 1, 2, 1, 3]),
            [0] * 5,
            ["train", "train", "test", "test", "test"],
            cuts.Cutting(),
        )
        self.assertEqual(splits, ["train", "train", "test", None, "test"])


if __name__ == "__main__":
    absltest.main()
