"""Tests of stylex_tf.runs.marginal."""

import types

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.runs import marginal


def _dataset(levels: list[int]) -> types.SimpleNamespace:
    """A data set whose images have one level each."""
    images = np.zeros([len(levels), 2, 2, 3], np.uint8)
    images += np.array(levels, np.uint8)[:, None, None, None]
    return types.SimpleNamespace(
        load=lambda split, limit: types.SimpleNamespace(images=images[:limit])
    )


def _bright_or_dark(images: tf.Tensor) -> tf.Tensor:
    """Log odds of 2 for one class or the other, by the level."""
    sign = tf.sign(tf.reduce_mean(images, axis=[1, 2, 3]))
    return tf.stack([-sign, sign], axis=1)


class MarginalTest(absltest.TestCase):
    def test_is_the_mean_probability_of_more_than_one_batch(self):
        levels = [255] * 150 + [0] * 50
        actual = marginal.of_training_images(_bright_or_dark, _dataset(levels))
        likely = 1 / (1 + np.exp(-2))
        bright = 0.75 * likely + 0.25 * (1 - likely)
        np.testing.assert_allclose(actual, [1 - bright, bright], rtol=1e-5)

    def test_stands_for_the_first_thousand(self):
        levels = [255] * 1000 + [0] * 1000
        actual = marginal.of_training_images(_bright_or_dark, _dataset(levels))
        np.testing.assert_allclose(actual[1], 1 / (1 + np.exp(-2)), rtol=1e-5)

    def test_an_answer_that_is_not_finite_is_named(self):
        def broken(images):
            logits = _bright_or_dark(images)
            return tf.where(logits[:, :1] > 0, np.nan, logits)

        with self.assertRaisesRegex(
            errors.ClassifierError, "for 1 of 3 training images, .* 2;"
        ):
            marginal.of_training_images(broken, _dataset([255, 255, 0]))


if __name__ == "__main__":
    absltest.main()
