"""Tests of stylex_tf.ops.bilinear, and why nothing of TensorFlow's will do."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.ops import bilinear


def _images(count: int = 2, size: int = 6) -> tf.Tensor:
    shape = (count, size, size, 3)
    numbers = np.random.default_rng(0).uniform(-1, 1, shape)
    return tf.constant(numbers, tf.float32)


def _places(count: int = 2, size: int = 6, seed: int = 1):
    """Rows and columns anywhere in the images."""
    places = np.random.default_rng(seed).uniform(
        0, size - 1, (2, count, size, size)
    )
    return tf.unstack(tf.constant(places, tf.float32))


def _turned(size: int, matrix) -> tuple[np.ndarray, np.ndarray]:
    """Where each pixel comes from, by [x, y] = matrix [column, row, 1]."""
    rows, columns = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    x, y = np.einsum(
        "ij,jhw->ihw", matrix, np.stack([columns, rows, np.ones_like(rows)])
    )
    return y, x


class BilinearTest(absltest.TestCase):
    def test_mixes_the_four_pixels_around_a_place(self):
        images, (y, x) = _images(), _places()
        sampled = bilinear.sample(images, y, x).numpy()
        for n, i, j in np.ndindex(2, 6, 6):
            top, left = int(y[n, i, j]), int(x[n, i, j])
            expected = sum(
                abs(1 - row - (y[n, i, j] - top))
                * abs(1 - column - (x[n, i, j] - left))
                * images[n, top + row, left + column]
                for row in (0, 1)
                for column in (0, 1)
            )
            np.testing.assert_allclose(sampled[n, i, j], expected, atol=1e-6)

    def test_whole_places_change_no_bit_to_the_very_border(self):
        images = _images()
        rows, columns = np.meshgrid(
            np.arange(6.0), np.arange(6.0), indexing="ij"
        )
        y, x = (
            np.stack([places] * 2).astype("float32")
            for places in (rows, columns)
        )
        np.testing.assert_array_equal(bilinear.sample(images, y, x), images)

    def test_is_the_projective_transform_of_tensorflow(self):
        """In the middle: at the border the operation reflects otherwise."""
        size, images = 32, _images(1, 32)
        c, s = np.cos(0.3), np.sin(0.3)
        matrix = np.array([[c, -s, 5.2], [s, c, -4.4]])
        y, x = _turned(size, matrix)
        inside = (y >= 0) & (y <= size - 1) & (x >= 0) & (x <= size - 1)
        self.assertGreater(inside.sum(), 600)
        y, x = (
            tf.constant(np.clip(places, 0, size - 1)[None], tf.float32)
            for places in (y, x)
        )
        warped = tf.raw_ops.ImageProjectiveTransformV3(
            images=images,
            transforms=tf.constant(
                [[*matrix[0], *matrix[1], 0.0, 0.0]], tf.float32
            ),
            output_shape=[size, size],
            fill_value=0.0,
            interpolation="BILINEAR",
            fill_mode="CONSTANT",
        )
        np.testing.assert_allclose(
            bilinear.sample(images, y, x)[0][inside],
            warped[0][inside],
            atol=2e-5,
        )

    def test_the_gradient_sums_what_each_pixel_gave(self):
        images, (y, x) = _images(1, 4), _places(1, 4)
        exact, numeric = tf.test.compute_gradient(
            lambda images: bilinear.sample(images, y, x), [images], delta=0.5
        )
        np.testing.assert_allclose(exact[0], numeric[0], atol=1e-5)

    def test_xla_compiles_it_with_both_gradients(self):
        images, (y, x) = _images(), _places()

        def both(images):
            with tf.GradientTape() as outer:
                outer.watch(images)
                with tf.GradientTape() as tape:
                    tape.watch(images)
                    total = tf.reduce_sum(bilinear.sample(images, y, x) ** 3)
                gradient = tape.gradient(total, images)
                squared = tf.reduce_sum(gradient**2)
            return gradient, outer.gradient(squared, images)

        compiled = tf.function(both, jit_compile=True)(images)
        for first, second in zip(compiled, both(images), strict=True):
            self.assertGreater(np.abs(first).max(), 0.1)
            np.testing.assert_allclose(first, second, atol=1e-4)


if __name__ == "__main__":
    absltest.main()
