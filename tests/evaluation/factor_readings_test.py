"""Tests of stylex_tf.evaluation.factor_readings."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.evaluation import factor_readings


class _Regressors:
    """Reads the first and the second pixel; counts how often it is asked."""

    def __init__(self):
        self.asked = 0

    def predict(self, images):
        self.asked += 1
        flat = images.reshape(len(images), -1)
        return [flat[:, :1], flat[:, 1:2]]


class FactorReadingsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.regressors = _Regressors()
        self.styles = np.arange(6, dtype=np.float32).reshape(3, 2)
        self.readings = factor_readings.FactorReadings(
            lambda styles: tf.reshape(styles, [-1, 1, 1, 2]),
            self.regressors,
            self.styles,
            edit_space.EditSpace(
                style_ranges.StyleRanges(
                    minimum=np.array([-9.0, -8.0]), maximum=np.array([9.0, 8.0])
                ),
                0.5,
            ),
            batch_size=2,
        )

    def test_reads_what_the_edit_makes(self):
        first, second = self.readings.of_edit(1, 0)
        np.testing.assert_array_equal(first[:, 0], self.styles[:, 0])
        half = (self.styles[:, 1] - 8) / 2
        np.testing.assert_array_equal(second[:, 0], half)

    def test_reads_the_images_as_they_are(self):
        values = np.concatenate(self.readings.unedited, axis=1)
        np.testing.assert_array_equal(values, self.styles)

    def test_makes_an_edit_once(self):
        before = self.regressors.asked
        reading = self.readings.of_edit(0, 1)
        self.assertIs(self.readings.of_edit(0, 1), reading)
        self.assertEqual(self.regressors.asked, before + 1)
        self.readings.of_edit(0, 0)
        self.assertEqual(self.regressors.asked, before + 2)


if __name__ == "__main__":
    absltest.main()
