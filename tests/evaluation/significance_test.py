"""Tests of the significance tests."""

import math

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.evaluation import significance, turned_decisions


def _turned(*counts, images=60, rebuilding=0):
    """Attributes that turn so many of the images, the last ones."""
    return turned_decisions.Turned(
        by_edit=np.array(
            [np.arange(images) >= images - count for count in counts], bool
        ).reshape(len(counts), images),
        by_rebuilding=np.arange(images) < rebuilding,
    )


class AttributePValuesTest(parameterized.TestCase):
    @parameterized.parameters(0, 1, 5, 30, 60)
    def test_is_the_upper_tail_of_the_binomial_distribution(self, count):
        (p_value,) = significance.attribute_p_values(
            _turned(count, rebuilding=6), 0.01
        )
        exact = math.fsum(
            math.comb(60, i) * 0.1**i * 0.9 ** (60 - i)
            for i in range(count, 61)
        )
        self.assertAlmostEqual(p_value, exact, places=9)

    def test_the_stated_share_counts_where_rebuilding_turns_less(self):
        p_values = [
            significance.attribute_p_values(_turned(4), share)[0]
            for share in (0.0, 0.01, 0.2)
        ]
        self.assertEqual(p_values[0], 0.0)
        self.assertLess(p_values[1], 0.01)
        self.assertGreater(p_values[2], 0.9)

    def test_chance_is_found_no_more_often_than_the_level_says(self):
        rng = np.random.default_rng(3)
        turned = turned_decisions.Turned(
            by_edit=rng.random((4000, 200)) < 0.1,
            by_rebuilding=np.arange(200) < 20,
        )
        p = significance.attribute_p_values(turned)
        # An exact test of whole numbers keeps below the level; four
        # deviations of 4,000 draws.
        self.assertLess(np.mean(p < 0.05), 0.05 + 4 * 0.0035)
        self.assertGreater(np.mean(p < 0.05), 0.02)

    def test_no_image_is_no_evidence(self):
        p = significance.attribute_p_values(_turned(0, 0, images=0))
        self.assertEqual(p.tolist(), [1.0, 1.0])


class NeededTest(parameterized.TestCase):
    def _lengths(self, *shares, images=100):
        """Walks lists whose beginnings turn so many images, the first ones."""
        together = np.array(
            [np.arange(images) < share * images for share in shares], bool
        ).reshape(len(shares), images)
        return significance.needed(together)

    @parameterized.named_parameters(
        ("one_is_enough", (1.0, 1.0, 1.0), 1),
        ("two_causes", (0.3, 1.0, 1.0, 1.0), 2),
        ("each_turns_more", (0.1, 0.3, 0.6, 0.9), 4),
        # What nothing turns is not waited for.
        ("some_are_never_turned", (0.4, 0.8, 0.8), 2),
        # All three have to go: the second alone adds nothing yet.
        ("conjunction", (0.2, 0.2, 0.9), 3),
        # Four of a hundred beyond the 1 % have p = 0.018, five 0.0034.
        ("a_trifle_more", (0.9, 0.94), 1),
        ("more_than_a_trifle", (0.9, 0.95), 2),
        ("a_single_one", (0.3,), 1),
        ("none", (), 0),
    )
    def test_the_list_ends_where_the_rest_turns_no_more(self, shares, length):
        count = len(shares)
        self.assertEqual(
            self._lengths(*shares),
            [True] * length + [False] * (count - length),
        )

    def test_more_that_only_turns_others_back_is_not_needed(self):
        # Together with the second the first turns fewer.
        self.assertEqual(self._lengths(0.9, 0.5), [True, False])

    def test_others_count_though_as_many_are_turned(self):
        together = np.zeros([2, 100], bool)
        together[0, :50] = together[1, 50:] = True
        self.assertEqual(significance.needed(together), [True, True])

    def test_without_images_nothing_is_left_out(self):
        self.assertEqual(self._lengths(1.0, 1.0, images=0), [True, True])


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
        self.turned = {0: _turned(30, 0), 1: _turned(0, 20, 50, images=50)}
        self.back = {0: _turned(9, 9, images=50), 1: _turned(9, 9, 9)}

    def test_what_turns_more_than_a_trifle_matters(self):
        verdict = significance.judge(self.turned, self.back, images=110)
        self.assertEqual(
            verdict.significant, {0: [True, False], 1: [False, True, True]}
        )
        self.assertEqual(verdict.images, 110)
        self.assertEqual(
            verdict.both_ways, {0: [True, True], 1: [True, True, True]}
        )

    def test_p_values_are_adjusted_over_all_classes(self):
        alone = significance.judge({0: _turned(4)}, {0: _turned(1)}, images=60)
        p = alone.attribute_p[0][0]
        self.assertBetween(p, 0.001, 0.01)
        # Beside five others that are nothing it is six times as likely.
        turned = {0: _turned(4), 1: _turned(0, 0, 0, 0, 0)}
        back = {0: _turned(1), 1: _turned(1, 1, 1, 1, 1)}
        verdict = significance.judge(turned, back, images=60)
        self.assertAlmostEqual(verdict.attribute_p[0][0], 6 * p)
        self.assertTrue(alone.significant[0][0])
        self.assertFalse(verdict.significant[0][0])

    def test_what_rebuilding_turns_as_often_does_not_matter(self):
        for rebuilding, matters in ((0, True), (10, True), (25, False)):
            self.turned[0] = _turned(30, 0, rebuilding=rebuilding)
            verdict = significance.judge(self.turned, self.back, images=110)
            self.assertEqual(verdict.significant[0], [matters, False])

    def test_what_works_one_way_only_does_not_matter(self):
        for back, rebuilding, matters in (
            (0, 0, False),
            (3, 0, True),
            (3, 3, False),
        ):
            self.back[1] = _turned(9, 9, back, rebuilding=rebuilding)
            verdict = significance.judge(self.turned, self.back, images=110)
            self.assertEqual(verdict.both_ways[1], [True, True, matters])
            self.assertEqual(verdict.significant[1], [False, True, matters])

    def test_asks_for_both_ways_only_where_there_are_images(self):
        self.back[1] = _turned(0, 0, 0, images=0)
        verdict = significance.judge(self.turned, self.back, images=110)
        self.assertEqual(verdict.significant[1], [False, True, True])

    def test_nothing_found_is_no_error(self):
        for turned in ({}, {0: _turned(), 1: _turned(0, images=0)}):
            verdict = significance.judge(turned, turned, images=9)
            self.assertEqual(set(verdict.significant), set(turned))
            self.assertFalse(any(sum(verdict.significant.values(), [])))

    def test_smaller_shares_are_never_significant(self):
        for images, attributes, rebuilding in (
            (60, 1, 0.0),
            (60, 6, 0.05),
            (600, 20, 0.05),
        ):
            share = significance.smallest_share(
                images, attributes=attributes, rebuilding=rebuilding
            )
            fewest = round(share * images)
            for turned, matters in ((fewest, True), (fewest - 1, False)):
                others = [0] * (attributes - 1)
                verdict = significance.judge(
                    {
                        0: _turned(
                            turned,
                            *others,
                            images=images,
                            rebuilding=round(rebuilding * images),
                        )
                    },
                    {0: _turned(*[0] * attributes, images=0)},
                    images=images,
                )
                self.assertEqual(verdict.significant[0][0], matters)

    def test_of_too_few_images_nothing_is_significant(self):
        self.assertIsNone(
            significance.smallest_share(3, attributes=20, rebuilding=0.3)
        )

    def test_refuses_numbers_that_are_none(self):
        with self.assertRaisesRegex(ValueError, "level is 1.0"):
            significance.judge({}, {}, images=2, level=1.0)
        with self.assertRaisesRegex(ValueError, "minimum_share is 1.0"):
            significance.judge({}, {}, images=2, minimum_share=1.0)


class TurnTogetherTest(absltest.TestCase):
    def test_what_turns_more_than_a_trifle_turns(self):
        lists = {0: _turned(30), 1: _turned(1), 2: _turned(20, images=50)}
        self.assertEqual(significance.turn_together(lists), [0, 2])

    def test_levels_are_adjusted_over_the_lists(self):
        # Alone the p-value is below the level; six times as much is not.
        lists = {target: _turned(4) for target in range(6)}
        self.assertEqual(significance.turn_together({0: lists[0]}), [0])
        self.assertEmpty(significance.turn_together(lists))

    def test_what_rebuilding_turns_as_often_does_not_matter(self):
        self.assertEmpty(
            significance.turn_together({0: _turned(30, rebuilding=25)})
        )

    def test_no_list_is_no_error(self):
        self.assertEmpty(significance.turn_together({}))
        self.assertEmpty(significance.turn_together({0: _turned()}))


class WorksBackTest(absltest.TestCase):
    def test_edits_take_away_more_than_rebuilding_does(self):
        back = _turned(9, 3, 0, rebuilding=3)
        self.assertEqual(significance.works_back(back), [True, False, False])

    def test_no_image_says_nothing_against_it(self):
        self.assertEqual(significance.works_back(_turned(0, images=0)), [True])


if __name__ == "__main__":
    absltest.main()
