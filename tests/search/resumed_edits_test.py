"""Tests of edits that are evaluated from their layer on."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.search import model as model_lib
from stylex_tf.search import resumed_edits
from tests.testing import known_answers


class _Layers:
    """A LinearWorld in two layers, which remembers what it was entered with."""

    layer_widths = (4, 2)

    def __init__(self, world):
        self.world = world

    def __call__(self, styles):
        return self.world.generate(styles)

    def enter(self, styles):
        return [(), (styles[:, :4],)]

    def resume(self, layer, state, styles):
        # The second layer has to take the first one's coordinates from there.
        early = state[0] if layer else styles[:, :4]
        return self.world.generate(tf.concat([early, styles[:, 4:]], axis=1))


def _edits(classify=None, score=None):
    world = known_answers.LinearWorld(classes=3)
    ranges = style_ranges.StyleRanges.from_styles(
        world.styles, searched=world.searched
    )
    edits = resumed_edits.ResumedEdits(
        model_lib.Model(
            _Layers(world), classify or world.classify, score=score
        ),
        edit_space.EditSpace(ranges, 0.5),
    )
    return world, ranges, edits


def _answers(edits, styles, layer, entries, batch=4, progress=None):
    styles = tf.constant(styles)
    state = edits.enter(styles)[layer]
    return edits.answers(
        layer, state, styles, np.array(entries), batch=batch, progress=progress
    )


class ResumedEditsTest(parameterized.TestCase):
    @parameterized.parameters((0, 0), (1, 4))
    def test_an_entry_is_one_image_with_one_edit(self, layer, first):
        world, ranges, edits = _edits()
        each, width = edits.entries_per_image(layer), edits.widths[layer]
        self.assertEqual(each, 2 * width + 1)
        entries = np.arange(len(world.styles) * each)
        answers = _answers(edits, world.styles, layer, entries)
        for entry, answer in zip(entries, answers, strict=True):
            image, edit = divmod(entry, each)
            styles = world.styles[image].copy()
            if edit < 2 * width:
                direction, coordinate = divmod(edit, width)
                end = ranges.ends()[direction][first + coordinate]
                styles[first + coordinate] += 0.5 * (
                    end - styles[first + coordinate]
                )
            expected = world.classify(world.generate(styles[None]))[0]
            np.testing.assert_allclose(answer, expected, rtol=1e-4, atol=1e-5)

    def test_the_last_batch_is_as_long_as_the_others(self):
        shapes = set()
        world = known_answers.LinearWorld(classes=3)

        def classify(images):
            shapes.add(images.shape[0])
            return world.classify(images)

        _, _, edits = _edits(classify)
        answers = _answers(edits, world.styles, 0, range(7), batch=3)
        self.assertLen(answers, 7)
        self.assertEqual(shapes, {3})

    def test_progress_counts_edits_alone(self):
        world, _, edits = _edits()
        done = []
        _answers(
            edits, world.styles, 1, range(10), batch=4, progress=done.append
        )
        # Entries 4 and 9 are the unedited images.
        self.assertEqual(done, [4, 3, 1])

    def test_the_score_stands_behind_the_logits(self):
        world, _, edits = _edits(score=lambda images: images[:, 0, 0, 0])
        answers = _answers(edits, world.styles, 0, [8])
        np.testing.assert_allclose(
            answers[:, 3], world.generate(world.styles[:1])[:, 0, 0, 0]
        )

    @parameterized.parameters("classify", "score")
    def test_an_answer_that_is_not_finite_is_an_error(self, judge):
        def infinite(images):
            ones = tf.ones([tf.shape(images)[0], 3])
            return ones / 0.0 if judge == "classify" else ones[:, 0] / 0.0

        world, _, edits = _edits(**{judge: infinite})
        with self.assertRaisesRegex(FloatingPointError, "not finite"):
            _answers(edits, world.styles, 0, [0])

    def test_parts_become_one_table(self):
        _, ranges, edits = _edits()
        base = np.arange(9.0).reshape(3, 3)
        changes = np.arange(3 * 2 * 6 * 3.0).reshape(3, 2, 6, 3)
        table = edits.table(
            [(base[:2], changes[:2]), (base[2:], changes[2:])], list("abc")
        )
        np.testing.assert_array_equal(table.base_logits, base)
        np.testing.assert_array_equal(table.effects, changes)
        self.assertEqual(table.image_ids, ("a", "b", "c"))
        self.assertEqual(table.shift_size, 0.5)
        self.assertIs(table.ranges, ranges)
        self.assertIsNone(table.score_changes)


class CheckImagesTest(parameterized.TestCase):
    @parameterized.parameters(
        (np.ones([2, 3]), "ab", 4, r"shape \(2, 3\).*at least the 4"),
        (np.ones([0, 4]), "", 4, r"shape \(0, 4\)"),
        (np.ones([4]), "a", 4, r"shape \(4,\)"),
        (np.ones([2, 4]), "a", 4, "1 image ids for 2 images"),
    )
    def test_what_does_not_fit_is_an_error(self, styles, ids, searched, says):
        with self.assertRaisesRegex(ValueError, says):
            resumed_edits.check_images(styles, ids, searched)

    def test_returns_float32(self):
        styles = resumed_edits.check_images([[1, 2], [3, 4]], "ab", 2)
        self.assertEqual(styles.dtype, np.float32)


class EvenTest(parameterized.TestCase):
    @parameterized.parameters(
        (10, 256, 10), (10, 4, 4), (9, 4, 3), (257, 256, 129), (1, 1, 1)
    )
    def test_as_few_equal_parts_as_fit(self, count, most, expected):
        self.assertEqual(resumed_edits.even(count, most), expected)


if __name__ == "__main__":
    absltest.main()
