"""Tests of the one list of two classes."""

import dataclasses

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.attributes import selection
from tests.testing import effect_tables, selection_oracles


def _edits(attributes):
    return [
        (attribute.coordinate, attribute.direction) for attribute in attributes
    ]


# The share of the notebook's table is less than one edit of a table so small.
_PARITY = dataclasses.replace(selection.NOTEBOOK, unstable_share=1.0)


class MergeBinaryTest(parameterized.TestCase):
    @parameterized.product(
        seed=[0, 1, 2],
        rules=[
            selection.PAPER,
            selection.Rules(),
            selection.Rules(unstable_effect=0.5, unstable_share=0.25),
        ],
    )
    def test_is_its_slow_twin(self, seed, rules):
        table = effect_tables.random(seed)
        lists, effects = zip(
            *(
                selection_oracles.class_attributes(
                    table, target, None, 5, rules
                )
                for target in (0, 1)
            ),
            strict=True,
        )
        expected = selection_oracles.merge(lists, effects, 5)
        merged = selection.merge_binary(table, top_k=5, rules=rules)
        self.assertEqual(_edits(merged), [edit for edit, _ in expected])
        np.testing.assert_allclose(
            [attribute.effect for attribute in merged],
            [rank for _, rank in expected],
        )

    @parameterized.product(
        seed=[0, 1, 2, 3],
        rules=[
            selection.NOTEBOOK,
            _PARITY,
            dataclasses.replace(
                _PARITY, unstable_effect=0.5, unstable_share=0.25
            ),
        ],
    )
    def test_of_the_notebook_is_its_slow_twin(self, seed, rules):
        table = effect_tables.random(seed)
        lists = [
            selection_oracles.class_attributes(table, target, None, 5, rules)[0]
            for target in (0, 1)
        ]
        stable = selection_oracles.stable(
            table.effects,
            range(table.num_images),
            rules.unstable_effect,
            rules.unstable_share,
        )
        effects = [
            selection_oracles.effects_on(
                table.effects, table.base_logits, stable, target, rules.measure
            )
            for target in (0, 1)
        ]
        expected = selection_oracles.merge_all_images(
            lists, effects, table.num_images, 7
        )
        # Lists of 5 first, as the notebook's are; then the first 7 of both.
        merged = selection.merge_binary(table, top_k=5, rules=rules)
        self.assertEqual(_edits(merged), [edit for edit, _ in expected][:5])
        np.testing.assert_allclose(
            [attribute.effect for attribute in merged],
            [rank for _, rank in expected][:5],
            atol=1e-6,
        )

    def test_the_notebook_averages_over_all_images(self):
        # The edit lifts class 1 on the image that is of class 1 already.
        changes = effect_tables.zeros(2, 1)
        changes[0, 1, 0, 1], changes[1, 1, 0, 1] = 0.4, 0.8
        table = effect_tables.table(changes, [[1.0, 0.0], [0.0, 1.0]])
        ours = dataclasses.replace(_PARITY, merge="other_class")
        for rules, effect in ((_PARITY, 0.6), (ours, 0.4)):
            (merged,) = selection.merge_binary(table, top_k=4, rules=rules)
            self.assertAlmostEqual(merged.effect, effect, places=6)

    def test_the_notebook_drops_the_coordinate_that_class_0_has(self):
        # Both classes gain by the same direction of coordinate 0.
        changes = effect_tables.zeros(2, 2)
        changes[0, 1, 0, 1], changes[1, 1, 0, 0] = 0.9, 0.5
        changes[0, 0, 1, 1] = 0.3
        table = effect_tables.table(changes, [[1.0, 0.0], [0.0, 1.0]])
        ours = dataclasses.replace(_PARITY, merge="other_class")
        for rules, edits in (
            (_PARITY, {(0, 0), (1, 0)}),
            (ours, {(0, 0), (0, 1), (1, 0)}),
        ):
            merged = selection.merge_binary(table, top_k=4, rules=rules)
            self.assertEqual(set(_edits(merged)), edits)

    def test_ranks_by_both_classes_and_points_to_class_one(self):
        # Coordinate 0 at its maximum is class 1, at its minimum class 0;
        # coordinate 1 the other way round, and weaker.
        changes = effect_tables.zeros(2, 3)
        changes[0, 1, 0, 1] = 0.6
        changes[1, 0, 0, 0] = 0.8
        changes[0, 0, 1, 1] = 0.3
        changes[1, 1, 1, 0] = 0.2
        table = effect_tables.table(changes, [[1.0, 0.0], [0.0, 1.0]])
        merged = selection.merge_binary(table, top_k=8)
        self.assertEqual(_edits(merged), [(0, 1), (1, 0)])
        self.assertAlmostEqual(merged[0].effect, 1.4, places=5)
        self.assertAlmostEqual(merged[1].effect, 0.5, places=5)

    def test_share_counts_the_images_of_both_classes(self):
        changes = effect_tables.zeros(3, 1)
        changes[0, 1, 0, 1] = 3.0
        changes[1, 1, 0, 1] = 0.5
        changes[2, 0, 0, 0] = 3.0
        table = effect_tables.table(
            changes, [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
        )
        merged = selection.merge_binary(table, top_k=1)
        self.assertAlmostEqual(merged[0].share, 2 / 3)

    def test_one_class_without_images_leaves_the_other(self):
        changes = effect_tables.zeros(1, 2)
        changes[0, 1, 1, 1] = 0.6
        merged = selection.merge_binary(
            effect_tables.table(changes, [[1.0, 0.0]]), top_k=4
        )
        self.assertEqual(_edits(merged), [(1, 1)])

    def test_nothing_to_find_is_an_empty_list(self):
        for table in (
            effect_tables.table(effect_tables.zeros(2, 3), np.eye(2)),
            effect_tables.table(effect_tables.zeros(0, 3), np.zeros([0, 2])),
        ):
            self.assertEmpty(selection.merge_binary(table, top_k=4))

    def test_the_discriminators_verdict_is_over_both_classes(self):
        # Coordinate 0 is unrealistic on the image of class 1 alone, by 0.5:
        # 0.25 in the mean of both.
        changes = effect_tables.zeros(2, 2)
        changes[0, 1, :, 1] = [0.9, 0.5]
        scores = np.zeros([2, 2, 2])
        scores[1, 0, 0] = 0.5
        table = effect_tables.table(changes, np.eye(2), score_changes=scores)
        for limit, expected in ((0.2, [(1, 1)]), (0.3, [(0, 1), (1, 1)])):
            merged = selection.merge_binary(
                table,
                top_k=4,
                rules=selection.Rules(score_limit=limit),
            )
            self.assertEqual(_edits(merged), expected)

    def test_refuses_three_classes(self):
        with self.assertRaisesRegex(ValueError, "needs 2 classes"):
            selection.merge_binary(effect_tables.random(0, classes=3), top_k=2)


if __name__ == "__main__":
    absltest.main()
