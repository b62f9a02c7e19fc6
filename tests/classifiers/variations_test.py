import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.classifiers import variations


def seed(number: int) -> tf.Tensor:
    return tf.constant([7, number], tf.int64)


class VariationsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        # Brightness grows to the right: what is mirrored falls.
        ramp = np.linspace(-0.5, 0.5, 16, dtype=np.float32)
        self.images = tf.constant(
            np.broadcast_to(ramp[None, None, :, None], (64, 16, 16, 3))
        )

    def slopes(self, images: tf.Tensor) -> np.ndarray:
        return (images[:, :, -1] - images[:, :, 0]).numpy().mean(axis=(1, 2))

    def test_the_same_seed_varies_alike_and_another_does_not(self):
        first = variations.vary(self.images, seed(0), mirror=True)
        again = variations.vary(self.images, seed(0), mirror=True)
        other = variations.vary(self.images, seed(1), mirror=True)
        np.testing.assert_array_equal(first, again)
        self.assertGreater(np.abs(first - other).max(), 0.01)

    def test_a_part_is_enlarged_and_the_contrast_moves(self):
        slopes = self.slopes(
            variations.vary(self.images, seed(0), mirror=False)
        )
        # Three quarters to all of the ramp, times 0.85 to 1.15.
        self.assertBetween(slopes.min(), 0.75 * 0.85, 0.75)
        self.assertBetween(slopes.max(), 1.0, 1.15)

    def test_mirrors_about_half_and_only_where_asked(self):
        kept = self.slopes(variations.vary(self.images, seed(0), mirror=False))
        self.assertTrue((kept > 0).all())
        turned = self.slopes(variations.vary(self.images, seed(0), mirror=True))
        self.assertBetween((turned < 0).mean(), 0.25, 0.75)

    def test_stays_in_range(self):
        white = tf.ones([32, 16, 16, 3])
        varied = variations.vary(white, seed(0), mirror=True).numpy()
        self.assertLessEqual(varied.max(), 1.0)
        self.assertGreaterEqual(varied.min(), 0.7)

    def test_tints_move_colours_and_leave_black_alone(self):
        grey = tf.zeros([32, 16, 16, 3])
        plain = variations.vary(grey, seed(0), mirror=False).numpy()
        tinted = variations.vary(
            grey, seed(0), mirror=False, tints=True
        ).numpy()
        # Grey stays grey without tints.
        self.assertLess(np.ptp(plain, axis=-1).max(), 1e-6)
        self.assertGreater(np.ptp(tinted, axis=-1).mean(), 0.1)
        black = variations.tint(-tf.ones([4, 8, 8, 3]), seed(0)).numpy()
        np.testing.assert_array_equal(black, -1.0)

    def test_tints_are_one_a_picture(self):
        tinted = variations.tint(tf.zeros([8, 4, 4, 3]), seed(0)).numpy()
        self.assertLess(np.ptp(tinted, axis=(1, 2)).max(), 1e-6)
        # A factor of 0.61 to 1.65 of the light 0.5.
        light = (tinted + 1) / 2
        self.assertBetween(light.min(), 0.5 * 0.606, 0.5 * 0.75)
        self.assertBetween(light.max(), 0.5 * 1.35, 0.5 * 1.65)


if __name__ == "__main__":
    absltest.main()
