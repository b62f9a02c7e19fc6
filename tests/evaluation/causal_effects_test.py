"""Tests of stylex_tf.evaluation.causal_effects."""

import dataclasses

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.evaluation import causal_effects, ground_truth


@dataclasses.dataclass(frozen=True)
class _Factor:
    name: str
    values: tuple[str, ...] = ()


_FACTORS = (_Factor("left", ("no", "yes")), _Factor("right"), _Factor("top"))


def _render(values, resolution):
    """Each factor is one column's brightness."""
    image = np.zeros((resolution, resolution, 3), np.uint8)
    image[:, : len(values)] = np.round(255 * np.array(values))[None, :, None]
    return image


def _classify(images):
    """Logit 1 is three times left plus right; top does not count."""
    columns = (tf.reduce_mean(images, axis=[1, 3]) + 1.0) / 2.0
    score = 3.0 * columns[:, 0] + columns[:, 1]
    return tf.stack([tf.zeros_like(score), score], axis=1)


def _judged(**changes):
    main = max(changes, key=changes.get)
    return ground_truth.AttributeFactor(main, 1.0, changes, None)


class CausalEffectsTest(absltest.TestCase):
    def test_an_exchange_moves_the_logit_by_the_weight_of_the_factor(self):
        rng = np.random.default_rng(0)
        values = np.stack(
            [rng.integers(0, 2, 400), rng.random(400), rng.random(400)], axis=1
        )
        effects = causal_effects.measure(
            _render, _classify, values, _FACTORS, resolution=4
        )
        # Two random bits differ half of the time, two uniform numbers by 1/3.
        self.assertAlmostEqual(effects["left"], 1.5, delta=0.15)
        self.assertAlmostEqual(effects["right"], 1 / 3, delta=0.05)
        self.assertEqual(effects["top"], 0.0)

    def test_the_seed_decides_the_exchange(self):
        values = np.random.default_rng(0).random((50, 3))
        values[:, 0] = values[:, 0].round()
        first, again, other = (
            causal_effects.measure(
                _render, _classify, values, _FACTORS, resolution=4, seed=seed
            )
            for seed in (0, 0, 1)
        )
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)


class RankCorrelationTest(absltest.TestCase):
    def test_one_where_the_order_is_the_true_one(self):
        truth = {"left": 3.0, "right": 1.0, "top": 0.1}
        judged = [_judged(left=1.0, right=0.1, top=0.0), _judged(right=1.0)]
        self.assertAlmostEqual(
            causal_effects.rank_correlation(truth, [5.0, 2.0], judged), 1.0
        )

    def test_minus_one_where_it_is_reversed(self):
        truth = {"left": 0.0, "right": 1.0, "top": 2.0}
        judged = [_judged(left=3.0, right=2.0, top=1.0)]
        self.assertAlmostEqual(
            causal_effects.rank_correlation(truth, [1.0], judged), -1.0
        )

    def test_equal_values_share_their_rank(self):
        # Ranks 2, 0.5, 0.5 against 2, 0, 1: 1.5 / sqrt(1.5 * 2).
        truth = {"left": 2.0, "right": 1.0, "top": 1.0}
        judged = [_judged(left=3.0, right=1.0, top=2.0)]
        self.assertAlmostEqual(
            causal_effects.rank_correlation(truth, [1.0], judged),
            1.5 / np.sqrt(1.5 * 2.0),
        )

    def test_not_defined_without_attributes(self):
        truth = {"left": 2.0, "right": 1.0}
        self.assertIsNone(causal_effects.rank_correlation(truth, [], []))


if __name__ == "__main__":
    absltest.main()
