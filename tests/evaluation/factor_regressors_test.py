"""Tests of the factor regressors, on pictures of coloured bands."""

import dataclasses

import keras
import numpy as np
from absl.testing import absltest

from stylex_tf.evaluation import factor_regressors


@dataclasses.dataclass(frozen=True)
class _Factor:
    name: str
    values: tuple[str, ...] = ()


_FACTORS = (
    _Factor("band", ("no", "yes")),
    _Factor("colour", ("red", "green", "blue")),
    _Factor("lightness"),
)


def _pictures(count, seed):
    """A white top band or none, a coloured middle, a grey bottom."""
    rng = np.random.default_rng(seed)
    values = np.stack(
        [
            rng.integers(0, 2, count),
            rng.integers(0, 3, count),
            rng.uniform(0, 1, count),
        ],
        axis=1,
    )
    images = np.zeros([count, 16, 16, 3], np.uint8)
    images[:, :4] = 255 * values[:, 0, None, None, None]
    images[np.arange(count), 5:10, :, values[:, 1].astype(int)] = 220
    images[:, 11:] = 255 * values[:, 2, None, None, None]
    return images, values


class FactorRegressorsTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        images, values = _pictures(512, seed=0)
        cls.regressors = factor_regressors.train(
            images, values, _FACTORS, epochs=12, seed=0
        )

    def test_knows_how_much_a_random_exchange_changes(self):
        values = np.stack([np.arange(300) % 3, np.linspace(0, 1, 300)], axis=1)
        changes = factor_regressors._random_changes(
            values, (_FACTORS[0], _FACTORS[-1])
        )
        # 1 - 1/3 of three even values; E|a - b| = 1/3 of a uniform number.
        np.testing.assert_allclose(changes, [2 / 3, 1 / 3], atol=0.05)

    def test_reads_every_kind_of_factor_on_unseen_pictures(self):
        accuracy = self.regressors.accuracy(*_pictures(200, seed=1))
        self.assertEqual(list(accuracy), ["band", "colour", "lightness"])
        for name, share in accuracy.items():
            self.assertGreaterEqual(share, 0.95, name)

    def test_reads_soft_and_noisy_pictures_as_well(self):
        images, values = _pictures(200, seed=2)
        soft = (images.astype(np.float32) + np.roll(images, 1, axis=1)) / 2
        noise = np.random.default_rng(0).normal(0, 8, soft.shape)
        soft = np.clip(soft + noise, 0, 255).astype(np.uint8)
        accuracy = self.regressors.accuracy(soft, values)
        self.assertGreaterEqual(accuracy["band"], 0.95)
        self.assertGreaterEqual(accuracy["colour"], 0.95)

    def test_answers_are_distributions_or_numbers(self):
        images, _ = _pictures(5, seed=3)
        band, colour, lightness = self.regressors.predict(
            images / np.float32(127.5) - 1, batch_size=2
        )
        self.assertEqual(band.shape, (5, 2))
        self.assertEqual(colour.shape, (5, 3))
        self.assertEqual(lightness.shape, (5, 1))
        np.testing.assert_allclose(colour.sum(axis=1), 1.0, rtol=1e-5)

    def test_computes_in_float32_whatever_the_policy_and_repeats(self):
        images, values = _pictures(64, seed=4)
        policy = keras.mixed_precision.global_policy()
        answers = []
        for name in ("float32", "mixed_bfloat16"):
            keras.mixed_precision.set_global_policy(name)
            try:
                regressors = factor_regressors.train(
                    images, values, _FACTORS, epochs=1, seed=5
                )
            finally:
                keras.mixed_precision.set_global_policy(policy)
            answers.append(regressors.predict(images / np.float32(255)))
        for first, second in zip(*answers, strict=True):
            self.assertEqual(first.dtype, np.float32)
            np.testing.assert_allclose(first, second, atol=1e-4)

    def test_one_factor_alone_works(self):
        images, values = _pictures(64, seed=4)
        regressors = factor_regressors.train(
            images, values[:, :1], _FACTORS[:1], epochs=1
        )
        (answer,) = regressors.predict(np.zeros([3, 16, 16, 3], np.float32))
        self.assertEqual(answer.shape, (3, 2))

    def test_refuses_what_does_not_fit(self):
        images, values = _pictures(8, seed=0)
        with self.assertRaisesRegex(ValueError, "expected uint8"):
            factor_regressors.train(images.astype(np.float32), values, _FACTORS)
        with self.assertRaisesRegex(ValueError, "expected .8, 3."):
            factor_regressors.train(images, values[:, :2], _FACTORS)
        with self.assertRaisesRegex(ValueError, "band has value 5 of only 2"):
            factor_regressors.train(images, np.full_like(values, 5), _FACTORS)


if __name__ == "__main__":
    absltest.main()
