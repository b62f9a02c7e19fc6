"""Tests of measuring chosen edits."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.search import chosen_edits, exact, layered
from stylex_tf.search import model as model_lib
from tests.testing import known_answers

_IDS = list("abcde")


class _Layers:
    """A LinearWorld in two layers; the second adds its two coordinates."""

    layer_widths = (4, 2)

    def __init__(self, world):
        self.world = world
        self.late = np.isin(np.arange(world.total), (4, 5)).astype(np.float32)

    def __call__(self, styles):
        return self.world.generate(styles)

    def enter(self, styles):
        return [(), (self.world.generate(styles * (1 - self.late)),)]

    def resume(self, layer, state, styles):
        if layer == 0:
            return self.world.generate(styles)
        return state[0] + self.world.generate(styles * self.late)


def _world(classes=2):
    world = known_answers.LinearWorld(classes=classes)
    ranges = style_ranges.StyleRanges.from_styles(
        world.styles, searched=world.searched
    )
    return world, ranges


class ChosenEditsTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.product(layers=[False, True], batch_size=[1, 3, 256])
    def test_is_the_exact_table_where_chosen(self, layers, batch_size):
        world, ranges = _world(classes=3)
        generate = _Layers(world) if layers else world.generate
        model = model_lib.Model(
            generate,
            world.classify,
            score=lambda images: 2.0 * world.classify(images)[:, 1],
        )
        space = edit_space.EditSpace(ranges, 0.7)
        whole = exact.measure_effects(
            model,
            world.styles,
            space,
            image_ids=_IDS,
        )
        chosen = np.random.default_rng(1).random([5, 2, 6]) < 0.4
        chosen[2] = False
        done = []
        table = chosen_edits.ChosenEdits(model, space, batch_size=batch_size)(
            world.styles, chosen, _IDS, done.append
        )
        self.assertEqual(sum(done), chosen.sum())
        self.assertAllClose(
            table.effects, whole.effects * chosen[..., None], atol=1e-5
        )
        self.assertAllClose(
            table.score_changes, whole.score_changes * chosen, atol=1e-5
        )
        self.assertAllClose(table.base_logits, whole.base_logits, atol=1e-5)
        self.assertAllEqual(table.effects[~chosen], 0 * table.effects[~chosen])

    def test_no_batch_is_larger_than_asked(self):
        world, ranges = _world()
        seen = []

        def classify(images):
            tf.py_function(
                lambda count: seen.append(int(count)), [tf.shape(images)[0]], []
            )
            return world.classify(images)

        chosen_edits.ChosenEdits(
            model_lib.Model(_Layers(world), classify),
            edit_space.EditSpace(ranges, 1.0),
            batch_size=4,
        )(world.styles, np.ones([5, 2, 6], bool), _IDS)
        self.assertEqual(max(seen), 4)
        # 5 * (8 + 1) entries of one layer, 5 * (4 + 1) of the other, little
        # filled up.
        self.assertLess(sum(seen), 45 + 25 + 8)

    def test_an_answer_that_is_no_number_is_refused(self):
        world, ranges = _world()
        measure = chosen_edits.ChosenEdits(
            model_lib.Model(
                layered.Whole(world.generate, searched=6),
                lambda images: world.classify(images) / 0.0,
            ),
            edit_space.EditSpace(ranges, 1.0),
            batch_size=8,
        )
        with self.assertRaisesRegex(FloatingPointError, "not finite"):
            measure(world.styles, np.ones([5, 2, 6], bool), _IDS)


if __name__ == "__main__":
    absltest.main()
