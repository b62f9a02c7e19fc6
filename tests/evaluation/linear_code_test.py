"""Tests of PCA, the floor of any encoder."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.evaluation import linear_code


def _planes(count: int, seed: int = 0) -> np.ndarray:
    """Grey pictures that two numbers tell, uint8 [N, 4, 4, 3]."""
    random = np.random.default_rng(seed)
    a, b = random.uniform(-50, 50, (2, count, 1, 1, 1))
    ramp = np.linspace(-1, 1, 4)
    shape = a * ramp[None, :, None, None] + b * ramp[None, None, :, None]
    return np.round(128 + np.tile(shape, (1, 1, 1, 3))).astype(np.uint8)


def _l1(code, images):
    reals = images.astype(float) / 127.5 - 1
    return np.abs(code.rebuild(images) - reals).mean()


class LinearCodeTest(parameterized.TestCase):
    # Fewer images than pixels' values, and more.
    @parameterized.parameters(20, 100)
    def test_two_numbers_hold_what_two_numbers_tell(self, count):
        code = linear_code.LinearCode.fit(_planes(count), 2)
        unseen = _planes(30, seed=1)
        # What is left is the rounding to 256 steps.
        self.assertLess(_l1(code, unseen), 1 / 255)
        single = linear_code.LinearCode.fit(_planes(count), 1)
        self.assertGreater(_l1(single, unseen), 0.02)

    @parameterized.parameters(20, 100)
    def test_components_are_orthonormal(self, count):
        code = linear_code.LinearCode.fit(_planes(count), 2)
        np.testing.assert_allclose(
            code.components @ code.components.T, np.eye(2), atol=1e-4
        )

    def test_no_more_numbers_than_the_images_differ_by(self):
        random = np.random.default_rng(0)
        images = random.integers(0, 256, (5, 4, 4, 3), dtype=np.uint8)
        code = linear_code.LinearCode.fit(images, 40)
        self.assertLen(code.components, 4)
        self.assertLess(_l1(code, images), 1e-3)

    def test_no_colour_goes_beyond_white(self):
        images = np.zeros((3, 2, 2, 3), np.uint8)
        images[1:] = 255
        rebuilt = linear_code.LinearCode.fit(images, 1).rebuild(images)
        self.assertEqual((rebuilt.min(), rebuilt.max()), (-1.0, 1.0))

    def test_refuses_what_cannot_be_fitted(self):
        with self.assertRaisesRegex(ValueError, "1 images and 2 numbers"):
            linear_code.LinearCode.fit(_planes(1), 2)


if __name__ == "__main__":
    absltest.main()
