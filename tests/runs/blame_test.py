"""Tests of stylex_tf.runs.blame: classifiers that are not finite."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.runs import blame
from tests.testing import tiny_experiment


def _sound(images: tf.Tensor) -> tf.Tensor:
    return tiny_experiment.classify(images)[0]


def _nan_for_bright(images: tf.Tensor) -> tf.Tensor:
    bright = tf.reduce_mean(images, axis=[1, 2, 3]) > 0.0
    return tf.where(bright[:, None], np.nan, _sound(images))


@tf.custom_gradient
def _nan_gradient(images: tf.Tensor):
    return tf.identity(images), lambda gradient: gradient * np.nan


class BlameTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        # Dark and bright in turn.
        self.batches = [tiny_experiment.images(4)] * 2

    def test_a_sound_classifier_is_not_blamed(self):
        blame.classifier(_sound, self.batches)
        blame.classifier(_sound, self.batches, rebuild=lambda x, _: -x)

    def test_an_answer_that_is_not_finite(self):
        with self.assertRaisesRegex(
            errors.ClassifierError,
            "the classifier's answer is not finite for 2 of 4 training images",
        ):
            blame.classifier(_nan_for_bright, self.batches)

    def test_a_gradient_that_is_not_finite(self):
        with self.assertRaisesRegex(
            errors.ClassifierError, "gradient is not finite for 4 of 4 training"
        ):
            blame.classifier(
                lambda images: _sound(_nan_gradient(images)), self.batches
            )

    def test_an_answer_to_a_reconstruction(self):
        dark = [image[::2] for image in self.batches]
        blame.classifier(_nan_for_bright, dark)
        with self.assertRaisesRegex(
            errors.ClassifierError, "for 2 of 2 reconstructions"
        ):
            blame.classifier(_nan_for_bright, dark, rebuild=lambda x, _: -x)

    def test_networks_that_are_not_finite_are_no_fault_of_it(self):
        blame.classifier(_sound, self.batches, rebuild=lambda x, _: x * np.nan)


if __name__ == "__main__":
    absltest.main()
