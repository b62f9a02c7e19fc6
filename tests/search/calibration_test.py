"""Tests of what is learned from images measured whole."""

import dataclasses

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.search import calibration, exact, gradient_effects
from tests.testing import known_answers


def _saturated(images=24):
    """Faces of a PartsWorld without any part: their gradients are zero.

    Styles far below zero, where tanh is flat; the maximum is a part.
    """
    world = known_answers.PartsWorld(parts=4, causes=(0, 2))
    rng = np.random.default_rng(0)
    styles = world.styles(np.zeros([images, 4]))
    styles[:, :4] = rng.uniform(-3.0, -2.0, (images, 4))
    ranges = style_ranges.StyleRanges(
        minimum=np.full(4, -3.0), maximum=np.full(4, 2.0)
    )
    estimate = gradient_effects.GradientEffects(
        world.model, edit_space.EditSpace(ranges)
    )
    table = exact.measure_effects(
        world.model,
        styles,
        edit_space.EditSpace(ranges),
        image_ids=[str(row) for row in range(images)],
    )
    return world, styles, ranges, estimate, table


def _first(table, count):
    return dataclasses.replace(
        table,
        effects=table.effects[:count],
        base_logits=table.base_logits[:count],
        image_ids=table.image_ids[:count],
    )


class CalibrationTest(tf.test.TestCase):
    def test_finds_what_is_behind_a_flat_place(self):
        _, styles, ranges, estimate, table = _saturated()
        learned = calibration.fit(estimate, styles[:12], _first(table, 12))
        targets = np.ones(12, np.int32)
        promised, logits = estimate(styles[12:], targets)
        # Two causes at their maximum: edits 4 + 0 and 4 + 2.
        self.assertAllClose(promised, np.zeros([12, 8]), atol=1e-3)
        corrected = learned(
            promised,
            gradient_effects.moves_of(styles[12:], table.space),
            logits.argmax(axis=1),
            targets,
        )
        exact = (table.effects[12:, ..., 1]).reshape(12, 8)
        self.assertAllClose(exact[:, [4, 6]], np.full([12, 2], 12.0), atol=1e-3)
        self.assertAllClose(corrected, exact, atol=2.5)
        best = np.sort(np.argsort(-corrected, axis=1)[:, :2], axis=1)
        self.assertAllEqual(best, np.tile([4, 6], [12, 1]))

    def test_away_from_a_class_is_minus_towards_it(self):
        _, styles, ranges, estimate, table = _saturated()
        learned = calibration.fit(estimate, styles, table)
        moves = gradient_effects.moves_of(styles, table.space)
        classes = np.zeros(len(styles), np.int32)
        answers = []
        for target in (1, gradient_effects.AWAY):
            targets = np.full(len(styles), target, np.int32)
            promised, _ = estimate(styles, targets)
            answers.append(learned(promised, moves, classes, targets))
        self.assertAllClose(answers[0], answers[1], atol=1e-4)

    def test_a_true_estimate_is_not_changed(self):
        world = known_answers.LinearWorld(classes=2)
        ranges = style_ranges.StyleRanges.from_styles(
            world.styles, searched=world.searched
        )
        table = exact.measure_effects(
            world.model,
            world.styles,
            edit_space.EditSpace(ranges, 0.5),
            image_ids=list("abcde"),
        )
        estimate = gradient_effects.GradientEffects(
            world.model, edit_space.EditSpace(ranges, 0.5)
        )
        learned = calibration.fit(estimate, world.styles, table)
        self.assertAllClose(learned.weights, np.zeros([2, 2, 2, 12]), atol=1e-4)

    def test_without_images_of_a_class_the_estimate_remains(self):
        # Nobody is predicted class 1, so nothing leads away from it.
        _, styles, _, estimate, table = _saturated()
        learned = calibration.fit(estimate, styles, table)
        self.assertGreater(np.abs(learned.weights[0, 1]).max(), 1.0)
        self.assertAllEqual(learned.weights[1, 1], np.zeros([2, 8]))
        self.assertAllEqual(learned.weights[0, 0], np.zeros([2, 8]))

    def test_is_a_ridge_regression_of_what_is_missing(self):
        _, styles, ranges, estimate, table = _saturated()
        learned = calibration.fit(estimate, styles, table)
        promised, _ = estimate(styles, np.ones(len(styles), np.int32))
        for edit in (1, 4, 6):
            direction, coordinate = divmod(edit, 4)
            way = ranges.ends()[direction, coordinate] - styles[:, coordinate]
            inputs = np.stack([way, promised[:, edit]], 1).astype(np.float64)
            scale = np.sqrt((inputs**2).mean(axis=0)) + 1e-9
            missing = (
                table.effects[:, direction, coordinate, 1] - promised[:, edit]
            )
            # The ridge as two more rows of least squares.
            expected, *_ = np.linalg.lstsq(
                np.concatenate([inputs / scale, np.eye(2)]),
                np.concatenate([missing, np.zeros(2)]),
                rcond=None,
            )
            self.assertAllClose(
                learned.weights[0, 1, :, edit] * scale, expected, atol=1e-3
            )

    def test_errors_are_what_is_left_over_an_addition_of_one(self):
        _, styles, ranges, estimate, table = _saturated()
        learned = calibration.fit(estimate, styles, table)
        moves = gradient_effects.moves_of(styles, table.space)
        ways = np.reshape(moves, [len(styles), 8])
        left = []
        for target in (0, 1):
            targets = np.full(len(styles), target, np.int32)
            promised, logits = estimate(styles, targets)
            predicted = learned(promised, moves, logits.argmax(axis=1), targets)
            odds = table.effects[..., target] - table.effects[..., 1 - target]
            left.append(odds.reshape(-1, 8) - predicted)
        expected = np.sqrt(np.mean(np.square(np.concatenate(left)), axis=0))
        expected /= np.sqrt(np.mean(np.square(ways), axis=0))
        self.assertAllClose(learned.errors, expected, atol=1e-4)
        bounds = learned.upper_bounds(
            promised, moves, logits.argmax(axis=1), targets
        )
        self.assertAllClose(
            bounds - predicted, 3.0 * expected * np.abs(ways), atol=1e-3
        )

    def test_an_edit_that_helps_some_goes_before_one_that_does_nothing(self):
        # Edit 1 helps half of the images and hurts the others.
        learned = calibration.Calibration(
            np.zeros([2, 2, 2, 2], np.float32), np.float32([0.0, 2.0])
        )
        arguments = (
            tf.constant([[0.0, -1.0]]),
            tf.constant([[[-1.0], [0.5]]]),
            tf.constant([0]),
            tf.constant([1]),
        )
        self.assertAllClose(learned(*arguments), [[0.0, -1.0]])
        self.assertAllClose(learned.upper_bounds(*arguments), [[0.0, 2.0]])

    def test_refuses_styles_of_other_images(self):
        _, styles, _, estimate, table = _saturated()
        with self.assertRaisesRegex(ValueError, "23 styles for a table of 24"):
            calibration.fit(estimate, styles[1:], table)


if __name__ == "__main__":
    absltest.main()
