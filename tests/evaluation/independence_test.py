"""Tests of how much attributes have in common."""

from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space, selection, style_ranges
from stylex_tf.evaluation import independence, record
from stylex_tf.search import model as model_lib
from tests.testing import known_answers


def _attribute(coordinate, direction=1):
    return selection.Attribute(coordinate, direction, 1.0, 0.0)


class LinearWorldTest(parameterized.TestCase):
    @parameterized.parameters(2, 3, 64)
    def test_cosine_in_closed_form_and_effects_that_add(self, batch_size):
        world = known_answers.LinearWorld()
        ranges = style_ranges.StyleRanges(
            minimum=-np.ones(6) * 2, maximum=np.ones(6) * 2
        )
        edits = [(0, 1), (3, 0), (4, 1)]
        figures = independence.measure(
            world.model,
            world.styles,
            np.zeros(5, int),
            edit_space.EditSpace(ranges, 0.5),
            {1: [_attribute(*edit) for edit in edits], 0: [_attribute(2)] * 2},
            batch_size=batch_size,
        )
        table = world.effects(ranges.minimum, ranges.maximum, 0.5)
        odds = [table[:, d, s, 1] - table[:, d, s, 0] for s, d in edits]
        cosines = [
            abs(odds[i] @ odds[j])
            / np.linalg.norm(odds[i])
            / np.linalg.norm(odds[j])
            for i, j in ((0, 1), (0, 2), (1, 2))
        ]
        self.assertAlmostEqual(
            figures.effect_cosine.value, np.mean(cosines), places=4
        )
        self.assertAlmostEqual(figures.additivity_gap.value, 0.0, places=4)
        # Every image is of class 0: none is led there.
        self.assertEqual(figures.additivity_gap.n, 5)


class PartsWorldTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.world = known_answers.PartsWorld()
        self.ranges = style_ranges.StyleRanges(
            minimum=-np.ones(4), maximum=np.ones(4)
        )

    def _measure(self, factors, attributes, classify=None):
        styles = self.world.styles(factors)
        classify = classify or self.world.classify
        logits = classify(self.world.generate(styles)).numpy()
        return independence.measure(
            model_lib.Model(self.world.generate, classify),
            styles,
            logits.argmax(axis=1),
            edit_space.EditSpace(self.ranges),
            attributes,
        )

    def test_different_bands_do_not_overlap(self):
        figures = self._measure(
            [[0, 0, 0, 0]], {1: [_attribute(0), _attribute(2)]}
        )
        self.assertEqual(figures.mask_overlap.value, 0.0)
        self.assertAlmostEqual(figures.effect_cosine.value, 1.0, places=6)
        # "Or": both together do what each does alone.
        self.assertAlmostEqual(figures.additivity_gap.value, 0.5, places=3)

    def test_a_conjunction_is_a_gap_of_one(self):
        # To take the class away, both causes must go; neither does alone.
        figures = self._measure(
            [[1, 0, 1, 0]], {0: [_attribute(0, 0), _attribute(2, 0)]}
        )
        self.assertAlmostEqual(figures.additivity_gap.value, 1.0, places=6)
        self.assertIsNone(figures.effect_cosine)

    def test_the_same_edit_twice_is_one_thing(self):
        figures = self._measure(
            [[0, 0, 0, 0], [0, 1, 0, 0]], {1: [_attribute(0)] * 2}
        )
        self.assertEqual(figures.mask_overlap.value, 1.0)
        self.assertAlmostEqual(figures.effect_cosine.value, 1.0, places=6)
        self.assertIsNone(figures.additivity_gap)
        self.assertEqual(figures.mask_overlap.n, 2)

    def test_masks_that_share_a_band(self):
        # Coordinate 1 paints bands 0 and 1: half of it is coordinate 0's.
        generate = self.world.generate

        def shared(styles):
            first = tf.maximum(styles[:, :1], styles[:, 1:2])
            return generate(tf.concat([first, styles[:, 1:]], axis=1))

        styles = self.world.styles([[0, 0, 0, 0]])
        figures = independence.measure(
            model_lib.Model(shared, self.world.classify),
            styles,
            np.zeros(1, int),
            edit_space.EditSpace(self.ranges),
            {1: [_attribute(0), _attribute(1)]},
        )
        self.assertEqual(figures.mask_overlap.value, 0.5)

    def test_many_classes_share_the_images_that_are_edited(self):
        factors, two = [[0, 0, 0, 0]] * 6, [_attribute(0), _attribute(2)]
        for classes, expected in ((1, 6), (2, 4), (4, 2), (200, 1)):
            lists = {1: two} | {
                -number: two[:1] for number in range(1, classes)
            }
            with mock.patch.object(independence, "_IMAGES", 8):
                figures = self._measure(factors, lists)
            self.assertEqual(figures.mask_overlap.n, expected)
            self.assertEqual(figures.mask_overlap.value, 0.0)

    def test_only_the_first_eight_are_compared(self):
        first = [_attribute(0)] * 8
        figures = self._measure([[0, 0, 0, 0]], {1: [*first, _attribute(2)]})
        self.assertEqual(figures.mask_overlap.value, 1.0)

    @parameterized.parameters(
        ({},),
        ({1: [_attribute(0)]},),
        # The only image is of class 0 already.
        ({0: [_attribute(0), _attribute(2)]},),
    )
    def test_without_pairs_there_are_no_figures(self, attributes):
        figures = self._measure([[0, 0, 0, 0]], attributes)
        self.assertIsNone(figures.mask_overlap)
        self.assertIsNone(figures.effect_cosine)
        self.assertIsNone(figures.additivity_gap)

    def test_edits_that_do_nothing_give_no_figures(self):
        figures = self._measure(
            [[0, 0, 0, 0]], {1: [_attribute(1, 0), _attribute(3, 0)]}
        )
        self.assertEqual(figures, record.Independence())


if __name__ == "__main__":
    absltest.main()
