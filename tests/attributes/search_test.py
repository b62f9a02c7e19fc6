"""Tests of the exact search."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.attributes import search, style_ranges
from tests.testing import attribute_oracles, known_answers


def _ranges(world):
    return style_ranges.StyleRanges.from_styles(
        world.styles, searched=world.searched
    )


class SearchTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.product(classes=[2, 3], shift_size=[1.0, 2.5])
    def test_linear_world_has_its_closed_form(self, classes, shift_size):
        world = known_answers.LinearWorld(classes=classes)
        ranges = _ranges(world)
        table = search.measure_effects(
            world.generate,
            world.classify,
            world.styles,
            ranges,
            image_ids=list("abcde"),
            shift_size=shift_size,
            batch_size=16,
        )
        self.assertAllClose(
            table.effects,
            world.effects(ranges.minimum, ranges.maximum, shift_size),
            atol=1e-5,
        )
        self.assertAllClose(
            table.base_logits, world.styles @ world.weights, atol=1e-5
        )
        self.assertEqual(table.shift_size, shift_size)

    # 5 images * 2 * 6 = 60 edits: one at a time, a ragged end, one batch.
    @parameterized.parameters(1, 7, 60, 100)
    def test_any_batch_size_gives_the_notebooks_table(self, batch_size):
        world = known_answers.PartsWorld()
        rng = np.random.default_rng(0)
        styles = rng.uniform(-1, 1, (3, world.total)).astype(np.float32)
        ranges = style_ranges.StyleRanges.from_styles(
            styles, searched=world.parts
        )
        table = search.measure_effects(
            world.generate,
            world.classify,
            styles,
            ranges,
            image_ids=list("abc"),
            batch_size=batch_size,
        )
        expected, base = attribute_oracles.measure_effects(
            world.generate,
            world.classify,
            styles,
            ranges.minimum,
            ranges.maximum,
            1.0,
        )
        self.assertAllClose(table.effects, expected, atol=1e-5)
        self.assertAllClose(table.base_logits, base, atol=1e-5)

    def test_an_image_at_the_end_of_its_range_has_no_effect(self):
        world = known_answers.LinearWorld()
        table = search.measure_effects(
            world.generate,
            world.classify,
            world.styles,
            _ranges(world),
            image_ids=list("abcde"),
        )
        lowest = world.styles[:, : world.searched].argmin(axis=0)
        for coordinate, image in enumerate(lowest):
            self.assertAllClose(
                table.effects[image, 0, coordinate], [0, 0], atol=1e-6
            )

    def test_traces_once_and_reports_progress(self):
        world, traces, done = known_answers.LinearWorld(), [], []

        def generate(styles):
            traces.append(styles.shape)
            return world.generate(styles)

        search.measure_effects(
            generate,
            world.classify,
            world.styles,
            _ranges(world),
            image_ids=list("abcde"),
            batch_size=8,
            progress=done.append,
        )
        self.assertLen(traces, 1)
        self.assertEqual(sum(done), 5 * 2 * world.searched)

    def test_refuses_what_does_not_fit(self):
        world = known_answers.LinearWorld()
        with self.assertRaisesRegex(ValueError, "4 image ids for 5"):
            search.measure_effects(
                world.generate,
                world.classify,
                world.styles,
                _ranges(world),
                image_ids=list("abcd"),
            )
        with self.assertRaisesRegex(ValueError, "expected .N, T."):
            search.measure_effects(
                world.generate,
                world.classify,
                world.styles[:, :3],
                _ranges(world),
                image_ids=list("abcde"),
            )

    def test_an_answer_that_is_not_finite_stops_the_search(self):
        world = known_answers.LinearWorld()
        with self.assertRaises(FloatingPointError):
            search.measure_effects(
                world.generate,
                lambda images: world.classify(images) / 0.0,
                world.styles,
                _ranges(world),
                image_ids=list("abcde"),
            )


if __name__ == "__main__":
    absltest.main()
