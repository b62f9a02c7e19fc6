"""What every drawn world promises, and each of its own."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.data.worlds import (
    factor_masks,
    retina_drawn,
    rules,
    worlds,
)
from stylex_tf.evaluation import wu_ranking

_NAMES = (
    "retina_drawn",
    "cottages",
    "fish",
    "beetles",
    "boats",
    "cells",
    "dials",
    "sprouts",
)
_CAUSES = ("lamp=red", "bird=chimney")


class DrawnWorldsTest(parameterized.TestCase):
    @parameterized.product(name=_NAMES, resolution=(32, 64))
    def test_draws_the_same_of_the_same_factors(self, name, resolution):
        world = worlds.get(name)
        for row in worlds.draw_factors(world, 3, seed=1):
            first, second = (world.render(row, resolution) for _ in range(2))
            self.assertEqual(first.shape, (resolution, resolution, 3))
            self.assertEqual(first.dtype, np.uint8)
            np.testing.assert_array_equal(first, second)

    @parameterized.parameters(*_NAMES)
    def test_every_factor_shows_in_every_picture(self, name):
        world = worlds.get(name)
        size = 64 if name == "retina_drawn" else 32
        rows = worlds.draw_factors(world, 12, seed=2)
        for factor in world.factors:
            masks = factor_masks.factor_masks(
                world, rows, factor.name, resolution=size
            )
            # 1 in 100 of 32 px, and the points of the retina.
            self.assertGreaterEqual(
                masks.sum(axis=(1, 2)).min(), 8, factor.name
            )

    @parameterized.parameters(*_NAMES)
    def test_has_many_more_pictures_than_a_run_sees(self, name):
        world = worlds.get(name)
        values = worlds.draw_factors(world, 20_000, seed=0)
        distinct = len(np.unique(values, axis=0))
        # Where no factor is continuous a few are drawn twice.
        self.assertGreater(distinct, 0.8 * len(values))

    @parameterized.parameters("cottages", "fish", "cells")
    def test_a_record_draws_its_picture_again(self, name):
        """Records hold factors as float32."""
        world = worlds.get(name)
        for row in worlds.draw_factors(world, 20, seed=3):
            stored = row.astype(np.float32)
            np.testing.assert_array_equal(
                world.render(row, 32), world.render(stored, 32)
            )


class RetinaTest(parameterized.TestCase):
    def _sick(self, count: int) -> np.ndarray:
        rows = worlds.draw_factors(worlds.get("retina_drawn"), count, seed=5)
        rows[:, 0] = 1
        return rows

    def test_exudates_are_small_and_bright(self):
        for row in self._sick(20):
            mask = retina_drawn.exudate_mask(row, 64)
            # Nine points of one or two pixels each way, with soft edges.
            self.assertBetween(mask.mean(), 0.002, 0.015)
            brighter = retina_drawn.render(row, 64)[mask].astype(int)
            row[0] = 0
            without = retina_drawn.render(row, 64)[mask].astype(int)
            self.assertGreater((brighter - without).sum(axis=1).mean(), 60)

    def test_nothing_else_changes(self):
        for row in self._sick(10):
            mask = retina_drawn.exudate_mask(row, 64)
            sick = retina_drawn.render(row, 64)
            row[0] = 0
            well = retina_drawn.render(row, 64)
            np.testing.assert_array_equal(sick[~mask], well[~mask])
            self.assertTrue((sick != well).any(axis=-1)[mask].all())

    def test_a_healthy_eye_has_an_empty_mask(self):
        row = self._sick(1)[0]
        row[0] = 0
        self.assertFalse(retina_drawn.exudate_mask(row, 64).any())

    def test_no_cloud_of_points_is_as_bright_without_exudates(self):
        """Bleedings have the size of exudates and are dark."""
        rows = self._sick(10)
        rows[:, 0] = 0
        for row in rows:
            row[1] = 0
            without = retina_drawn.render(row, 64).astype(int)
            row[1] = 1
            change = retina_drawn.render(row, 64).astype(int) - without
            self.assertLessEqual(change.max(), 0)
            self.assertBetween((change < 0).any(axis=-1).sum(), 8, 60)


class CottagesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.world = worlds.get("cottages")
        self.rule = rules.parse(
            "any", _CAUSES, self.world.factors, self.world.name
        )
        self.factors = worlds.draw_factors(self.world, 4000, seed=0)
        self.labels = np.array(
            [self.rule.label(row, 0.0) for row in self.factors]
        )

    def test_two_nuisances_go_along_with_the_class_and_the_rest_does_not(self):
        self.assertAlmostEqual(self.labels.mean(), 0.51, delta=0.02)
        for index, factor in enumerate(self.world.factors):
            column = self.factors[:, index]
            if factor.name in ("clouds", "meadow"):
                along = (column == self.labels).mean()
                self.assertAlmostEqual(along, 0.85, delta=0.02)
            elif index > 1:
                correlation = np.corrcoef(column, self.labels)[0, 1]
                self.assertLess(abs(correlation), 0.05, factor.name)

    def test_statistics_rank_those_nuisances_before_the_causes(self):
        """With styles that are the factors themselves: one a value.

        A classifier that is always right is asked nothing here, since Wu et
        al.'s ranking asks it nothing but the class.
        """
        names, styles = [], []
        for factor, column in zip(
            self.world.factors, self.factors.T, strict=True
        ):
            for number, value in enumerate(factor.values):
                names.append(f"{factor.name}={value}")
                styles.append(column == number)
            if not factor.values:
                names.append(factor.name)
                styles.append(column)
        ranked = wu_ranking.rank(
            np.stack(styles, axis=1),
            self.labels,
            target_class=1,
            searched=len(names),
            top_k=6,
        )
        first = [names[attribute.coordinate] for attribute in ranked]
        nuisances = {
            "clouds=clear",
            "clouds=cloudy",
            "meadow=green",
            "meadow=dry",
        }
        self.assertEqual(set(first[:4]), nuisances)
        self.assertContainsSubset(_CAUSES, first)


class FishTest(absltest.TestCase):
    def test_has_four_classes_of_equal_size(self):
        world = worlds.get("fish")
        rule = rules.parse(
            "each", ("crest", "spot", "barbels"), world.factors, world.name
        )
        labels = [
            rule.label(row, 0.0)
            for row in worlds.draw_factors(world, 8000, seed=0)
        ]
        shares = np.bincount(labels, minlength=4) / len(labels)
        np.testing.assert_allclose(shares, [0.25] * 4, atol=0.02)


if __name__ == "__main__":
    absltest.main()
