"""Tests of benchmarks.grad_cam, without the package that draws the maps."""

import sys
from unittest import mock

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest

from benchmarks import grad_cam
from stylex_tf import errors

_SIDE = 20


def _network(*sides):
    """Builds a network with a map of each side, of an input of 64."""
    x = inputs = keras.Input([64, 64, 3])
    for side in sides:
        x = keras.layers.AveragePooling2D(x.shape[1] // side)(x)
        x = keras.layers.Conv2D(2, 1, name=f"conv_{side}")(x)
        if side == 8:
            # As MobileNet does before it halves a map.
            x = keras.layers.ZeroPadding2D(((0, 1), (0, 1)))(x)
    outputs = keras.layers.Dense(2)(keras.layers.Flatten()(x))
    return keras.Model(inputs, outputs)


class GradCamTest(absltest.TestCase):
    def test_says_how_to_install_the_package(self):
        with (
            mock.patch.dict(sys.modules, {"tf_keras_vis": None}),
            self.assertRaisesRegex(errors.UserError, "pip install tf-keras"),
        ):
            grad_cam.check()

    def test_looks_at_the_last_layer_and_at_a_finer_one(self):
        for sides, expected in (
            ((16, 8, 2, 1), {"last": ("conv_2", 2), "finer": ("conv_8", 8)}),
            ((16, 4), {"last": ("conv_4", 4), "finer": ("conv_16", 16)}),
            ((32, 8), {"last": ("conv_8", 8)}),
        ):
            self.assertEqual(grad_cam.layers(_network(*sides)), expected)

    def test_refuses_a_network_without_a_map(self):
        flat = keras.Sequential([keras.Input([6]), keras.layers.Dense(2)])
        with self.assertRaisesRegex(errors.UserError, "2 x 2 or more"):
            grad_cam.layers(flat)

    def test_asks_the_package_for_the_class_of_each_image(self):
        network, asked = _network(8), {}

        class Package:
            def __init__(self, model, clone):
                asked["model"], asked["clone"] = model, clone

            def __call__(self, score, pixels, **options):
                asked.update(options)
                scores = tf.constant([[1.0, 2.0], [3.0, 4.0]])
                asked["scores"] = score(scores).numpy().tolist()
                return np.full(pixels.shape[:3], np.nan)

        with mock.patch.object(grad_cam, "_library", return_value=Package):
            maps = grad_cam.heat_maps(
                network,
                "conv_8",
                np.zeros([2, 64, 64, 3], np.float32),
                np.array([1, 0]),
            )
        self.assertIs(asked["model"], network)
        self.assertEqual(asked["scores"], [2.0, 3.0])
        self.assertEqual(asked["penultimate_layer"], "conv_8")
        # A map without heat is divided by 0; it is no map of numbers then.
        np.testing.assert_array_equal(maps, np.zeros([2, 64, 64]))

    def test_marks_as_many_pixels_as_were_asked_for(self):
        maps = np.zeros([3, _SIDE, _SIDE], np.float32)
        maps[1, 2:4] = 1.0
        maps[2] = np.arange(_SIDE * _SIDE).reshape(_SIDE, _SIDE)
        marked = grad_cam.hottest(maps, 0.1, seed=0)
        self.assertEqual(marked.sum(axis=(1, 2)).tolist(), [40, 40, 40])
        np.testing.assert_array_equal(marked[1], maps[1] == 1)
        np.testing.assert_array_equal(marked[2], maps[2] >= 360)
        # Equally hot pixels are drawn, and not the first ones.
        self.assertFalse(marked[0, :2].all())
        other = grad_cam.hottest(maps, 0.1, seed=1)
        self.assertFalse(np.array_equal(marked[0], other[0]))

    def test_hides_the_marked_pixels_alone(self):
        images = np.random.default_rng(0).integers(
            0, 256, [1, _SIDE, _SIDE, 3], np.uint8
        )
        mask = np.zeros([1, _SIDE, _SIDE], bool)
        mask[0, 5:9, 5:9] = True
        hidden = grad_cam.hide(images, mask)
        np.testing.assert_array_equal(hidden[~mask], images[~mask])
        self.assertLess(hidden[mask].std(), images[mask].std() / 3)

    def test_a_true_map_turns_what_a_wrong_one_leaves(self):
        images = np.zeros([4, _SIDE, _SIDE, 3], np.uint8)
        true = np.zeros([4, _SIDE, _SIDE], np.float32)
        for number in range(4):
            # One pixel in each picture, which a blur takes away.
            images[number, 4 * number + 2, 3] = 255
            true[number, 4 * number + 2, 3] = 1.0

        def decide(pictures):
            return (pictures.max(axis=(1, 2, 3)) > 128).astype(int)

        right = grad_cam.deletion(decide, images, true, seed=0)
        self.assertEqual(right.hottest, (1.0, 1.0, 1.0))
        self.assertLess(max(right.random), 0.8)
        self.assertLess(right.of_another[0], 0.8)
        self.assertEqual((right.everything, right.n), (1.0, 4))
        self.assertEqual(right.empty, 0.0)
        wrong = grad_cam.deletion(decide, images, 1 - true, seed=0)
        self.assertEqual(wrong.hottest[0], 0.0)

    def test_counts_maps_without_heat(self):
        images = np.zeros([2, _SIDE, _SIDE, 3], np.uint8)
        maps = np.zeros([2, _SIDE, _SIDE], np.float32)
        maps[0, 0, 0] = 1.0
        hidden = grad_cam.deletion(
            lambda pictures: np.zeros(len(pictures)), images, maps, seed=0
        )
        self.assertEqual(hidden.empty, 0.5)
        self.assertEqual(hidden.everything, 0.0)

    def test_tells_a_change_on_hot_pixels_from_one_elsewhere(self):
        maps = np.zeros([2, _SIDE, _SIDE], np.float32)
        maps[:, :4] = 1.0
        change = np.zeros([2, _SIDE, _SIDE])
        change[0, 0, 0], change[1, 10, 10] = 0.5, 0.1
        self.assertEqual(grad_cam.under_heat(change, maps, 0.2, seed=0), 0.5)
        even = np.ones([2, _SIDE, _SIDE])
        self.assertAlmostEqual(
            grad_cam.under_heat(even, maps, 0.2, seed=0), 0.2
        )

    def test_paints_heat_and_leaves_the_rest(self):
        images = np.full([1, 2, 2, 3], 40, np.uint8)
        maps = np.array([[[0.0, 1.0], [0.0, 0.5]]], np.float32)
        painted = grad_cam.paint(images, maps)
        np.testing.assert_array_equal(painted[0, :, 0], images[0, :, 0])
        self.assertGreater(int(painted[0, 0, 1, 0]), int(painted[0, 1, 1, 0]))
        self.assertGreater(int(painted[0, 1, 1, 0]), 40)


if __name__ == "__main__":
    absltest.main()
