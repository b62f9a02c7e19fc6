"""Tests of the baseline of random coordinates."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space, random_edits, style_ranges

# Class 0 lies low in coordinate 0 and high in coordinate 1, class 1 the other
# way; class 2 lies highest in both. The last style is not searched.
_STYLES = np.array(
    [[0, 5, 9], [1, 4, 9], [5, 0, 0], [4, 1, 0], [9, 9, 5]], np.float32
)
_PREDICTIONS = np.array([0, 0, 1, 1, 2])


def _draw(sources, targets, **options):
    defaults = {"searched": 2, "count": 2, "seed": 0}
    return random_edits.draw(
        _STYLES,
        _PREDICTIONS,
        sources=np.array(sources),
        targets=np.array(targets),
        **(defaults | options),
    )


class RandomEditsTest(parameterized.TestCase):
    @parameterized.parameters(
        (0, 1, [1, 0]), (1, 0, [0, 1]), (0, 2, [1, 1]), (2, 1, [0, 0])
    )
    def test_each_coordinate_turns_towards_the_targets_mean(
        self, source, target, expected
    ):
        coordinates, directions = _draw([source] * 9, [target] * 9)
        np.testing.assert_array_equal(np.sort(coordinates), [[0, 1]] * 9)
        np.testing.assert_array_equal(
            directions, np.array(expected)[coordinates]
        )

    def test_the_edits_bring_the_source_nearer_to_the_target(self):
        rng = np.random.default_rng(1)
        styles = rng.normal(size=(60, 12)).astype(np.float32)
        predictions = np.arange(60) % 2
        styles[predictions == 1] += 2.0 * rng.choice([-1, 1], 12)
        coordinates, directions = random_edits.draw(
            styles,
            predictions,
            sources=np.zeros(30, int),
            targets=np.ones(30, int),
            searched=10,
            count=4,
            seed=3,
        )
        space = edit_space.EditSpace(
            style_ranges.StyleRanges.from_styles(styles, searched=10), 0.2
        )
        before = styles[predictions == 0]
        after = space.apply(before, coordinates, directions)
        way = (styles[predictions == 1].mean(axis=0) - before.mean(axis=0))[:10]
        moved = (after - before)[:, :10]
        self.assertTrue(np.all(moved * way >= 0))
        self.assertEqual(np.count_nonzero(moved, axis=1).max(), 4)
        np.testing.assert_array_equal(after[:, 10:], before[:, 10:])

    def test_every_coordinate_is_drawn_as_often_and_none_twice(self):
        styles = np.random.default_rng(0).normal(size=(20, 8))
        coordinates, _ = random_edits.draw(
            styles,
            np.arange(20) % 2,
            sources=np.zeros(4000, int),
            targets=np.ones(4000, int),
            searched=8,
            count=3,
            seed=5,
        )
        self.assertTrue(np.all(np.diff(np.sort(coordinates)) > 0))
        drawn = np.bincount(coordinates.ravel(), minlength=8) / 4000
        # 3 of 8; four deviations.
        np.testing.assert_allclose(drawn, 3 / 8, atol=0.031)

    def test_the_seed_alone_decides(self):
        first, again = _draw([0] * 9, [1] * 9), _draw([0] * 9, [1] * 9)
        np.testing.assert_array_equal(first, again)
        other, _ = _draw([0] * 9, [1] * 9, seed=1)
        self.assertFalse(np.array_equal(first[0], other))

    def test_where_there_are_fewer_coordinates_the_rest_is_no_edit(self):
        coordinates, directions = _draw([0], [1], count=5)
        np.testing.assert_array_equal(coordinates[0, 2:], [-1] * 3)
        np.testing.assert_array_equal(directions[0, 2:], [0] * 3)

    def test_an_unseen_class_has_the_mean_of_all(self):
        # The mean of all is (3.8, 3.8), that of class 0 (0.5, 4.5).
        coordinates, directions = _draw([0], [7])
        np.testing.assert_array_equal(
            directions[0], np.array([1, 0])[coordinates[0]]
        )

    def test_refuses_what_does_not_fit(self):
        with self.assertRaisesRegex(ValueError, "the 4 searched"):
            _draw([0], [1], searched=4)
        with self.assertRaisesRegex(ValueError, r"\(2,\) sources for \(1,\)"):
            _draw([0, 1], [1])


if __name__ == "__main__":
    absltest.main()
