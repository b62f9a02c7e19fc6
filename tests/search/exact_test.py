"""Tests of the exact search."""

import collections

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space, log_odds, style_ranges
from stylex_tf.models import synthesis
from stylex_tf.search import exact
from stylex_tf.search import model as model_lib
from tests.testing import attribute_oracles, known_answers


def _ranges(world):
    return style_ranges.StyleRanges.from_styles(
        world.styles, searched=world.searched
    )


class _Layers:
    """A LinearWorld in two layers, which counts what it is asked.

    What enters the second layer is what the first and the unsearched styles
    have painted.
    """

    layer_widths = (4, 2)

    def __init__(self, world):
        self.world = world
        self.entered, self.traced = 0, collections.Counter()

    def __call__(self, styles):
        return self.world.generate(styles)

    def enter(self, styles):
        self.traced["enter"] += 1
        tf.py_function(self._count, [tf.shape(styles)[0]], [])
        kept = np.ones(self.world.total, np.float32)
        kept[4:6] = 0.0
        return [(), (self.world.generate(styles * kept),)]

    def resume(self, layer, state, styles):
        self.traced[layer] += 1
        if layer == 0:
            return self.world.generate(styles)
        (painted,) = state
        chosen = np.zeros(self.world.total, np.float32)
        chosen[4:6] = 1.0
        return painted + self.world.generate(styles * chosen)

    def _count(self, images):
        self.entered += int(images)


class _TinyStylEx:
    """A synthesis network and a convolutional classifier, at random."""

    def __init__(self, *, style_width):
        keras.utils.set_random_seed(0)
        self.synthesis = synthesis.Synthesis(
            16, channel_base=64, channel_max=4, style_width=style_width
        )
        space = self.synthesis.style_space
        self.layer_widths = tuple(
            layer.width for layer in space.layers if layer.searched
        )
        self.searched = space.size
        rng = np.random.default_rng(0)
        self.styles = rng.normal(1, 1, (5, space.total)).astype(np.float32)
        self(self.styles)
        for conv in self.synthesis.convs.values():
            conv.noise.strength.assign(0.3)
        self.classify = keras.Sequential(
            [
                keras.layers.Conv2D(8, 3, activation="relu", dtype="float32"),
                keras.layers.GlobalAveragePooling2D(dtype="float32"),
                keras.layers.Dense(3, dtype="float32"),
            ]
        )

    def __call__(self, styles):
        return tf.clip_by_value(self.synthesis(styles), -1.0, 1.0)

    def enter(self, styles):
        return self.synthesis.enter(styles)

    def resume(self, layer, state, styles):
        images = self.synthesis.resume(layer, state, styles)
        return tf.clip_by_value(images, -1.0, 1.0)


class SearchTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.product(classes=[2, 3], shift_size=[1.0, 2.5])
    def test_linear_world_has_its_closed_form(self, classes, shift_size):
        world = known_answers.LinearWorld(classes=classes)
        ranges = _ranges(world)
        table = exact.measure_effects(
            world.model,
            world.styles,
            edit_space.EditSpace(ranges, shift_size),
            image_ids=list("abcde"),
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
        table = exact.measure_effects(
            world.model,
            styles,
            edit_space.EditSpace(ranges),
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
        table = exact.measure_effects(
            world.model,
            world.styles,
            edit_space.EditSpace(_ranges(world)),
            image_ids=list("abcde"),
        )
        lowest = world.styles[:, : world.searched].argmin(axis=0)
        for coordinate, image in enumerate(lowest):
            self.assertAllClose(
                table.effects[image, 0, coordinate], [0, 0], atol=1e-6
            )

    @parameterized.parameters(
        dict(style_width=0, batch_size=16),
        dict(style_width=2, batch_size=3),
        dict(style_width=2, batch_size=256),
    )
    def test_a_synthesis_network_has_the_notebooks_table(
        self, style_width, batch_size
    ):
        world = _TinyStylEx(style_width=style_width)
        world.styles = world.styles[:2]
        ranges = _ranges(world)
        table = exact.measure_effects(
            model_lib.Model(world, world.classify),
            world.styles,
            edit_space.EditSpace(ranges, 1.5),
            image_ids=list("ab"),
            batch_size=batch_size,
        )
        expected, base = attribute_oracles.measure_effects(
            tf.function(world),
            tf.function(world.classify),
            world.styles,
            ranges.minimum,
            ranges.maximum,
            1.5,
        )
        self.assertAllClose(table.effects, expected, atol=1e-5)
        self.assertAllClose(table.base_logits, base, atol=1e-5)
        self.assertGreater(np.abs(expected).max(), 0.01)

    @parameterized.parameters("float32", "mixed_bfloat16")
    def test_an_edit_that_changes_nothing_has_no_effect(self, policy):
        # Whatever the precision: an effect is not to be made of rounding.
        keras.mixed_precision.set_global_policy(policy)
        self.addCleanup(keras.mixed_precision.set_global_policy, "float32")
        world = _TinyStylEx(style_width=2)
        table = exact.measure_effects(
            model_lib.Model(
                world,
                world.classify,
                score=lambda images: world.classify(images)[:, 0],
            ),
            world.styles,
            edit_space.EditSpace(_ranges(world), 0.0),
            image_ids=list("abcde"),
            batch_size=12,
        )
        self.assertLess(np.abs(table.effects).max(), log_odds.ROUNDING)
        self.assertLess(np.abs(table.score_changes).max(), log_odds.ROUNDING)

    # 5 images: chunks of one, of two, of three (the last is not full), of all.
    @parameterized.parameters(1, 10, 16, 1000)
    def test_what_enters_a_layer_is_computed_once_an_image(self, batch_size):
        world, batches, done = known_answers.LinearWorld(), [], []
        generate = _Layers(world)

        def classify(images):
            batches.append(images.shape[0])
            return world.classify(images)

        ranges = _ranges(world)
        table = exact.measure_effects(
            model_lib.Model(generate, classify),
            world.styles,
            edit_space.EditSpace(ranges),
            image_ids=list("abcde"),
            batch_size=batch_size,
            progress=done.append,
        )
        self.assertAllClose(
            table.effects,
            world.effects(ranges.minimum, ranges.maximum, 1.0),
            atol=1e-5,
        )
        # One more fills up the last chunk.
        self.assertBetween(generate.entered, 5, 6)
        self.assertEqual(generate.traced, {"enter": 1, 0: 1, 1: 1})
        self.assertLen(batches, 2)
        self.assertLessEqual(max(batches), batch_size)
        self.assertEqual(sum(done), 5 * 2 * world.searched)

    def test_the_number_of_images_does_not_bound_the_batches(self):
        world, batches = known_answers.LinearWorld(), []

        def classify(images):
            batches.append(images.shape[0])
            return world.classify(images)

        exact.measure_effects(
            model_lib.Model(_Layers(world), classify),
            np.tile(world.styles, (40, 1)),
            edit_space.EditSpace(_ranges(world)),
            image_ids=[str(number) for number in range(200)],
            batch_size=32,
        )
        self.assertLen(batches, 2)
        self.assertBetween(min(batches), 25, 32)
        self.assertBetween(max(batches), 25, 32)

    def test_one_search_serves_many_calls_without_a_new_trace(self):
        world = known_answers.LinearWorld()
        generate, ranges = _Layers(world), _ranges(world)
        measure = exact.Search(
            model_lib.Model(generate, world.classify),
            edit_space.EditSpace(ranges),
            images=3,
        )
        parts = [
            measure(world.styles[:3], list("abc")),
            measure(world.styles[3:], list("de")),
        ]
        whole = world.effects(ranges.minimum, ranges.maximum, 1.0)
        self.assertAllClose(
            np.concatenate([part.effects for part in parts]), whole, atol=1e-5
        )
        self.assertEqual(generate.traced, {"enter": 1, 0: 1, 1: 1})

    def test_measures_what_an_edit_does_to_the_score(self):
        world = known_answers.LinearWorld(classes=3)
        ranges = _ranges(world)
        table = exact.measure_effects(
            model_lib.Model(
                world.generate,
                world.classify,
                score=lambda images: -2.0 * world.classify(images)[:, 1],
            ),
            world.styles,
            edit_space.EditSpace(ranges),
            image_ids=list("abcde"),
        )
        effects = world.effects(ranges.minimum, ranges.maximum, 1.0)
        self.assertAllClose(table.effects, effects, atol=1e-5)
        self.assertAllClose(
            table.score_changes, -2.0 * effects[..., 1], atol=1e-5
        )
        self.assertEqual(table.num_classes, 3)
        self.assertEqual(table.screened, 0)

    def test_refuses_what_does_not_fit(self):
        world = known_answers.LinearWorld()
        with self.assertRaisesRegex(ValueError, "4 image ids for 5"):
            exact.measure_effects(
                world.model,
                world.styles,
                edit_space.EditSpace(_ranges(world)),
                image_ids=list("abcd"),
            )
        with self.assertRaisesRegex(ValueError, "expected .N, T."):
            exact.measure_effects(
                world.model,
                world.styles[:, :3],
                edit_space.EditSpace(_ranges(world)),
                image_ids=list("abcde"),
            )

    def test_refuses_what_cannot_be_searched(self):
        world = known_answers.LinearWorld()
        ranges = _ranges(world)
        with self.assertRaisesRegex(ValueError, "batch_size is 0"):
            exact.Search(
                world.model,
                edit_space.EditSpace(ranges),
                images=5,
                batch_size=0,
            )
        with self.assertRaisesRegex(ValueError, "no images"):
            exact.measure_effects(
                world.model,
                world.styles[:0],
                edit_space.EditSpace(ranges),
                image_ids=[],
            )
        generate = _Layers(world)
        generate.layer_widths = (4, 3)
        with self.assertRaisesRegex(ValueError, "have 7 .* the 6 searched"):
            exact.Search(
                model_lib.Model(generate, world.classify),
                edit_space.EditSpace(ranges),
                images=5,
            )

    @parameterized.parameters("logits", "score")
    def test_an_answer_that_is_not_finite_stops_the_search(self, which):
        world = known_answers.LinearWorld()
        infinite = 1.0 / tf.constant([1.0, 0.0])

        def classify(images):
            logits = world.classify(images)
            return logits * infinite if which == "logits" else logits

        with self.assertRaises(FloatingPointError):
            exact.measure_effects(
                model_lib.Model(
                    world.generate,
                    classify,
                    score=lambda images: world.classify(images)[:, 0] / 0.0,
                ),
                world.styles,
                edit_space.EditSpace(_ranges(world)),
                image_ids=list("abcde"),
            )


if __name__ == "__main__":
    absltest.main()
