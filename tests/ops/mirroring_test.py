"""Tests of stylex_tf.ops.mirroring."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.ops import mirroring


class MirroringTest(absltest.TestCase):
    def test_turns_the_named_images_left_to_right_and_no_other(self):
        images = np.arange(3 * 2 * 4 * 3, dtype=np.uint8).reshape(3, 2, 4, 3)
        mirrored = mirroring.mirror(
            tf.constant(images), tf.constant([True, False, True])
        ).numpy()
        expected = np.stack(
            [np.fliplr(images[0]), images[1], np.fliplr(images[2])]
        )
        np.testing.assert_array_equal(mirrored, expected)

    def test_twice_is_the_image_again(self):
        images = tf.random.stateless_uniform([2, 5, 3, 1], [0, 1])
        every = tf.constant([True, True])
        twice = mirroring.mirror(mirroring.mirror(images, every), every)
        np.testing.assert_array_equal(twice, images)


if __name__ == "__main__":
    absltest.main()
