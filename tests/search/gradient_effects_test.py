"""Tests of what gradients promise."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.attributes import edit_space, log_odds, style_ranges
from stylex_tf.search import gradient_effects
from stylex_tf.search import model as model_lib
from tests.testing import known_answers


def _ranges(world):
    return style_ranges.StyleRanges.from_styles(
        world.styles, searched=world.searched
    )


def _parabola(styles):
    """Pixels s and s ** 2 of the first style, [N, T] -> [N, 1, 1, 2]."""
    return tf.stack([styles[:, 0], styles[:, 0] ** 2], 1)[:, None, None]


def _second_pixel(images):
    """Log odds of class 1: the pixel s ** 2."""
    pixel = images[:, 0, 0, 1]
    return tf.stack([tf.zeros_like(pixel), pixel], axis=1)


class GradientEffectsTest(tf.test.TestCase, parameterized.TestCase):
    @parameterized.product(points=[1, 3], shift_size=[1.0, 2.5])
    def test_a_linear_world_does_what_is_promised(self, points, shift_size):
        world = known_answers.LinearWorld()
        ranges = _ranges(world)
        estimate = gradient_effects.GradientEffects(
            world.model,
            edit_space.EditSpace(ranges, shift_size),
            points=points,
            batch_size=2,
        )
        promised, logits = estimate(world.styles, np.array([0, 1, 1, 0, 1]))
        table = world.effects(ranges.minimum, ranges.maximum, shift_size)
        towards_1 = (table[..., 1] - table[..., 0]).reshape(5, -1)
        sign = np.array([-1, 1, 1, -1, 1])[:, None]
        self.assertAllClose(promised, sign * towards_1, atol=1e-5)
        self.assertAllClose(logits, world.styles @ world.weights, atol=1e-5)

    def test_more_points_look_ahead(self):
        # From s = 0 to the ends -1 and 2: the gradient 2 s is zero at the
        # image; at 0.15 and 0.3 of the way e it is 0.3 e and 0.6 e.
        ranges = style_ranges.StyleRanges(minimum=[-1.0], maximum=[2.0])
        styles = np.array([[0.0, 5.0]], np.float32)
        for points, factor in ((1, 0.0), (2, 0.3), (3, 0.3)):
            estimate = gradient_effects.GradientEffects(
                model_lib.Model(_parabola, _second_pixel),
                edit_space.EditSpace(ranges),
                points=points,
            )
            promised, _ = estimate(styles, np.array([1]))
            self.assertAllClose(promised, [[factor, 4 * factor]], atol=1e-6)

    def test_the_objective_is_the_log_odds(self):
        logits = np.random.default_rng(0).normal(size=(4, 3)).astype("f")
        classes = np.array([0, 1, 2, 1], np.int32)
        for target in range(3):
            self.assertAllClose(
                gradient_effects.objective(
                    logits, classes, np.full(4, target, np.int32)
                ),
                log_odds.of_class(logits, target),
                atol=1e-5,
            )
        away = gradient_effects.objective(
            logits, classes, np.full(4, gradient_effects.AWAY, np.int32)
        )
        for row, target in enumerate(classes):
            self.assertAllClose(
                away[row], -log_odds.of_class(logits[row], target), atol=1e-5
            )


if __name__ == "__main__":
    absltest.main()
