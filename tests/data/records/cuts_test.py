"""Tests of stylex_tf.data.records.cuts."""

import collections

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
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

    def test_folds_share_nothing_and_hold_everything(self):
        random = np.random.default_rng(0)
        groups = np.repeat(np.arange(90), random.integers(1, 4, 90))
        labels = random.integers(0, 2, 90)[groups].tolist()
        held = np.array(
            [
                [split == "test" for split in splits]
                for fold in range(3)
                for splits, _ in [
                    _draw(groups, labels, test_fraction=1 / 3, fold=fold)
                ]
            ]
        )
        self.assertLessEqual(held.sum(axis=0).max(), 1)
        self.assertGreater(held.any(axis=0).mean(), 0.97)
        for group in range(90):
            self.assertLen(set(map(tuple, held[:, groups == group].T)), 1)

    def test_a_fold_for_which_nothing_is_left(self):
        with self.assertRaisesRegex(errors.DataError, "data.fold is 2"):
            _draw(range(4), [0, 0, 1, 1], test_fraction=0.5, fold=2)

    @parameterized.parameters(([0, 1], [0, 1]), ([0, 0, 1, 1], [0, 0, 1, 1]))
    def test_classes_of_which_none_has_two_pictures(self, groups, labels):
        with self.assertRaisesRegex(
            errors.DataError, "2 different .* no class has two"
        ):
            _draw(groups, labels, test_fraction=0.5)

    def test_a_split_of_the_source_has_no_folds(self):
        with self.assertRaisesRegex(errors.DataError, "data.fold is 1"):
            cuts.draw(
                np.arange(4),
                [0, 0, 1, 1],
                ["train", "test"] * 2,
                cuts.Cutting(fold=1),
            )

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
