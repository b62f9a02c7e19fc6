"""Tests of the two ways to pick edits one by one."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.attributes import greedy
from tests.testing import selection_oracles


def _random(seed, images=11, size=7):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(images, 2 * size)) * 0.4


def _as_dicts(towards):
    """What the oracles read: {image: {(coordinate, direction): effect}}."""
    size = towards.shape[1] // 2
    return {
        image: {(c % size, c // size): x for c, x in enumerate(row)}
        for image, row in enumerate(towards.tolist())
    }


def _edits(columns, towards):
    size = towards.shape[1] // 2
    return [(column % size, column // size) for column in columns]


def _paper(towards, top_k=9, threshold=0.3, minimum_effect=0.0):
    return greedy.paper(
        np.asarray(towards, float),
        top_k,
        threshold=threshold,
        minimum_effect=minimum_effect,
    )


def _notebook(towards, top_k=9, cap=1.0, refill=False, minimum_effect=0.0):
    return greedy.notebook(
        np.asarray(towards, float),
        top_k,
        cap=cap,
        refill=refill,
        minimum_effect=minimum_effect,
    )


class NotebookTest(parameterized.TestCase):
    @parameterized.product(
        seed=[0, 1, 2],
        cap=[0.3, 1.0, 100.0],
        refill=[False, True],
        minimum_effect=[0.0, 0.15],
        size=[1, 7],
    )
    def test_is_its_slow_twin(self, seed, cap, refill, minimum_effect, size):
        towards = _random(seed, size=size)
        columns = _notebook(towards, 20, cap, refill, minimum_effect)
        self.assertEqual(
            _edits(columns, towards),
            selection_oracles.greedy(
                _as_dicts(towards), 20, cap, refill, minimum_effect
            ),
        )

    def test_refill_lists_every_edit_that_helps_anywhere_once(self):
        towards = _random(3)
        columns = _notebook(towards, 99, cap=0.2, refill=True)
        self.assertCountEqual(
            columns, np.flatnonzero((towards > 0).any(axis=0))
        )

    def test_all_explained_ends_the_list_without_refill(self):
        self.assertEqual(_notebook([[3.0, 2.0], [3.0, 2.0]]), [0])
        self.assertEqual(
            _notebook([[3.0, 2.0], [3.0, 2.0]], refill=True), [0, 1]
        )

    def test_harm_is_not_subtracted_from_the_account(self):
        # Edit 1 harms image 0, which stays explained by edit 0.
        towards = [[2.0, -5.0, 0.0, 0.1], [0.0, 1.5, 0.0, 0.0]]
        self.assertEqual(_notebook(towards), [0, 1])

    def test_no_images_and_no_effect_are_empty_lists(self):
        for towards in (np.zeros([0, 4]), np.zeros([3, 4]), -np.ones([3, 4])):
            for refill in (False, True):
                self.assertEmpty(_notebook(towards, refill=refill))

    def test_does_not_write_into_its_argument(self):
        towards = _random(0)
        before = towards.copy()
        _notebook(towards)
        _paper(towards)
        np.testing.assert_array_equal(towards, before)


class PaperTest(parameterized.TestCase):
    @parameterized.product(
        seed=[0, 1, 2, 3],
        threshold=[0.05, 0.3, 5.0],
        minimum_effect=[0.0, 0.1],
        size=[1, 7],
    )
    def test_is_its_slow_twin(self, seed, threshold, minimum_effect, size):
        towards = _random(seed, size=size)
        columns = _paper(towards, 20, threshold, minimum_effect)
        self.assertEqual(
            _edits(columns, towards),
            selection_oracles.algorithm_1(
                _as_dicts(towards), 20, threshold, minimum_effect
            ),
        )

    @parameterized.parameters(*range(5))
    def test_no_coordinate_is_inconsistent_or_taken_twice(self, seed):
        towards = _random(seed)
        size = towards.shape[1] // 2
        columns = _paper(towards, 99, threshold=0.5)
        coordinates = [column % size for column in columns]
        self.assertLen(set(coordinates), len(coordinates))
        mean = towards.mean(axis=0)
        for coordinate in coordinates:
            self.assertLessEqual(
                min(mean[coordinate], mean[coordinate + size]), 0.0
            )

    def test_drops_the_coordinate_that_raises_both_ways(self):
        # Coordinate 0 is the strongest and raises in both directions.
        self.assertEqual(_paper([[0.9, 0.2, 0.8, -0.2]]), [1])

    def test_rounding_in_the_other_direction_is_not_inconsistent(self):
        self.assertEmpty(_paper([[0.5, 1e-9]]))
        self.assertEqual(_paper([[0.5, 1e-9]], minimum_effect=1e-6), [0])

    def test_consistency_is_of_the_mean_not_of_one_image(self):
        # On image 0 both directions of the one coordinate raise.
        self.assertEqual(_paper([[0.5, 0.1], [0.4, -0.3]]), [0])

    def test_an_explained_image_leaves_and_its_effects_no_longer_count(self):
        # Edit 0 explains image 0; edit 1 is large there only, edit 2 helps
        # image 1.
        towards = [[0.9, 0.8, 0.0, 0, 0, 0], [0.0, 0.0, 0.2, 0, 0, 0]]
        self.assertEqual(_paper(towards, 2), [0, 2])

    def test_effects_do_not_add_up_to_explain(self):
        # Twice 0.2 is not one edit above 0.3: the third is still looked for.
        self.assertEqual(_paper([[0.2, 0.19, 0.18, 0, 0, 0]]), [0, 1, 2])

    def test_exactly_the_threshold_does_not_explain(self):
        self.assertEqual(_paper([[0.5, 0.25, 0, 0]], threshold=0.5), [0, 1])
        self.assertEqual(_paper([[0.5, 0.25, 0, 0]], threshold=0.4), [0])

    def test_harm_counts_in_the_mean(self):
        # Edit 0: mean -0.1. The notebook would take it first.
        towards = [[0.9, 0.1, 0, 0], [-1.1, 0.1, 0, 0]]
        self.assertEqual(_paper(towards), [1])
        self.assertEqual(_notebook(towards)[0], 0)

    def test_no_images_and_no_effect_are_empty_lists(self):
        for towards in (np.zeros([0, 4]), np.zeros([3, 4]), -np.ones([3, 4])):
            self.assertEmpty(_paper(towards))


if __name__ == "__main__":
    absltest.main()
