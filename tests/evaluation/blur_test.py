"""Tests of blurred photographs."""

import numpy as np
from absl.testing import absltest

from stylex_tf.evaluation import blur


class BlurTest(absltest.TestCase):
    def test_a_point_becomes_a_gaussian(self):
        images = np.full((1, 21, 21, 3), 0, np.uint8)
        images[0, 10, 10] = 255
        light = (blur.gaussian(images, 1.5)[0, :, :, 0] + 1) / 2
        offsets = np.arange(-10, 11)
        bell = np.exp(-0.5 * (offsets / 1.5) ** 2)
        bell[np.abs(offsets) > 6] = 0
        bell /= bell.sum()
        np.testing.assert_allclose(light, np.outer(bell, bell), atol=1e-6)

    def test_what_is_even_stays_what_it_is_to_the_edge(self):
        images = np.full((2, 5, 7, 3), 200, np.uint8)
        np.testing.assert_allclose(
            blur.gaussian(images), 200 / 127.5 - 1, atol=1e-6
        )

    def test_heights_and_widths_are_not_exchanged(self):
        images = np.zeros((1, 9, 9, 1), np.uint8)
        images[0, :, 4] = 255
        blurred = blur.gaussian(images)[0, :, :, 0]
        np.testing.assert_allclose(
            blurred, blurred[:1].repeat(9, axis=0), atol=1e-6
        )
        self.assertGreater(blurred[0, 4], blurred[0, 0])


if __name__ == "__main__":
    absltest.main()
