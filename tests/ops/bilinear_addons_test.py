"""Compares stylex_tf.ops.bilinear with tensorflow-addons; first line alone."""

import math

import numpy as np
import tensorflow as tf
import tensorflow_addons as tfa
from absl.testing import absltest

from stylex_tf.ops import bilinear


def _images(count: int = 2, size: int = 6) -> tf.Tensor:
    shape = (count, size, size, 3)
    numbers = np.random.default_rng(0).uniform(-1, 1, shape)
    return tf.constant(numbers, tf.float32)


class BilinearAddonsTest(absltest.TestCase):
    def test_has_the_bits_of_interpolate_bilinear(self):
        images = _images(4, 8)
        places = np.random.default_rng(1).uniform(0, 7, (2, 4, 8, 8))
        y, x = places.astype("float32")

        def with_gradient(sample):
            with tf.GradientTape() as tape:
                tape.watch(images)
                sampled = sample()
                total = tf.reduce_sum(sampled**3)
            return sampled, tape.gradient(total, images)

        ours = with_gradient(lambda: bilinear.sample(images, y, x))
        query = tf.reshape(tf.stack([y, x], -1), [4, 64, 2])
        theirs = with_gradient(
            lambda: tf.reshape(
                tfa.image.interpolate_bilinear(images, query), [4, 8, 8, 3]
            )
        )
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_allclose(ours[1], theirs[1], atol=1e-5)

    def test_why_not_the_transform_of_the_addons(self):
        """Its gradient is not the numeric one: with this, we would use it."""
        c, s = math.cos(0.3), math.sin(0.3)
        turn = tf.constant([[c, -s, 1.2, s, c, -0.4, 0.0, 0.0]])
        shift = tf.constant([[1.0, 0.0, 2.0, 0.0, 1.0, -1.0, 0.0, 0.0]])
        for matrix, mode in ((turn, "constant"), (shift, "reflect")):

            def transform(images, matrix=matrix, mode=mode):
                return tfa.image.transform(images, matrix, "bilinear", mode)

            exact, numeric = tf.test.compute_gradient(
                transform, [_images(1, 4)], delta=0.5
            )
            self.assertGreater(np.abs(exact[0] - numeric[0]).max(), 0.02)


if __name__ == "__main__":
    absltest.main()
