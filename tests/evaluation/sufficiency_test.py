"""Tests of the flip rates and their baselines."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.attributes import edit_space, selection, style_ranges
from stylex_tf.evaluation import reconstruction, schema, sufficiency
from tests.testing import known_answers


def _attribute(coordinate, direction):
    return selection.Attribute(coordinate, direction, 1.0, 0.0)


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
        self.ranges = style_ranges.StyleRanges(
            minimum=-np.ones(12), maximum=np.ones(12)
        )
        self.attributes = {
            0: [_attribute(0, 0), _attribute(2, 0)],
            1: [_attribute(5, 1), _attribute(0, 1)],
        }

    def _held_out(self, logits=None):
        rebuilt = self.world.classify(self.world.generate(self.styles)).numpy()
        return reconstruction.Reconstruction(
            styles=self.styles,
            logits=rebuilt if logits is None else logits,
            reconstructed_logits=rebuilt,
            l1=np.zeros(len(self.styles)),
        )

    def _measure(self, held_out=None, **options):
        return sufficiency.measure(
            self.world.model,
            held_out or self._held_out(),
            edit_space.EditSpace(self.ranges),
            self.attributes,
            batch_size=3,
            **options,
        )

    def test_flip_rates_by_hand(self):
        figures = self._measure()
        # To class 0: one edit frees images 0 and 1, two free all six.
        # To class 1: a distractor first, then the cause.
        self.assertEqual(figures["flip_rate"], [2 / 8] + [1.0] * 9)
        self.assertEqual(
            figures["by_target"],
            {
                "0": {"flip_rate": [2 / 6] + [1.0] * 9, "images": 6},
                "1": {"flip_rate": [0.0] + [1.0] * 9, "images": 2},
            },
        )
        self.assertEqual(figures["images"], 8)
        low, high = figures["interval"][0]
        self.assertBetween(0.25, low, high)

    def test_only_images_that_keep_their_class_count(self):
        logits = self._held_out().logits.copy()
        logits[0] = logits[0, ::-1]
        figures = self._measure(self._held_out(logits))
        self.assertEqual(figures["images"], 7)
        self.assertEqual(figures["flip_rate"][0], 1 / 7)

    def test_no_image_left_gives_nulls(self):
        logits = self._held_out().logits[:, ::-1]
        figures = self._measure(self._held_out(logits))
        self.assertEqual(figures["images"], 0)
        self.assertIsNone(figures["flip_rate"])
        self.assertIsNone(figures["interval"])
        self.assertIsNone(figures["baselines"]["random"])
        self.assertIsNone(figures["second_classifier"]["agreement"])

    def test_what_was_not_given_is_null(self):
        figures = self._measure()
        self.assertIsNone(figures["baselines"]["wu"])
        self.assertIsNone(figures["baselines"]["no_classification_loss"])
        self.assertEqual(
            figures["second_classifier"],
            dict.fromkeys(["agreement", "flip_rate", "images"]),
        )
        schema.build({"sufficiency": figures})

    def test_the_ranking_of_wu_is_a_list_like_any_other(self):
        wu = {0: [_attribute(7, 1)], 1: [_attribute(2, 1)]}
        figures = self._measure(wu=wu)
        # To class 1 at once, the two of eight; to class 0 never.
        self.assertEqual(figures["baselines"]["wu"], [2 / 8] * 10)
        again = self._measure(wu=self.attributes)
        self.assertEqual(again["baselines"]["wu"], again["flip_rate"])

    def test_the_curve_of_another_run_is_passed_on(self):
        curve = [k / 20 for k in range(10)]
        figures = self._measure(no_classification_loss=curve)
        self.assertEqual(figures["baselines"]["no_classification_loss"], curve)

    def test_the_same_classifier_again_says_the_same(self):
        figures = self._measure(second_classify=self.world.classify)
        self.assertEqual(
            figures["second_classifier"],
            {
                "agreement": 1.0,
                "flip_rate": figures["flip_rate"],
                "images": figures["images"],
            },
        )
        schema.build({"sufficiency": figures})

    def test_a_second_classifier_that_knows_one_cause(self):
        second = known_answers.PartsWorld(parts=12, causes=(0,))
        figures = self._measure(second_classify=second.classify)
        # Images 2 and 3 have cause 2 alone: the second calls them class 0.
        # Of the rest, 0, 1, 4 and 5 turn with the first edit, 6 and 7 with
        # the second, which is the first that adds cause 0.
        self.assertEqual(
            figures["second_classifier"],
            {
                "agreement": 6 / 8,
                "flip_rate": [4 / 6] + [1.0] * 9,
                "images": 6,
            },
        )

    def test_a_second_classifier_that_agrees_on_nothing(self):
        figures = self._measure(
            second_classify=lambda x: self.world.classify(x)[:, ::-1]
        )
        self.assertEqual(
            figures["second_classifier"],
            {"agreement": 0.0, "flip_rate": None, "images": 0},
        )

    def test_random_coordinates_are_seeded_and_do_worse(self):
        first, again = self._measure(seed=1), self._measure(seed=1)
        random = first["baselines"]["random"]
        self.assertEqual(random, again["baselines"]["random"])
        self.assertLen(random, 10)
        self.assertLess(random[1], first["flip_rate"][1])

    def test_fewer_coordinates_than_ten(self):
        self.ranges = style_ranges.StyleRanges(
            minimum=-np.ones(6), maximum=np.ones(6)
        )
        self.assertLen(self._measure()["baselines"]["random"], 10)

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
        figures = self._measure(
            held_out,
            swap_label=swap_label,
            images=np.zeros([8, 4, 4, 3], np.uint8),
        )
        self.assertEqual(figures["baselines"]["label_swap"], 1.0)
        p = tf.nn.softmax(held_out.logits).numpy()
        np.testing.assert_allclose(
            np.concatenate(seen)[:8], p[:, ::-1], atol=1e-6
        )

    def test_without_a_condition_the_label_swap_does_not_apply(self):
        self.assertIsNone(self._measure()["baselines"]["label_swap"])

    def test_of_three_classes_the_second_best_is_the_target(self):
        world = known_answers.LinearWorld(classes=3, relevant=[1, 4])
        styles = np.zeros([1, 9], np.float32)
        styles[0, [1, 4]] = [2.0, 1.0]
        logits = styles @ world.weights
        figures = sufficiency.measure(
            world.model,
            reconstruction.Reconstruction(styles, logits, logits, np.zeros(1)),
            edit_space.EditSpace(
                style_ranges.StyleRanges(
                    minimum=np.zeros(6), maximum=np.ones(6) * 3
                )
            ),
            {2: [_attribute(4, 1)], 0: [_attribute(1, 0)]},
        )
        self.assertEqual(figures["flip_rate"], [1.0] * 10)
        self.assertEqual(list(figures["by_target"]), ["2"])


if __name__ == "__main__":
    absltest.main()
