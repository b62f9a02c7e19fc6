"""Tests of the decisions that edits turn, carried onto the images."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space, selection, style_ranges
from stylex_tf.evaluation import (
    reconstruction,
    turned_decisions,
)
from stylex_tf.search import model as model_lib
from tests.testing import known_answers


def _attribute(coordinate, direction):
    return selection.Attribute(coordinate, direction, 1.0, 0.0)


def _space(size, end):
    return edit_space.EditSpace(
        style_ranges.StyleRanges(
            minimum=np.full(size, -end), maximum=np.full(size, end)
        )
    )


def _pixels(images):
    return np.asarray(tf.round((images + 1.0) * 127.5)).astype(np.uint8)


def _rebuilt(model, pixels, styles):
    images = tf.constant(pixels / 127.5 - 1.0, tf.float32)
    return reconstruction.Reconstruction(
        styles=styles,
        logits=np.asarray(model.classify(images)),
        reconstructed_logits=np.asarray(model.classify(model.generate(styles))),
        l1=np.zeros(len(styles)),
    )


class KnownAnswersTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.world = known_answers.PartsWorld(parts=4, causes=(0, 2))
        factors = np.zeros([8, 4], int)
        factors[0:2, 0] = 1
        factors[2:3, 2] = 1
        factors[3:5, (0, 2)] = 1
        factors[5:6, 1] = 1
        self.styles = self.world.styles(factors)
        self.pixels = _pixels(self.world.generate(self.styles))

    def _measure(self, attributes, model=None, **options):
        model = model or self.world.model
        return turned_decisions.measure(
            model,
            self.pixels,
            _rebuilt(model, self.pixels, self.styles),
            _space(4, 1.0),
            attributes,
            batch_size=3,
            **options,
        )

    def test_counts_the_images_that_each_edit_turns(self):
        turned = self._measure(
            {
                0: [_attribute(0, 0), _attribute(2, 0), _attribute(3, 0)],
                1: [_attribute(0, 1), _attribute(1, 1)],
            }
        )
        # Away from class 1: those with one cause alone.
        np.testing.assert_array_equal(
            turned[0].by_edit,
            [[1, 1, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 0]],
        )
        # To class 1 a cause is enough, and part 1 is none.
        np.testing.assert_array_equal(turned[1].by_edit, [[1] * 3, [0] * 3])
        for decisions in turned.values():
            self.assertFalse(decisions.by_rebuilding.any())

    def test_edits_of_a_list_are_made_together(self):
        attributes = {
            0: [_attribute(3, 0), _attribute(2, 0), _attribute(0, 0)],
            1: [_attribute(0, 1)],
        }
        turned = turned_decisions.together(
            self.world.model,
            self.pixels,
            _rebuilt(self.world.model, self.pixels, self.styles),
            _space(4, 1.0),
            attributes,
            batch_size=3,
        )
        # The images with both causes need both edits.
        np.testing.assert_array_equal(
            turned[0].by_edit, [[0] * 5, [0, 0, 1, 0, 0], [1] * 5]
        )
        np.testing.assert_array_equal(turned[1].by_edit, [[1] * 3])
        # One edit alone is the same question.
        alone = self._measure(attributes)
        np.testing.assert_array_equal(turned[1].by_edit, alone[1].by_edit)

    def test_the_opposite_edits_of_a_list_are_made_together(self):
        # Images of class 1: without part 0 the last three still have part 2.
        for whole, by_edit in (
            (False, [[1, 1, 0, 0, 0], [1] * 5]),
            (True, [[1] * 5]),
        ):
            turned = turned_decisions.together(
                self.world.model,
                self.pixels,
                _rebuilt(self.world.model, self.pixels, self.styles),
                _space(4, 1.0),
                {0: [], 1: [_attribute(0, 1), _attribute(2, 1)]},
                whole=whole,
                reverse=True,
            )
            np.testing.assert_array_equal(turned[1].by_edit, by_edit)
            self.assertFalse(turned[1].by_rebuilding.any())
            self.assertEqual(turned[0].by_edit.shape, (0, 3))

    def test_together_nothing_is_asked_where_nobody_can_be_turned(self):
        turned = turned_decisions.together(
            self.world.model,
            self.pixels[:3],
            _rebuilt(self.world.model, self.pixels[:3], self.styles[:3]),
            _space(4, 1.0),
            {0: [], 1: [_attribute(0, 1), _attribute(1, 1)]},
        )
        self.assertEqual(turned[0].by_edit.shape, (0, 3))
        self.assertEqual(turned[1].by_edit.shape, (2, 0))

    def test_the_opposite_edit_leads_away(self):
        turned = self._measure(
            {0: [_attribute(0, 0)], 1: [_attribute(0, 1)]}, reverse=True
        )
        # Images of class 0 that part 0 takes away, images of class 1 that
        # its absence takes away.
        np.testing.assert_array_equal(turned[0].by_edit, [[1, 1, 1]])
        np.testing.assert_array_equal(turned[1].by_edit, [[1, 1, 0, 0, 0]])

    def test_rebuilding_alone_may_turn_a_decision(self):
        # The generator forgets part 2.
        def forgetful(styles):
            kept = np.ones(self.world.total, np.float32)
            kept[2] = 0.0
            hidden = np.zeros(self.world.total, np.float32)
            hidden[2] = -1.0
            return self.world.generate(styles * kept + hidden)

        model = model_lib.Model(forgetful, self.world.classify)
        turned = self._measure({0: [_attribute(1, 0)]}, model)
        np.testing.assert_array_equal(turned[0].by_rebuilding, [0, 0, 1, 0, 0])
        # Carried onto the images, the edit finds part 2 where it was.
        self.assertFalse(turned[0].by_edit.any())

    def test_what_is_asked_about_is_the_image_with_the_change_on_it(self):
        asked = []

        def classify(images):
            tf.py_function(lambda x: asked.append(x.numpy()), [images], [])
            return self.world.classify(images)

        model = model_lib.Model(self.world.generate, classify)
        self.pixels[:] = 200
        styles = self.styles
        rebuilt = _rebuilt(self.world.model, self.pixels, styles)
        # All are of class 1 now, so that class 0 comes second.
        turned_decisions.measure(
            model,
            self.pixels,
            rebuilt,
            _space(4, 1.0),
            {0: [_attribute(0, 0)]},
        )
        edited = styles.copy()
        edited[:, 0] = -1.0
        change = self.world.generate(edited) - self.world.generate(styles)
        expected = np.clip(200 / 127.5 - 1.0 + np.asarray(change), -1, 1)
        np.testing.assert_allclose(asked[-1], expected, atol=1e-5)

    @parameterized.parameters((3, [1, 2, 3]), (11, [0, 1, 2]))
    def test_of_many_classes_an_image_is_led_to_its_second(
        self, classes, expected
    ):
        world = known_answers.LinearWorld(classes=classes)
        logits = np.full([3, classes], -9.0)
        logits[:, :3] = [[3.0, 2.0, 0.0], [0.0, 3.0, 1.0], [3.0, 0.0, 1.0]]
        rebuilt = reconstruction.Reconstruction(
            styles=world.styles[:3],
            logits=logits,
            reconstructed_logits=logits,
            l1=np.zeros(3),
        )
        turned = turned_decisions.measure(
            world.model,
            np.zeros([3, 4, 4, 3], np.uint8),
            rebuilt,
            _space(6, 1.0),
            {target: [_attribute(0, 1)] for target in range(3)},
        )
        sizes = [len(turned[target].by_rebuilding) for target in range(3)]
        self.assertEqual(sizes, expected)


class TurnedTest(absltest.TestCase):
    def test_refuses_arrays_of_other_images(self):
        with self.assertRaisesRegex(ValueError, "expected .A, n. and .n."):
            turned_decisions.Turned(np.zeros([2, 3], bool), np.zeros(2, bool))


if __name__ == "__main__":
    absltest.main()
