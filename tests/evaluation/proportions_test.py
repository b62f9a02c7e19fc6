"""Tests of stylex_tf.evaluation.proportions."""

import fractions
import math

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.evaluation import proportions


class BetterThanGuessingTest(parameterized.TestCase):
    @parameterized.parameters(
        (0, 7, (1, 2)), (5, 7, (1, 2)), (7, 7, (1, 2)), (9, 20, (1, 3))
    )
    def test_equals_exact_fractions(self, correct, images, share):
        share = fractions.Fraction(*share)
        exact = sum(
            math.comb(images, i) * share**i * (1 - share) ** (images - i)
            for i in range(correct, images + 1)
        )
        self.assertAlmostEqual(
            proportions.better_than_guessing(correct, images, float(share)),
            float(exact),
            places=12,
        )

    def test_many_images_neither_overflow_nor_vanish(self):
        half = proportions.better_than_guessing(50_000, 100_000, 0.5)
        self.assertAlmostEqual(half, 0.5, delta=0.01)
        self.assertEqual(
            proportions.better_than_guessing(100_000, 100_000, 0.5), 0.0
        )

    def test_one_class_is_guessed_always(self):
        self.assertEqual(proportions.better_than_guessing(9, 9, 1.0), 1.0)

    @parameterized.parameters((3, 2, 0.5), (-1, 2, 0.5), (0, 0, 0.5))
    def test_refuses_counts(self, correct, images, share):
        with self.assertRaisesRegex(ValueError, "correct of"):
            proportions.better_than_guessing(correct, images, share)

    @parameterized.parameters(0.0, 1.1, float("nan"))
    def test_refuses_shares(self, share):
        with self.assertRaisesRegex(ValueError, "share is"):
            proportions.better_than_guessing(1, 2, share)


class WilsonIntervalTest(parameterized.TestCase):
    # Newcombe 1998, table I, method 3.
    @parameterized.parameters(
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    )
    def test_published_values(self, successes, trials, low, high):
        interval = proportions.wilson_interval(successes, trials)
        np.testing.assert_allclose(interval, (low, high), atol=5e-5)

    def test_refuses_what_is_no_share(self):
        for successes, trials in ((0, 0), (3, 2), (-1, 2)):
            with self.assertRaises(ValueError):
                proportions.wilson_interval(successes, trials)


if __name__ == "__main__":
    absltest.main()
