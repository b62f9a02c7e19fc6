import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from PIL import Image

from stylex_tf import errors
from stylex_tf.classifiers import pixels
from tests.classifiers import tiny_models


def _convert(
    images,
    *,
    size=None,
    channels=3,
    value_range=(-1.0, 1.0),
    dtype=tf.float32,
):
    return pixels.from_images(
        images,
        size=size,
        channels=channels,
        value_range=value_range,
        dtype=dtype,
    )


class PixelsTest(parameterized.TestCase):
    @parameterized.parameters(
        ((8, 8, 4), "takes 4 channels.* only grey"),
        ((3, 8, 8), "takes 8 channels.* channels first"),
        ((None, None, None), "any number of channels.* how many"),
    )
    def test_a_shape_that_is_not_of_pixels(self, shape, said):
        with self.assertRaisesRegex(errors.ClassifierError, said):
            pixels.check_shape(shape)

    def test_does_nothing_where_there_is_nothing_to_do(self):
        images = tiny_models.images()
        np.testing.assert_array_equal(_convert(images), images)
        np.testing.assert_array_equal(_convert(images, size=(8, 8)), images)

    @parameterized.parameters((-1.0, 1.0), (0.0, 1.0), (0.0, 255.0))
    def test_range(self, low, high):
        images = tf.tile(
            tf.constant([-1.0, 0.0, 1.0])[:, None, None, None], [1, 8, 8, 3]
        )
        converted = _convert(images, value_range=(low, high))
        np.testing.assert_allclose(
            converted[:, 3, 4, 1], [low, (low + high) / 2, high], atol=1e-4
        )

    def test_grey_is_that_of_pillow(self):
        colours = np.random.default_rng(0).integers(0, 256, (8, 8, 3))
        expected = Image.fromarray(colours.astype(np.uint8)).convert("L")
        converted = _convert(
            tf.cast(colours[None] / 127.5 - 1, tf.float32),
            channels=1,
            value_range=(0.0, 255.0),
            dtype=tf.uint8,
        )
        self.assertEqual(converted.shape, (1, 8, 8, 1))
        np.testing.assert_allclose(
            np.int32(converted[0, :, :, 0]), np.int32(expected), atol=1
        )

    def test_a_smaller_copy_is_an_average(self):
        # A pattern finer than the copy: it is grey, not black or white.
        board = np.indices((32, 32)).sum(axis=0) % 2 * 2.0 - 1.0
        images = tf.constant(np.tile(board[None, :, :, None], 3), tf.float32)
        converted = _convert(images, size=(8, 8))
        self.assertLess(np.abs(converted[:, 1:-1, 1:-1]).max(), 0.05)

    def test_bytes_are_rounded_and_clipped(self):
        images = tf.constant([-1.2, -1.0, 0.003, 1.2])[:, None, None, None]
        converted = _convert(
            tf.tile(images, [1, 1, 1, 3]),
            value_range=(0.0, 255.0),
            dtype=tf.uint8,
        )
        np.testing.assert_array_equal(converted[:, 0, 0, 0], [0, 0, 128, 255])

    def test_gradients_pass_through_all_of_it(self):
        images = tiny_models.images()
        with tf.GradientTape() as tape:
            tape.watch(images)
            converted = _convert(
                images, size=(5, 5), channels=1, value_range=(0.0, 1.0)
            )
        self.assertTrue(np.all(tape.gradient(converted, images) > 0))

    @parameterized.parameters(
        ((8, 8, 3), tf.float32),
        ((1, 8, 8, 1), tf.float32),
        ((1, 8, 8, 3), tf.uint8),
    )
    def test_refuses_anything_else(self, shape, dtype):
        with self.assertRaisesRegex(
            errors.ClassifierError, "expected floats in .-1, 1."
        ):
            _convert(tf.zeros(shape, dtype))


if __name__ == "__main__":
    absltest.main()
