"""Tests of the significance tests."""

import itertools
import json

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.evaluation import significance


class AttributePValuesTest(parameterized.TestCase):
    def test_equals_all_sign_flips(self):
        changes = np.random.default_rng(0).normal(0.3, 1.0, (3, 9))
        above = changes - 0.1
        signs = np.array(list(itertools.product([-1, 1], repeat=9)))
        exact = np.mean(signs @ above.T >= above.sum(axis=1) - 1e-9, axis=0)
        found = significance.attribute_p_values(changes, 0.1)
        # Four deviations of 9,999 draws.
        np.testing.assert_allclose(found, exact, atol=0.02)

    def test_a_clear_effect_has_the_smallest_p_and_none_has_a_large_one(self):
        rng = np.random.default_rng(1)
        changes = np.stack(
            [rng.normal(0.3, 0.1, 200), rng.normal(-0.3, 0.1, 200)]
        )
        p = significance.attribute_p_values(changes)
        self.assertEqual(p.tolist(), [1e-4, 1.0])

    def test_what_is_below_the_minimum_does_not_count(self):
        changes = np.random.default_rng(2).normal(0.02, 0.01, (1, 300))
        p = [
            significance.attribute_p_values(changes, minimum)[0]
            for minimum in (0.0, 0.01, 0.03)
        ]
        self.assertEqual(p, [1e-4, 1e-4, 1.0])

    def test_equal_changes_are_tied_with_themselves(self):
        # One of 2^4 sign flips is as large, whatever rounding says.
        p = significance.attribute_p_values(np.full((1, 4), 0.1))
        self.assertAlmostEqual(p[0], 1 / 16, delta=0.02)
        none = significance.attribute_p_values(np.zeros((1, 50)))
        self.assertEqual(none[0], 1.0)

    def test_chance_is_found_as_often_as_the_level_says(self):
        changes = np.random.default_rng(3).normal(size=(400, 30))
        p = significance.attribute_p_values(changes)
        # Uniform under the null: 5 % within four deviations.
        self.assertAlmostEqual(np.mean(p < 0.05), 0.05, delta=0.045)

    def test_the_best_of_many_looks_good_only_where_it_was_picked(self):
        rng = np.random.default_rng(7)
        seen, unseen = rng.normal(size=(2, 1000, 40))
        best = int(seen.mean(axis=1).argmax())
        p = [
            significance.attribute_p_values(one[best : best + 1])[0]
            for one in (seen, unseen)
        ]
        self.assertLess(p[0], 0.01)
        self.assertGreater(p[1], 0.05)

    def test_is_seeded_and_blocks_do_not_matter(self):
        changes = np.random.default_rng(4).normal(0.1, 1.0, (2, 40))
        first = significance.attribute_p_values(changes, seed=5)
        block, significance._BLOCK = significance._BLOCK, 40 * 1000
        self.addCleanup(setattr, significance, "_BLOCK", block)
        again = significance.attribute_p_values(changes, seed=5)
        np.testing.assert_array_equal(first, again)

    def test_no_image_is_no_evidence(self):
        p = significance.attribute_p_values(np.zeros((3, 0)))
        self.assertEqual(p.tolist(), [1.0] * 3)

    @parameterized.parameters(([0.1, 0.2],), ([[np.nan, 0.2]],))
    def test_refuses(self, changes):
        with self.assertRaisesRegex(ValueError, "all finite"):
            significance.attribute_p_values(np.array(changes))


class HolmTest(absltest.TestCase):
    def test_by_hand(self):
        np.testing.assert_allclose(
            significance.holm([0.01, 0.04, 0.03, 0.005]),
            [0.03, 0.06, 0.06, 0.02],
        )

    def test_stays_a_probability(self):
        np.testing.assert_allclose(significance.holm([0.6, 0.7]), [1.0, 1.0])
        self.assertEqual(significance.holm([]).shape, (0,))


class JudgeTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(6)
        self.changes = {
            0: rng.normal([[0.3], [0.0]], 0.1, (2, 60)),
            1: rng.normal([[0.0], [0.3], [0.3]], 0.1, (3, 50)),
        }
        self.reverse = {
            0: rng.normal([[-0.3], [-0.3]], 0.1, (2, 50)),
            1: rng.normal([[-0.3], [-0.3], [-0.3]], 0.1, (3, 60)),
        }

    def test_what_is_beyond_chance_matters(self):
        verdict = significance.judge(190, 200, 0.5, self.changes, self.reverse)
        self.assertEqual(
            verdict.significant, {0: [True, False], 1: [False, True, True]}
        )
        # Five tests: the smallest is five times 1 / 10,000.
        self.assertAlmostEqual(verdict.attribute_p[0][0], 5e-4)
        figures = json.loads(json.dumps(verdict.figures()))
        self.assertLess(figures.pop("classifier_p_value"), 1e-9)
        self.assertEqual(
            figures,
            {
                "attributes": 5,
                "both_ways": 5,
                "significant": 3,
                "level": 0.01,
                "images": 200,
            },
        )

    def test_of_a_classifier_that_guesses_nothing_matters(self):
        verdict = significance.judge(104, 200, 0.5, self.changes, self.reverse)
        self.assertGreater(verdict.classifier_p, 0.2)
        self.assertEqual(verdict.figures()["significant"], 0)
        self.assertLess(verdict.attribute_p[1][1], 0.01)

    def test_what_is_a_trifle_beside_the_strongest_does_not_matter(self):
        rng = np.random.default_rng(8)
        weak = rng.normal(0.06, 0.01, 50)
        for strongest, matters in ((0.9, False), (0.3, True)):
            first = rng.normal(strongest, 0.1, 50)
            verdict = significance.judge(
                190,
                200,
                0.5,
                {0: np.stack([first, weak])},
                {0: np.full((2, 9), -0.3)},
            )
            self.assertEqual(verdict.significant, {0: [True, matters]})

    def test_what_works_one_way_only_does_not_matter(self):
        for back, matters in ((0.0, False), (-0.02, False), (-0.2, True)):
            self.reverse[1][2] = back
            verdict = significance.judge(
                190, 200, 0.5, self.changes, self.reverse
            )
            self.assertEqual(verdict.both_ways[1], [True, True, matters])
            self.assertEqual(verdict.significant[1], [False, True, matters])

    def test_asks_for_both_ways_only_where_there_are_images(self):
        self.reverse[1] = np.zeros((3, 0))
        verdict = significance.judge(190, 200, 0.5, self.changes, self.reverse)
        self.assertEqual(verdict.significant[1], [False, True, True])

    def test_a_classifier_that_nobody_can_check_is_believed(self):
        known = significance.judge(190, 200, 0.5, self.changes, self.reverse)
        unknown = significance.judge(None, 200, 1.0, self.changes, self.reverse)
        self.assertIsNone(unknown.figures()["classifier_p_value"])
        self.assertEqual(unknown.significant, known.significant)

    def test_of_many_classes_something_can_matter(self):
        """Adjusted for 120 tests, one of 10,000 draws is more than 0.01."""
        rng = np.random.default_rng(9)
        changes = {
            target: rng.normal(0.0, 0.1, (4, 58 + target % 2))
            for target in range(30)
        }
        changes[7][2] += 0.3
        reverse = {target: np.full((4, 2), -0.3) for target in changes}
        verdict = significance.judge(190, 200, 0.1, changes, reverse)
        self.assertEqual(verdict.figures()["significant"], 1)
        self.assertTrue(verdict.significant[7][2])

    def test_of_many_classes_turning_one_other_class_is_no_trifle(self):
        """In the mean it changes the probability by less than 0.01."""
        of_one_class = np.repeat([0.9, 0.0], [20, 3980])[None]
        few = {0: of_one_class, 1: np.zeros((0, 1))}
        many = few | {target: np.zeros((0, 1)) for target in range(2, 200)}
        for changes, matters in ((few, False), (many, True)):
            reverse = {target: -one for target, one in changes.items()}
            verdict = significance.judge(190, 200, 0.1, changes, reverse)
            self.assertEqual(verdict.significant[0], [matters])

    def test_nothing_found_is_no_error(self):
        for changes in ({}, {0: np.zeros((0, 5)), 1: np.zeros((1, 0))}):
            verdict = significance.judge(9, 9, 0.5, changes, changes)
            self.assertEqual(verdict.figures()["significant"], 0)
            self.assertEqual(set(verdict.significant), set(changes))

    def test_refuses_a_level_that_is_none(self):
        with self.assertRaisesRegex(ValueError, "level is 1.0"):
            significance.judge(1, 2, 0.5, {}, {}, level=1.0)


if __name__ == "__main__":
    absltest.main()
