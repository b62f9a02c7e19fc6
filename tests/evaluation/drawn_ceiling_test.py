"""Tests of the ceiling of flip rates: factors exchanged in the drawing."""

import types

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.evaluation import drawn_ceiling, led

# Four images, two factors: either of them makes class 1.
_FACTORS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
_NAMES = ("glasses", "mouth")


def _draw(rows, target, only):
    """Turns the factors that may change as the target needs them."""
    factors = _FACTORS[rows].copy()
    columns = [_NAMES.index(name) for name in only]
    factors[:, columns] = target
    return types.SimpleNamespace(
        images=np.repeat(factors[:, :, None, None], 3, axis=3).astype(np.uint8)
        * 255,
        reached=factors.max(axis=1) == target,
    )


def _classify(images):
    score = tf.reduce_max(images, axis=[1, 2, 3])
    return tf.stack([-score, score], axis=1)


class DrawnCeilingTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        classes = _FACTORS.max(axis=1)
        self.led = led.Led(
            rows=np.arange(4), sources=classes, targets=1 - classes
        )
        self.drawn = []

    def _measure(self, factors, classify=_classify):
        def draw(rows, target, only):
            self.drawn.append((target, tuple(sorted(only))))
            return _draw(rows, target, only)

        return drawn_ceiling.measure(
            draw, classify, self.led, factors, _NAMES, batch_size=3
        )

    def test_counts_by_hand(self):
        lists = {0: ["glasses", "mouth"], 1: ["mouth", "glasses"]}
        curve = self._measure(lists)
        # One factor frees images 0 and 1, two free all.
        self.assertEqual(curve.values, (2 / 4, 1.0))
        self.assertEqual(curve.n, 4)

    def test_a_factor_that_is_no_cause_draws_nothing(self):
        curve = self._measure({0: ["hair", None], 1: []})
        self.assertEqual(curve.values, (0.0, 0.0))
        self.assertEmpty(self.drawn)

    def test_the_same_factors_are_drawn_once(self):
        curve = self._measure({0: ["glasses", "glasses", "mouth"]})
        self.assertEqual(curve.values, (1 / 4, 1 / 4, 3 / 4))
        self.assertEqual(
            self.drawn, [(0, ("glasses",)), (0, ("glasses", "mouth"))]
        )

    def test_a_classifier_that_is_not_moved_has_a_low_ceiling(self):
        def stubborn(images):
            return tf.tile([[0.0, 1.0]], [tf.shape(images)[0], 1])

        curve = self._measure({0: ["glasses"], 1: ["glasses"]}, stubborn)
        self.assertEqual(curve.values, (1 / 4,))

    def test_without_images_there_is_none(self):
        nobody = np.zeros(0, int)
        self.led = led.Led(rows=nobody, sources=nobody, targets=nobody)
        self.assertIsNone(self._measure({0: ["glasses"]}))


if __name__ == "__main__":
    absltest.main()
