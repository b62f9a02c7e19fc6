"""Tests of stylex_tf.step_time, by a clock that the test turns."""

import dataclasses
from unittest import mock

import tensorflow as tf
from absl.testing import absltest

from stylex_tf import step_time
from tests.testing import tiny_experiment


class StepTimeTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.settings = tiny_experiment.settings()
        self.made = tiny_experiment.networks()

    def _seconds(self, **training):
        settings = dataclasses.replace(
            self.settings,
            training=dataclasses.replace(self.settings.training, **training),
        )
        # Each round takes a second by this clock.
        with mock.patch.object(
            step_time.time, "perf_counter", side_effect=range(100)
        ):
            return step_time.seconds(settings, self.made, 2)

    def test_grows_with_the_images_and_with_nothing_else(self):
        some = self._seconds(batch_size=4, total_images=400)
        self.assertEqual(self._seconds(batch_size=8, total_images=400), some)
        self.assertEqual(
            self._seconds(batch_size=4, total_images=1200), 3 * some
        )
        # 100 steps, each of which costs some of the trial's seconds.
        self.assertBetween(some, 100, 400)

    def test_the_classifier_is_part_of_it(self):
        asked = []

        def classify(images):
            asked.append(images.shape)
            return tf.reduce_mean(images, axis=[1, 2])

        step_time.seconds(self.settings, self.made, 2, classify)
        self.assertEqual(asked, [(4, 16, 16, 3)])


if __name__ == "__main__":
    absltest.main()
