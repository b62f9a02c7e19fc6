"""Tests of the selection of attributes from the table."""

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


class ClassAttributesTest(parameterized.TestCase):
    @parameterized.product(
        seed=[0, 1, 2],
        classes=[2, 3],
        size=[1, 9],
        rules=[
            selection.NOTEBOOK,
            selection.PAPER,
            selection.Rules(),
            selection.Rules(measure="probability", cap=0.2),
            selection.Rules(procedure="paper", threshold=1.5),
            selection.Rules(unstable_effect=0.5, unstable_share=0.25),
        ],
    )
    def test_is_its_slow_twin(self, seed, classes, size, rules):
        table = effect_tables.random(seed, classes=classes, size=size)
        classes_and_none = [None, *range(classes)]
        for target in range(classes):
            for source in classes_and_none:
                if source == target:
                    continue
                attributes = selection.select_class_attributes(
                    table,
                    target_class=target,
                    top_k=6,
                    rules=rules,
                    source_class=source,
                )
                self.assertEqual(
                    _edits(attributes),
                    selection_oracles.class_attributes(
                        table, target, source, 6, rules
                    )[0],
                )

    def test_effect_is_the_signed_mean_and_share_the_flipped(self):
        changes = effect_tables.zeros(3, 2)
        changes[:, 1, 0, 1] = [3.0, 0.5, -1.0]
        table = effect_tables.table(
            changes, [[1.0, 0.0], [1.0, 0.0], [2.0, 0.0]]
        )
        attributes = selection.select_class_attributes(
            table, target_class=1, top_k=4, rules=_PARITY
        )
        self.assertEqual(_edits(attributes), [(0, 1)])
        self.assertAlmostEqual(attributes[0].effect, 2.5 / 3, places=6)
        self.assertAlmostEqual(attributes[0].share, 1 / 3)

    def test_looks_at_images_of_other_classes_only(self):
        changes = effect_tables.zeros(2, 2)
        changes[0, 0, 0, 1] = 1.0  # Image 0 is of class 0.
        changes[1, 0, 1, 1] = 9.0  # Image 1 is of class 1 already.
        table = effect_tables.table(changes, [[1.0, 0.0], [0.0, 1.0]])
        attributes = selection.select_class_attributes(
            table, target_class=1, top_k=4
        )
        self.assertEqual(_edits(attributes), [(0, 0)])

    def test_cap_prefers_what_explains_the_other_images(self):
        # Coordinates 0 and 1 explain image 0; the weaker 2 explains image 1.
        changes = effect_tables.zeros(2, 3)
        changes[0, 1, :2, 1] = [2.0, 1.5]
        changes[1, 1, 2, 1] = 0.5
        table = effect_tables.table(changes, [[1.0, 0.0]] * 2)
        attributes = selection.select_class_attributes(
            table, target_class=1, top_k=2, rules=_PARITY
        )
        self.assertEqual(_edits(attributes), [(0, 1), (2, 1)])

    def test_refill_starts_another_round_and_never_repeats(self):
        changes = effect_tables.zeros(1, 3)
        changes[0, 1, :, 1] = [3.0, 2.0, 1.0]
        table = effect_tables.table(changes, [[1.0, 0.0]])
        once = selection.select_class_attributes(
            table, target_class=1, top_k=9, rules=_PARITY
        )
        again = selection.select_class_attributes(
            table, target_class=1, top_k=9
        )
        self.assertEqual(_edits(once), [(0, 1)])
        self.assertEqual(_edits(again), [(0, 1), (1, 1), (2, 1)])

    def test_a_head_with_one_output_has_attributes_for_both_classes(self):
        # Logits [0, l]: only the second ever moves.
        changes = effect_tables.zeros(1, 2)
        changes[0, 0, 1, 1] = -2.0
        table = effect_tables.table(changes, [[0.0, 1.0]])
        attributes = selection.select_class_attributes(
            table, target_class=0, top_k=1
        )
        self.assertEqual(_edits(attributes), [(1, 0)])
        self.assertAlmostEqual(attributes[0].effect, 2.0, places=5)
        self.assertEqual(attributes[0].share, 1.0)

    def test_unstable_images_do_not_count(self):
        changes = effect_tables.zeros(2, 500)
        changes[0] = 5.0 * np.sign(
            np.random.default_rng(0).normal(size=(2, 500, 2))
        )
        changes[1, 0, 7, 1] = 0.1
        table = effect_tables.table(changes, [[1.0, 0.0]] * 2)
        attributes = selection.select_class_attributes(
            table, target_class=1, top_k=3
        )
        self.assertEqual(_edits(attributes), [(7, 0)])

    def test_rounding_is_not_an_effect(self):
        table = effect_tables.table(
            effect_tables.zeros(2, 3) + 1e-6, [[0.5, 0.0]] * 2
        )
        for rules in (selection.Rules(), selection.Rules(measure="logit")):
            self.assertEmpty(
                selection.select_class_attributes(
                    table, target_class=1, top_k=3, rules=rules
                )
            )

    @parameterized.parameters(
        selection.Rules(), selection.NOTEBOOK, selection.PAPER
    )
    def test_nothing_to_find_is_an_empty_list(self, rules):
        zeros = effect_tables.zeros
        for table in (
            effect_tables.table(zeros(2, 3), [[1.0, 0.0]] * 2),
            effect_tables.table(zeros(2, 3) - [0, 1], [[1.0, 0.0]] * 2),
            # No image of another class; no image.
            effect_tables.table(zeros(2, 3) + 1, [[0.0, 1.0]] * 2),
            effect_tables.table(zeros(0, 3), np.zeros([0, 2])),
            # No stable image.
            effect_tables.table(zeros(1, 400) + [-5, 5], [[9.0, 0.0]]),
        ):
            self.assertEmpty(
                selection.select_class_attributes(
                    table, target_class=1, top_k=3, rules=rules
                )
            )

    @parameterized.parameters(selection.Rules(), _PARITY, selection.PAPER)
    def test_one_coordinate(self, rules):
        changes = effect_tables.zeros(2, 1)
        changes[:, 0, 0, 1], changes[:, 1, 0, 1] = 2.5, -2.5
        attributes = selection.select_class_attributes(
            effect_tables.table(changes, [[1.0, 0.0]] * 2),
            target_class=1,
            top_k=9,
            rules=rules,
        )
        self.assertEqual(_edits(attributes), [(0, 0)])
        self.assertEqual(attributes[0].share, 1.0)

    @parameterized.parameters(
        selection.Rules(), selection.NOTEBOOK, selection.PAPER
    )
    def test_of_a_screened_table_only_measured_edits_are_listed(self, rules):
        changes = effect_tables.zeros(3, 5)
        changes[0, 1, 2, 1], changes[1, 0, 4, 1] = 0.9, 0.8
        table = effect_tables.table(changes, [[1.0, 0.0]] * 3, screened=1)
        attributes = selection.select_class_attributes(
            table, target_class=1, top_k=9, rules=rules
        )
        self.assertEqual(_edits(attributes), [(2, 1), (4, 0)])

    def test_source_class_looks_at_its_images_alone(self):
        changes = effect_tables.zeros(2, 2, 3)
        changes[0, 0, 0, 2] = 1.0  # Image 0 is of class 0.
        changes[1, 1, 1, 2] = 2.0  # Image 1 is of class 1.
        table = effect_tables.table(changes, np.eye(3)[:2])
        expected = {None: [(1, 1), (0, 0)], 0: [(0, 0)], 1: [(1, 1)]}
        for source, edits in expected.items():
            attributes = selection.select_class_attributes(
                table, target_class=2, top_k=4, source_class=source
            )
            self.assertEqual(_edits(attributes), edits)

    def test_the_only_source_class_of_two_is_the_rest(self):
        table = effect_tables.random(0)
        self.assertEqual(
            selection.select_class_attributes(
                table, target_class=1, top_k=9, source_class=0
            ),
            selection.select_class_attributes(table, target_class=1, top_k=9),
        )

    @parameterized.parameters(
        selection.Rules(score_limit=0.2),
        selection.Rules(score_limit=0.2, procedure="paper"),
    )
    def test_the_discriminators_verdict_counts(self, rules):
        changes = effect_tables.zeros(2, 2)
        changes[:, 1, 0, 1], changes[:, 0, 1, 1] = 0.9, 0.5
        scores = np.zeros([2, 2, 2], np.float32)
        # Coordinate 0 is unrealistic in the other direction.
        scores[:, 0, 0] = -0.3
        table = effect_tables.table(
            changes, [[1.0, 0.0]] * 2, score_changes=scores
        )
        attributes = selection.select_class_attributes(
            table, target_class=1, top_k=9, rules=rules
        )
        self.assertEqual(_edits(attributes), [(1, 0)])

    @parameterized.parameters(
        {"measure": "odds"},
        {"procedure": "book"},
        {"cap": 0.0},
        {"threshold": 0.0},
        {"minimum_effect": -1.0},
        {"score_limit": -0.1},
        {"merge": "both"},
        {"unstable_share": 1.1},
        {"unstable_effect": -1.0},
        {"cap": float("nan")},
    )
    def test_refuses_rules_that_cannot_be_followed(self, **rule):
        with self.assertRaisesRegex(ValueError, f"{next(iter(rule))} is"):
            selection.Rules(**rule)

    @parameterized.parameters(
        ("no class 2", {"target_class": 2}),
        ("no class -1", {"target_class": -1}),
        ("no class 2", {"target_class": 0, "source_class": 2}),
        ("both 1; expected two", {"target_class": 1, "source_class": 1}),
        ("top_k is 0", {"target_class": 1, "top_k": 0}),
        (
            "no score_changes",
            {"target_class": 1, "rules": selection.Rules(score_limit=0.2)},
        ),
    )
    def test_refuses_what_is_not_in_the_table(self, message, arguments):
        with self.assertRaisesRegex(ValueError, message):
            selection.select_class_attributes(
                effect_tables.random(0), **{"top_k": 1, **arguments}
            )


class PerImageTest(parameterized.TestCase):
    @parameterized.parameters("log_odds", "logit", "probability")
    def test_independent_is_its_slow_twin(self, measure):
        table = effect_tables.random(4, classes=3)
        effects = selection_oracles.effects_on(
            table.effects, table.base_logits, [5], 2, measure
        )[5]
        expected = sorted(effects, key=lambda edit: -effects[edit])[:4]
        attributes = selection.independent(
            table, image=5, target_class=2, top_k=4, measure=measure
        )
        self.assertEqual(_edits(attributes), expected)

    def test_independent_refuses_what_is_not_in_the_table(self):
        table = effect_tables.random(0, images=3)
        good = {"image": 0, "target_class": 1, "top_k": 2}
        for message, bad in (
            ("no image -1", {"image": -1}),
            ("no image 3", {"image": 3}),
            ("no class 2", {"target_class": 2}),
            ("top_k is -1", {"top_k": -1}),
            ("measure is 'odds'", {"measure": "odds"}),
        ):
            with self.assertRaisesRegex(ValueError, message):
                selection.independent(table, **(good | bad))

    def test_independent_is_the_largest_single_effects(self):
        changes = effect_tables.zeros(2, 3)
        changes[1, 0, :, 1] = [0.2, -0.4, 0.9]
        changes[1, 1, :, 1] = [0.5, 0.0, -0.1]
        table = effect_tables.table(changes, [[1.0, 0.0]] * 2)
        attributes = selection.independent(
            table, image=1, target_class=1, top_k=5
        )
        self.assertEqual(_edits(attributes), [(2, 0), (0, 1), (0, 0)])
        self.assertAlmostEqual(attributes[0].effect, 0.9, places=5)

    def test_one_a_coordinate_keeps_the_first_edit_of_each(self):
        edits = [
            selection.Attribute(coordinate, direction, 1.0, 0.5)
            for coordinate, direction in ((3, 1), (0, 0), (3, 0), (1, 1))
        ]
        self.assertEqual(
            selection.one_a_coordinate(edits), [edits[0], edits[1], edits[3]]
        )
        self.assertEmpty(selection.one_a_coordinate([]))

    def test_interleave_takes_turns_and_drops_doubles(self):
        first, second, third = (
            selection.Attribute(coordinate, 0, 1.0, 0.0)
            for coordinate in range(3)
        )
        joined = selection.interleave([[first, second], [first], [third]])
        self.assertEqual(joined, [first, third, second])


if __name__ == "__main__":
    absltest.main()
