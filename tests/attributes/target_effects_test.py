"""Tests of what edits do to one class."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.attributes import target_effects
from tests.testing import effect_tables, selection_oracles


class TargetEffectsTest(parameterized.TestCase):
    @parameterized.product(
        measure=list(target_effects.Measure), classes=[2, 3], size=[1, 5]
    )
    def test_is_its_slow_twin(self, measure, classes, size):
        table = effect_tables.random(0, classes=classes, size=size)
        images = [7, 2, 3]
        for target in range(classes):
            towards, _ = target_effects.of_images(
                table, np.array(images), target, measure
            )
            expected = selection_oracles.effects_on(
                table.effects, table.base_logits, images, target, measure
            )
            np.testing.assert_allclose(
                towards,
                [list(expected[image].values()) for image in images],
                atol=1e-12,
            )

    @parameterized.parameters(2, 3)
    def test_wins_where_the_target_has_the_largest_logit(self, classes):
        table = effect_tables.random(1, classes=classes, size=3)
        _, wins = target_effects.of_images(
            table, np.arange(table.num_images), 1, "logit"
        )
        for image in range(table.num_images):
            for direction in range(2):
                for coordinate in range(3):
                    after = (
                        table.base_logits[image]
                        + table.effects[image, direction, coordinate]
                    )
                    self.assertEqual(
                        wins[image, direction * 3 + coordinate],
                        after.argmax() == 1,
                    )

    @parameterized.product(
        measure=list(target_effects.Measure), classes=[2, 3, 17]
    )
    def test_no_change_is_no_effect_exactly(self, measure, classes):
        base = np.random.default_rng(0).normal(size=(9, classes)) * 5
        table = effect_tables.table(effect_tables.zeros(9, 4, classes), base)
        towards, _ = target_effects.of_images(table, np.arange(9), 0, measure)
        np.testing.assert_array_equal(towards, 0.0)

    def test_closed_forms(self):
        base, change = np.zeros(2), np.array([[-1.0, np.log(3.0) - 1.0]])
        for measure, expected in (
            ("logit", np.log(3.0) - 1.0),
            ("log_odds", np.log(3.0)),
            ("probability", 0.25),
        ):
            (actual,), (wins,) = target_effects.of_edits(
                base, change, 1, measure
            )
            self.assertAlmostEqual(actual, expected)
            self.assertTrue(wins)

    @parameterized.parameters("log_odds", "probability")
    def test_a_common_offset_is_no_effect(self, measure):
        table = effect_tables.table(
            effect_tables.zeros(1, 2, 3) + 4.0, [[0.1, 0.2, 0.3]]
        )
        towards, _ = target_effects.of_images(table, np.arange(1), 2, measure)
        np.testing.assert_allclose(towards, 0.0, atol=1e-12)

    @parameterized.parameters("log_odds", "probability")
    def test_large_logits_do_not_overflow(self, measure):
        changes = effect_tables.zeros(1, 1)
        changes[0, 1, 0, 1] = 2000.0
        table = effect_tables.table(changes, [[1000.0, 0.0]])
        towards, wins = target_effects.of_images(
            table, np.arange(1), 1, measure
        )
        expected = {"log_odds": 2000.0, "probability": 1.0}[measure]
        np.testing.assert_allclose(towards, [[0.0, expected]])
        np.testing.assert_array_equal(wins, [[False, True]])

    def test_no_images(self):
        towards, wins = target_effects.of_images(
            effect_tables.random(0, size=3), np.arange(0), 1, "logit"
        )
        self.assertEqual(towards.shape, (0, 6))
        self.assertEqual(wins.shape, (0, 6))

    @parameterized.parameters(np.nan, np.inf)
    def test_refuses_what_is_not_a_number(self, bad):
        changes = effect_tables.zeros(2, 2)
        changes[1, 0, 0, 1] = bad
        table = effect_tables.table(changes, [[1.0, 0.0]] * 2)
        with self.assertRaisesRegex(ValueError, "'1' on class 1 are not fin"):
            target_effects.of_images(table, np.arange(2), 1, "logit")

    def test_refuses_what_is_not_there(self):
        table = effect_tables.random(0, images=3, classes=2)
        with self.assertRaisesRegex(ValueError, "measure is 'odds'"):
            target_effects.of_images(table, np.arange(2), 1, "odds")
        for image in (-1, 3):
            with self.assertRaisesRegex(ValueError, f"no image {image}"):
                target_effects.check_image(table, image)
        for class_index in (-1, 2):
            with self.assertRaisesRegex(ValueError, f"no class {class_index}"):
                target_effects.check_class(table, class_index)


if __name__ == "__main__":
    absltest.main()
