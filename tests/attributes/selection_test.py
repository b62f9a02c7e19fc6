"""Tests of the selection of attributes from the table."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.attributes import effects, selection, style_ranges
from tests.testing import attribute_oracles


def _table(changes, base):
    """Of effects [N, 2, S, K] and base logits [N, K]."""
    changes = np.asarray(changes, np.float32)
    size = changes.shape[2]
    return effects.StyleEffects(
        effects=changes,
        base_logits=np.asarray(base, np.float32),
        ranges=style_ranges.StyleRanges(
            minimum=-np.ones(size), maximum=np.ones(size)
        ),
        image_ids=tuple(str(n) for n in range(len(changes))),
        shift_size=1.0,
    )


def _random_table(seed, images=12, size=9, classes=2):
    rng = np.random.default_rng(seed)
    changes = rng.normal(size=(images, 2, size, classes)) * 0.4
    return _table(changes, rng.normal(size=(images, classes)))


def _zeros(images, size, classes=2):
    return np.zeros([images, 2, size, classes], np.float32)


def _found(attributes):
    return [(one.coordinate, one.direction) for one in attributes]


_PARITY = selection.Rules(measure="logit", refill=False)


class ClassAttributesTest(parameterized.TestCase):
    @parameterized.product(
        seed=list(range(5)), classes=[2, 3], cap=[0.3, 1.0, 100.0]
    )
    def test_is_the_notebooks_greedy(self, seed, classes, cap):
        table = _random_table(seed, classes=classes)
        for target in range(classes):
            found = selection.select_class_attributes(
                table,
                target_class=target,
                top_k=6,
                rules=selection.Rules(measure="logit", refill=False, cap=cap),
            )
            self.assertEqual(
                _found(found),
                attribute_oracles.greedy(
                    table.effects, table.base_logits, target, 6, cap
                ),
            )

    def test_effect_is_the_signed_mean_and_share_the_flipped(self):
        changes = _zeros(3, 2)
        changes[:, 1, 0, 1] = [3.0, 0.5, -1.0]
        table = _table(changes, [[1.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
        found = selection.select_class_attributes(
            table, target_class=1, top_k=4, rules=_PARITY
        )
        self.assertEqual(_found(found), [(0, 1)])
        self.assertAlmostEqual(found[0].effect, 2.5 / 3, places=6)
        self.assertAlmostEqual(found[0].share, 1 / 3)

    def test_looks_at_images_of_other_classes_only(self):
        changes = _zeros(2, 2)
        changes[0, 0, 0, 1] = 1.0  # Image 0 is of class 0.
        changes[1, 0, 1, 1] = 9.0  # Image 1 is of class 1 already.
        table = _table(changes, [[1.0, 0.0], [0.0, 1.0]])
        found = selection.select_class_attributes(
            table, target_class=1, top_k=4
        )
        self.assertEqual(_found(found), [(0, 0)])

    def test_cap_prefers_what_explains_the_other_images(self):
        # Coordinates 0 and 1 explain image 0; the weaker 2 explains image 1.
        changes = _zeros(2, 3)
        changes[0, 1, :2, 1] = [2.0, 1.5]
        changes[1, 1, 2, 1] = 0.5
        table = _table(changes, [[1.0, 0.0]] * 2)
        found = selection.select_class_attributes(
            table, target_class=1, top_k=2, rules=_PARITY
        )
        self.assertEqual(_found(found), [(0, 1), (2, 1)])

    def test_refill_starts_another_round_and_never_repeats(self):
        changes = _zeros(1, 3)
        changes[0, 1, :, 1] = [3.0, 2.0, 1.0]
        table = _table(changes, [[1.0, 0.0]])
        once = selection.select_class_attributes(
            table, target_class=1, top_k=9, rules=_PARITY
        )
        again = selection.select_class_attributes(
            table, target_class=1, top_k=9
        )
        self.assertEqual(_found(once), [(0, 1)])
        self.assertEqual(_found(again), [(0, 1), (1, 1), (2, 1)])

    def test_a_head_with_one_output_has_attributes_for_both_classes(self):
        # Logits [0, l]: only the second ever moves.
        changes = _zeros(1, 2)
        changes[0, 0, 1, 1] = -2.0
        table = _table(changes, [[0.0, 1.0]])
        found = selection.select_class_attributes(
            table, target_class=0, top_k=1
        )
        self.assertEqual(_found(found), [(1, 0)])
        self.assertAlmostEqual(found[0].effect, 2.0, places=5)
        self.assertEqual(found[0].share, 1.0)

    def test_unstable_images_do_not_count(self):
        changes = _zeros(2, 500)
        changes[0] = 5.0 * np.sign(
            np.random.default_rng(0).normal(size=(2, 500, 2))
        )
        changes[1, 0, 7, 1] = 0.1
        table = _table(changes, [[1.0, 0.0]] * 2)
        found = selection.select_class_attributes(
            table, target_class=1, top_k=3
        )
        self.assertEqual(_found(found), [(7, 0)])

    def test_rounding_is_not_an_effect(self):
        table = _table(_zeros(2, 3) + 1e-6, [[0.5, 0.0]] * 2)
        for rules in (selection.Rules(), selection.Rules(measure="logit")):
            self.assertEmpty(
                selection.select_class_attributes(
                    table, target_class=1, top_k=3, rules=rules
                )
            )

    def test_nothing_to_find_is_an_empty_list(self):
        no_effect = _table(_zeros(2, 3), [[1.0, 0.0]] * 2)
        no_image = _table(_zeros(2, 3) + 1, [[0.0, 1.0]] * 2)
        for table in (no_effect, no_image):
            self.assertEmpty(
                selection.select_class_attributes(
                    table, target_class=1, top_k=3
                )
            )

    def test_refuses_unknown_classes_and_rules(self):
        with self.assertRaisesRegex(ValueError, "no class 2"):
            selection.select_class_attributes(
                _random_table(0), target_class=2, top_k=1
            )
        with self.assertRaisesRegex(ValueError, "measure"):
            selection.Rules(measure="probability")
        with self.assertRaisesRegex(ValueError, "cap"):
            selection.Rules(cap=0.0)


class MergeBinaryTest(parameterized.TestCase):
    def test_ranks_by_both_classes_and_points_to_class_one(self):
        # Coordinate 0 at its maximum is class 1, at its minimum class 0;
        # coordinate 1 the other way round, and weaker.
        changes = _zeros(2, 3)
        changes[0, 1, 0, 1] = 0.6
        changes[1, 0, 0, 0] = 0.8
        changes[0, 0, 1, 1] = 0.3
        changes[1, 1, 1, 0] = 0.2
        table = _table(changes, [[1.0, 0.0], [0.0, 1.0]])
        merged = selection.merge_binary(table, top_k=8, rules=_PARITY)
        self.assertEqual(_found(merged), [(0, 1), (1, 0)])
        self.assertAlmostEqual(merged[0].effect, 1.4, places=5)
        self.assertAlmostEqual(merged[1].effect, 0.5, places=5)

    def test_share_counts_the_images_of_both_classes(self):
        changes = _zeros(3, 1)
        changes[0, 1, 0, 1] = 3.0
        changes[1, 1, 0, 1] = 0.5
        changes[2, 0, 0, 0] = 3.0
        table = _table(changes, [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
        merged = selection.merge_binary(table, top_k=1)
        self.assertAlmostEqual(merged[0].share, 2 / 3)

    @parameterized.parameters(*range(5))
    def test_lists_what_either_class_lists(self, seed):
        table = _random_table(seed)
        towards = [
            selection.select_class_attributes(table, target_class=y, top_k=5)
            for y in (0, 1)
        ]
        expected = {(a.coordinate, 1 - a.direction) for a in towards[0]}
        expected |= {(a.coordinate, a.direction) for a in towards[1]}
        merged = selection.merge_binary(table, top_k=5)
        self.assertLen(set(_found(merged)), 5)
        self.assertLessEqual(set(_found(merged)), expected)
        ranks = [one.effect for one in merged]
        self.assertEqual(ranks, sorted(ranks, reverse=True))

    def test_one_class_without_images_leaves_the_other(self):
        changes = _zeros(1, 2)
        changes[0, 1, 1, 1] = 0.6
        merged = selection.merge_binary(_table(changes, [[1.0, 0.0]]), top_k=4)
        self.assertEqual(_found(merged), [(1, 1)])

    def test_refuses_three_classes(self):
        with self.assertRaisesRegex(ValueError, "needs 2 classes"):
            selection.merge_binary(_random_table(0, classes=3), top_k=2)


class PerImageTest(absltest.TestCase):
    def test_independent_is_the_largest_single_effects(self):
        changes = _zeros(2, 3)
        changes[1, 0, :, 1] = [0.2, -0.4, 0.9]
        changes[1, 1, :, 1] = [0.5, 0.0, -0.1]
        table = _table(changes, [[1.0, 0.0]] * 2)
        found = selection.independent(table, image=1, target_class=1, top_k=5)
        self.assertEqual(_found(found), [(2, 0), (0, 1), (0, 0)])
        self.assertAlmostEqual(found[0].effect, 0.9, places=5)

    def test_interleave_takes_turns_and_drops_doubles(self):
        first, second, third = (
            selection.Attribute(coordinate, 0, 1.0, 0.0)
            for coordinate in range(3)
        )
        joined = selection.interleave([[first, second], [first], [third]])
        self.assertEqual(joined, [first, third, second])


if __name__ == "__main__":
    absltest.main()
