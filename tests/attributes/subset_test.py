"""Tests of the additive prediction for one image."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.attributes import selection, subset
from tests.testing import effect_tables, selection_oracles


def _ranked(*edits):
    return [selection.Attribute(s, d, 9.0, 0.5) for s, d in edits]


def _edits(attributes):
    return [
        (attribute.coordinate, attribute.direction) for attribute in attributes
    ]


def _line(*gains, base=(1.0, 0.0)):
    """One image; coordinate n at its maximum adds gains[n] to class 1."""
    changes = effect_tables.zeros(1, len(gains))
    changes[0, 1, :, 1] = gains
    return effect_tables.table(changes, [base])


class SubsetTest(parameterized.TestCase):
    @parameterized.product(seed=list(range(6)), classes=[2, 3])
    def test_is_its_slow_twin(self, seed, classes):
        table = effect_tables.random(seed, classes=classes, images=6)
        for target in range(classes):
            ranked = selection.select_class_attributes(
                table, target_class=target, top_k=10
            )
            for image in range(6):
                chosen = subset.subset(
                    table, image=image, ranked=ranked, target_class=target
                )
                edits, flips = selection_oracles.subset(
                    table.effects,
                    table.base_logits,
                    image,
                    _edits(ranked),
                    target,
                )
                self.assertEqual(_edits(chosen.attributes), edits)
                self.assertEqual(chosen.flips, flips)

    def test_stops_as_soon_as_the_sum_flips(self):
        chosen = subset.subset(
            _line(0.6, 0.5, 0.4),
            image=0,
            ranked=_ranked((0, 1), (1, 1), (2, 1)),
            target_class=1,
        )
        self.assertEqual(_edits(chosen.attributes), [(0, 1), (1, 1)])
        self.assertTrue(chosen.flips)

    def test_leaves_out_what_does_not_help_this_image(self):
        chosen = subset.subset(
            _line(-0.5, 0.0, 1.2, 1e-6),
            image=0,
            ranked=_ranked((0, 1), (1, 1), (3, 1), (2, 1)),
            target_class=1,
        )
        self.assertEqual(_edits(chosen.attributes), [(2, 1)])
        self.assertTrue(chosen.flips)

    def test_effect_and_share_are_of_this_image(self):
        chosen = subset.subset(
            _line(0.6, 1.5),
            image=0,
            ranked=_ranked((0, 1), (1, 1)),
            target_class=1,
        )
        self.assertAlmostEqual(chosen.attributes[0].effect, 0.6, places=6)
        self.assertEqual(
            [attribute.share for attribute in chosen.attributes], [0.0, 1.0]
        )

    def test_not_enough_is_all_that_help_and_no_flip(self):
        chosen = subset.subset(
            _line(0.3, -0.2, 0.3),
            image=0,
            ranked=_ranked((0, 1), (1, 1), (2, 1)),
            target_class=1,
        )
        self.assertEqual(_edits(chosen.attributes), [(0, 1), (2, 1)])
        self.assertFalse(chosen.flips)

    def test_a_coordinate_moves_once(self):
        changes = effect_tables.zeros(1, 2)
        changes[0, :, 0, 1] = 0.6
        table = effect_tables.table(changes, [[1.0, 0.0]])
        chosen = subset.subset(
            table,
            image=0,
            ranked=_ranked((0, 0), (0, 1), (0, 0)),
            target_class=1,
        )
        self.assertEqual(_edits(chosen.attributes), [(0, 0)])
        self.assertFalse(chosen.flips)

    def test_of_the_class_already_needs_nothing(self):
        chosen = subset.subset(
            _line(0.6, base=(0.0, 1.0)),
            image=0,
            ranked=_ranked((0, 1)),
            target_class=1,
        )
        self.assertEqual(chosen, subset.Subset((), True))

    def test_an_empty_list_and_an_empty_table_do_not_flip(self):
        for table, ranked in (
            (_line(0.6), []),
            (_line(0.0), _ranked((0, 0), (0, 1))),
        ):
            chosen = subset.subset(
                table, image=0, ranked=ranked, target_class=1
            )
            self.assertEqual(chosen, subset.Subset((), False))

    @parameterized.parameters(*range(4))
    def test_one_edit_fewer_does_not_flip(self, seed):
        table = effect_tables.random(seed, images=8)
        ranked = selection.select_class_attributes(
            table, target_class=1, top_k=18
        )
        flipped = 0
        for image in np.flatnonzero(table.predictions == 0):
            chosen = subset.subset(
                table, image=image, ranked=ranked, target_class=1
            )
            if not chosen.flips:
                continue
            flipped += 1
            shorter = subset.subset(
                table,
                image=image,
                ranked=chosen.attributes[:-1],
                target_class=1,
            )
            self.assertEqual(shorter.attributes, chosen.attributes[:-1])
            self.assertFalse(shorter.flips)
        self.assertGreater(flipped, 0)

    def test_refuses_what_is_not_in_the_table(self):
        table = _line(0.6, 0.1)
        for message, arguments in (
            ("no image 1", {"image": 1, "ranked": [], "target_class": 1}),
            ("no class 2", {"image": 0, "ranked": [], "target_class": 2}),
            (
                "coordinate 2; the table has 2",
                {"image": 0, "ranked": _ranked((2, 0)), "target_class": 1},
            ),
        ):
            with self.assertRaisesRegex(ValueError, message):
                subset.subset(table, **arguments)


if __name__ == "__main__":
    absltest.main()
