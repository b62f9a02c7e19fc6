import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.classifiers import calibration


def _calibration_error_reference(probabilities, labels):
    """Loops over the bins, as the paper writes it."""
    confidence, guess = probabilities.max(axis=1), probabilities.argmax(axis=1)
    error = 0.0
    for b in range(15):
        inside = (confidence > b / 15) & (confidence <= (b + 1) / 15)
        if inside.any():
            accuracy = np.mean(guess[inside] == labels[inside])
            gap = abs(accuracy - confidence[inside].mean())
            error += inside.mean() * gap
    return error


def _first_pixel(images):
    """Knows the class by the first pixel, and is never quite sure."""
    return tf.stack([-images[:, 0, 0, 0], images[:, 0, 0, 0]], axis=-1)


class CalibrationTest(absltest.TestCase):
    def test_equals_the_slow_twin(self):
        rng = np.random.default_rng(0)
        probabilities = rng.dirichlet([1, 1, 1], 500)
        labels = rng.integers(0, 3, 500)
        self.assertAlmostEqual(
            calibration.calibration_error(probabilities, labels),
            _calibration_error_reference(probabilities, labels),
        )

    def test_half_right_and_always_sure_is_off_by_a_half(self):
        probabilities = np.array([[1.0, 0.0]] * 10)
        labels = np.array([0, 1] * 5)
        self.assertAlmostEqual(
            calibration.calibration_error(probabilities, labels), 0.5
        )

    def test_evaluates_bytes_as_images_in_minus_one_to_one(self):
        # More than one batch, the last one not full.
        images = np.zeros((300, 4, 4, 3), np.uint8)
        images[:150, 0, 0, 0] = 255
        labels = np.repeat([1, 0], 150)
        labels[0] = 0
        figures = calibration.evaluate(_first_pixel, images, labels)
        sure = 1 / (1 + np.exp(-2))
        self.assertEqual(figures["images"], 300)
        self.assertAlmostEqual(figures["accuracy"], 299 / 300)
        self.assertAlmostEqual(
            figures["calibration_error"], 299 / 300 - sure, places=5
        )

    def test_refuses_no_images(self):
        with self.assertRaisesRegex(ValueError, "no images"):
            calibration.evaluate(
                _first_pixel, np.zeros((0, 4, 4, 3), np.uint8), np.zeros(0)
            )


if __name__ == "__main__":
    absltest.main()
