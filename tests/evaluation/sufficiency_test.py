"""Tests of the flip rates and their baselines."""

import dataclasses

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.attributes import edit_space, selection, style_ranges
from stylex_tf.evaluation import figure, reconstruction, sufficiency
from tests.testing import known_answers


def _attribute(coordinate, direction):
    return selection.Attribute(coordinate, direction, 1.0, 0.0)


def _picture(world, styles):
    pixels = world.generate(tf.constant(styles)).numpy()
    return np.round((pixels + 1) * 127.5).astype(np.uint8)


class SufficiencyTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        # Causes 0 and 2: class 0 is where neither is there.
        self.world = known_answers.PartsWorld(parts=12, causes=(0, 2))
        factors = np.zeros([8, 12], int)
        factors[0:2, 0] = 1
        factors[2:4, 2] = 1
        factors[4:6, (0, 2)] = 1
        self.styles = self.world.styles(factors)
        self.space = edit_space.EditSpace(
            style_ranges.StyleRanges(minimum=-np.ones(12), maximum=np.ones(12))
        )
        self.attributes = {
            0: [_attribute(0, 0), _attribute(2, 0)],
            1: [_attribute(5, 1), _attribute(0, 1), _attribute(2, 1)],
        }
        self.images = _picture(self.world, self.styles)

    def _held_out(self, logits=None):
        rebuilt = self.world.classify(self.world.generate(self.styles)).numpy()
        return reconstruction.Reconstruction(
            styles=self.styles,
            logits=rebuilt if logits is None else logits,
            reconstructed_logits=rebuilt,
            l1=np.zeros(len(self.styles)),
        )

    def _measure(
        self, held_out=None, second=None, swap_label=None, **baselines
    ):
        held_out = held_out or self._held_out()
        return sufficiency.measure(
            sufficiency.EditedImages(
                self.world.model,
                self.space,
                held_out,
                self.images,
                second or self.world.classify,
                batch_size=3,
            ),
            self.attributes,
            sufficiency.Baselines(
                styles=self.styles,
                predictions=held_out.reconstructed_logits.argmax(axis=1),
                **baselines,
            ),
            swap_label=swap_label,
        )

    def test_flip_rates_by_hand(self):
        figures = self._measure()
        # To class 0: one edit frees images 0 and 1, two free all six.
        # To class 1: a distractor first, then the cause.
        self.assertEqual(figures.flips.values, (2 / 8, 1.0, 1.0))
        self.assertEqual(figures.flips.n, 8)
        low, high = figures.flips.intervals[0]
        self.assertBetween(0.25, low, high)

    def test_no_curve_goes_beyond_its_list(self):
        figures = self._measure()
        self.assertEqual(figures.by_target["0"].values, (2 / 6, 1.0))
        self.assertEqual(figures.by_target["1"].values, (0.0, 1.0, 1.0))
        self.assertEqual(figures.by_target["1"].n, 2)
        self.assertLen(figures.random.values, 3)

    def test_where_nothing_is_listed_there_is_no_flip_rate(self):
        self.attributes = {0: [], 1: []}
        figures = self._measure(wu={1: [_attribute(2, 1)]})
        self.assertEqual(figures.flips, figure.Curve((), 8, ()))
        self.assertIsNone(figures.flips.last())
        self.assertIsNone(figures.random)
        self.assertEqual(figures.wu.values, ())
        self.assertEqual(figures.second_agreement.value, 1.0)

    def test_only_images_that_keep_their_class_count(self):
        logits = self._held_out().logits.copy()
        logits[0] = logits[0, ::-1]
        figures = self._measure(self._held_out(logits))
        self.assertEqual(figures.flips.n, 7)
        self.assertEqual(figures.flips.values[0], 1 / 7)

    def test_no_image_left_is_not_measured(self):
        drawn = figure.Curve((0.5,), 3)
        logits = self._held_out().logits[:, ::-1]
        figures = self._measure(self._held_out(logits), drawn=drawn)
        for field in dataclasses.fields(figures):
            value = getattr(figures, field.name)
            self.assertIs(value, drawn if field.name == "drawn" else None)

    def test_the_ranking_of_wu_gets_as_many_edits_as_are_listed(self):
        wu = {0: [_attribute(7, 1)], 1: [_attribute(2, 1)]}
        # To class 1 at once, the two of eight; to class 0 never.
        figures = self._measure(wu=wu)
        self.assertEqual(figures.wu.values, (2 / 8,) * 3)
        # A longer list is cut: its third edit to class 0 is not made.
        wu[0] = [_attribute(7, 1), _attribute(0, 0), _attribute(2, 0)]
        self.assertEqual(self._measure(wu=wu).wu.values, (2 / 8, 4 / 8, 4 / 8))
        again = self._measure(wu=self.attributes)
        self.assertEqual(again.wu, again.flips)

    def test_the_curves_of_others_are_passed_on(self):
        curve = figure.Curve((0.1, 0.2), 5)
        figures = self._measure(no_classification_loss=curve, drawn=curve)
        self.assertEqual(figures.no_classification_loss, curve)
        self.assertEqual(figures.drawn, curve)

    def test_the_same_classifier_again_says_the_same(self):
        figures = self._measure()
        self.assertEqual(figures.second, figures.flips)
        self.assertEqual(figures.carried_second, figures.carried)
        self.assertEqual(figures.second_agreement.value, 1.0)

    def test_a_second_classifier_that_knows_one_cause(self):
        second = known_answers.PartsWorld(parts=12, causes=(0,))
        figures = self._measure(second=second.classify)
        # Images 2 and 3 have cause 2 alone: the second calls them class 0.
        # In the rest, 0, 1, 4 and 5 turn with the first edit, 6 and 7 with
        # the second, which is the first that adds cause 0.
        self.assertEqual(figures.second_agreement.value, 6 / 8)
        self.assertEqual(figures.second.values, (4 / 6, 1.0, 1.0))
        self.assertEqual(figures.second.n, 6)

    def test_a_second_classifier_that_agrees_on_nothing(self):
        figures = self._measure(
            second=lambda x: self.world.classify(x)[:, ::-1]
        )
        self.assertEqual(figures.second_agreement.value, 0.0)
        self.assertIsNone(figures.second)

    def test_carried_onto_what_was_rebuilt_exactly_nothing_differs(self):
        figures = self._measure()
        self.assertEqual(figures.carried, figures.flips)

    def test_carried_onto_a_photograph_that_holds_the_cause_twice(self):
        # What the generator cannot draw keeps the photograph's class: here
        # the photographs of class 1 are brighter in band 2 than any style.
        self.images = _picture(
            self.world, self.world.styles(np.eye(12)[[0, 0, 2, 2, 2, 2, 5, 5]])
        )
        self.images[0:2, 8:12] = 255
        figures = self._measure()
        # Images 0 and 1 turn on the reconstruction, not on the photograph.
        self.assertEqual(figures.flips.values[0], 2 / 8)
        self.assertEqual(figures.carried.values[0], 0.0)

    def test_random_coordinates_are_seeded_and_do_worse(self):
        first, again = self._measure(seed=1), self._measure(seed=1)
        self.assertEqual(first.random, again.random)
        self.assertEqual(first.random.draws, sufficiency.DRAWS)
        self.assertLess(first.random.values[1], first.flips.values[1])
        low, high = first.random.intervals[1]
        self.assertBetween(first.random.values[1], low, high)

    def test_random_coordinates_are_turned_towards_the_target(self):
        # Where all coordinates are listed, every draw makes all edits: each
        # cause is turned the way of the class's mean.
        everything = [_attribute(c, 0) for c in range(10)]
        self.world = known_answers.PartsWorld(parts=10, causes=tuple(range(10)))
        self.styles = self.world.styles(np.eye(10)[:6])
        self.styles[4:, :10] = -1.0
        self.images = _picture(self.world, self.styles)
        self.space = edit_space.EditSpace(
            style_ranges.StyleRanges(minimum=-np.ones(10), maximum=np.ones(10))
        )
        self.attributes = {0: everything, 1: everything}
        random = self._measure().random
        self.assertEqual(random.values[-1], 1.0)
        self.assertEqual(random.intervals[-1], (1.0, 1.0))

    def test_label_swap_exchanges_source_and_target(self):
        seen = []

        def swap_label(images, p):
            (p,) = tf.numpy_function(
                lambda rows: [seen.append(rows) or rows], [p], [tf.float32]
            )
            p = tf.ensure_shape(p, [None, 2])
            # A generator that draws the cause from p alone.
            present = tf.where(p[:, 1:] > 0.5, 1.0, -1.0)
            rest = -tf.ones([tf.shape(p)[0], self.world.total - 1])
            return tf.concat([present, rest], axis=1)

        held_out = self._held_out()
        figures = self._measure(held_out, swap_label=swap_label)
        self.assertEqual(figures.label_swap.value, 1.0)
        p = tf.nn.softmax(held_out.logits).numpy()
        np.testing.assert_allclose(
            np.concatenate(seen)[:8], p[:, ::-1], atol=1e-6
        )

    def test_without_a_condition_the_label_swap_does_not_apply(self):
        self.assertIsNone(self._measure().label_swap)

    def test_of_three_classes_the_second_best_is_the_target(self):
        world = known_answers.LinearWorld(classes=3, relevant=[1, 4])
        styles = np.zeros([1, 9], np.float32)
        styles[0, [1, 4]] = [2.0, 1.0]
        logits = styles @ world.weights
        figures = sufficiency.measure(
            sufficiency.EditedImages(
                world.model,
                edit_space.EditSpace(
                    style_ranges.StyleRanges(
                        minimum=np.zeros(6), maximum=np.ones(6) * 3
                    )
                ),
                reconstruction.Reconstruction(
                    styles, logits, logits, np.zeros(1)
                ),
                np.zeros([1, 4, 4, 3], np.uint8),
                world.classify,
            ),
            {2: [_attribute(4, 1)], 0: [_attribute(1, 0)]},
            sufficiency.Baselines(styles=styles, predictions=np.array([1])),
        )
        self.assertEqual(figures.flips.values, (1.0,))
        self.assertEqual(list(figures.by_target), ["2"])

    def test_a_pair_leads_all_images_of_one_class_to_another(self):
        world = known_answers.LinearWorld(classes=3, relevant=[1, 4])
        styles = np.zeros([3, 9], np.float32)
        styles[:, 1] = [2.0, 2.0, 0.0]
        styles[:, 4] = [1.0, 0.0, 2.0]
        logits = styles @ world.weights
        images = sufficiency.EditedImages(
            world.model,
            edit_space.EditSpace(
                style_ranges.StyleRanges(
                    minimum=np.zeros(6), maximum=np.ones(6) * 3
                )
            ),
            reconstruction.Reconstruction(styles, logits, logits, np.zeros(3)),
            np.zeros([3, 4, 4, 3], np.uint8),
            world.classify,
            pair=(1, 0),
        )
        # The third is of class 2, and stays out.
        self.assertEqual(images.led.rows.tolist(), [0, 1])
        self.assertEqual(images.led.sources.tolist(), [1, 1])
        self.assertEqual(images.led.targets.tolist(), [0, 0])


if __name__ == "__main__":
    absltest.main()
