"""Tests of the search whose candidates gradients choose."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space, selection, style_ranges
from stylex_tf.search import exact, screened_search
from stylex_tf.search import model as model_lib
from tests.testing import known_answers

_IDS = list("abcde")


def _ranges(world):
    return style_ranges.StyleRanges.from_styles(
        world.styles, searched=world.searched
    )


def _measured(table):
    # Where a coordinate is at its end already, an edit does nothing, or what
    # rounding does.
    return np.any(np.abs(table.effects) > 1e-5, axis=-1)


class ScreenedSearchTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.product(classes=[2, 3], pilot_images=[0, 2, 5])
    def test_what_is_measured_is_exact_and_the_best(
        self, classes, pilot_images
    ):
        world = known_answers.LinearWorld(classes=classes)
        ranges = _ranges(world)
        whole = exact.measure_effects(
            world.model,
            world.styles,
            edit_space.EditSpace(ranges, 0.5),
            image_ids=_IDS,
        )
        table = screened_search.ScreenedSearch(
            world.model,
            edit_space.EditSpace(ranges, 0.5),
            candidates=4,
            pilot_images=pilot_images,
            batch_size=8,
        )(world.styles, _IDS)
        self.assertEqual(table.screened, 4)
        self.assertEqual(table.image_ids, tuple(_IDS))
        self.assertAllClose(table.base_logits, whole.base_logits, atol=1e-5)
        measured = _measured(table)
        self.assertAllClose(
            table.effects, whole.effects * measured[..., None], atol=1e-5
        )
        pilot = screened_search.pilot_rows(5, pilot_images)
        for image in range(5):
            if image in pilot:
                self.assertAllEqual(measured[image], _measured(whole)[image])
                continue
            self.assertBetween(measured[image].sum(), 1, 4 * (classes - 1))
            for target in range(classes):
                if target == whole.predictions[image]:
                    continue
                expected, actual = (
                    selection.independent(
                        searched, image=image, target_class=target, top_k=2
                    )
                    for searched in (whole, table)
                )
                self.assertEqual(
                    [
                        (attribute.coordinate, attribute.direction)
                        for attribute in expected
                    ],
                    [
                        (attribute.coordinate, attribute.direction)
                        for attribute in actual
                    ],
                )

    def test_pilot_images_find_what_gradients_do_not_see(self):
        # No image has a part, where tanh is flat: every gradient is about
        # zero, and only moving coordinate 2 to its maximum does anything.
        world = known_answers.PartsWorld(parts=6, causes=(2,))
        styles = world.styles(np.zeros([12, 6]))
        styles[:, :6] *= np.random.default_rng(0).uniform(3, 4, (12, 6))
        ranges = style_ranges.StyleRanges(
            minimum=np.full(6, -4.0), maximum=np.full(6, 2.0)
        )
        table = screened_search.ScreenedSearch(
            world.model,
            edit_space.EditSpace(ranges),
            candidates=1,
            pilot_images=3,
        )(styles, [str(row) for row in range(12)])
        self.assertAllEqual(_measured(table)[:, 1, 2], np.ones(12))
        self.assertAllClose(
            table.effects[:, 1, 2, 1], np.full(12, 12.0), atol=1e-3
        )

    def test_counts_what_it_measures(self):
        world = known_answers.LinearWorld()
        done = []
        table = screened_search.ScreenedSearch(
            model_lib.Model(
                world.generate,
                world.classify,
                score=lambda images: world.classify(images)[:, 0],
            ),
            edit_space.EditSpace(_ranges(world)),
            candidates=3,
            pilot_images=2,
        )(world.styles, _IDS, done.append)
        self.assertEqual(sum(done), 2 * 12 + 3 * 3)
        self.assertAllClose(
            table.score_changes, table.effects[..., 0], atol=1e-6
        )

    def test_pilot_images_are_spread_evenly(self):
        self.assertAllEqual(screened_search.pilot_rows(9, 3), [0, 4, 8])
        self.assertAllEqual(screened_search.pilot_rows(2, 3), [0, 1])
        self.assertLen(set(screened_search.pilot_rows(250)), 32)
        self.assertEmpty(screened_search.pilot_rows(9, 0))

    def test_refuses_what_does_not_fit(self):
        world = known_answers.LinearWorld()
        for candidates in (0, 13):
            with self.assertRaisesRegex(ValueError, "expected 1 to 12"):
                screened_search.ScreenedSearch(
                    world.model,
                    edit_space.EditSpace(_ranges(world)),
                    candidates=candidates,
                )
        screen = screened_search.ScreenedSearch(
            world.model, edit_space.EditSpace(_ranges(world)), candidates=3
        )
        with self.assertRaisesRegex(ValueError, "4 image ids for 5 images"):
            screen(world.styles, _IDS[:4])
        with self.assertRaisesRegex(ValueError, r"expected \[N, T\]"):
            screen(world.styles[:, :5], _IDS)
        with self.assertRaisesRegex(ValueError, r"expected \[N, T\]"):
            screen(world.styles[:0], [])


if __name__ == "__main__":
    absltest.main()
