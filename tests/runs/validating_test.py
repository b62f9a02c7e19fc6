"""Tests of stylex_tf.runs.validating: a world whose figures are known."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import config
from stylex_tf.evaluation import realism
from stylex_tf.losses import perceptual
from stylex_tf.runs import validating
from stylex_tf.training import validation_history

_SIZE = 32
_CLASSES = ("dark", "bright", "never")
_WEIGHTS = config.LossConfig(l1=3.0, perceptual=0.5, classification=2.0)


def _features(images: tf.Tensor) -> list[tf.Tensor]:
    """Two maps: fine grey, coarse colour."""
    grey = tf.reduce_mean(images, axis=-1, keepdims=True)
    fine = tf.concat([grey, 1.0 - grey], axis=-1)
    return [fine, tf.nn.avg_pool2d(images, 8, 8, "VALID")]


def _classify(images: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Dark or bright; no image is of the third class."""
    mean = tf.reduce_mean(images, axis=[1, 2, 3])
    logits = tf.stack([-9 * mean, 9 * mean, tf.fill(mean.shape, -50.0)], -1)
    return logits, _features(images)


def _images(count: int, seed: int = 0) -> np.ndarray:
    """Noise: two dark images and one bright one in turn."""
    shape = (count, _SIZE, _SIZE, 3)
    noise = np.random.default_rng(seed).integers(0, 128, shape, dtype=np.uint8)
    bright = np.arange(count) % 3 == 2
    return noise + 127 * bright.astype(np.uint8)[:, None, None, None]


def _floats(images: np.ndarray) -> np.ndarray:
    return images.astype(np.float32) / 127.5 - 1.0


class HeldOutTest(tf.test.TestCase):
    def setUp(self):
        super().setUp()
        self.images = _images(12)
        self.training_images = _images(12, seed=1)
        self.dark = np.arange(12) % 3 != 2

    def _measure(self, rebuild, **changes) -> dict[str, float]:
        arguments = {
            "rebuild": rebuild,
            "classify": _classify,
            "features": None,
            "weights": _WEIGHTS,
            "class_names": _CLASSES,
            # Does not divide 12: the last batch is filled up.
            "batch_size": 5,
        }
        held_out = validating.HeldOut(
            self.images, self.training_images, **(arguments | changes)
        )
        figures = held_out.measure()
        self.assertEqual(held_out.measure(), figures)
        prefix = "validation/"
        for name in figures:
            self.assertStartsWith(name, prefix)
        return {
            name.removeprefix(prefix): value for name, value in figures.items()
        }

    def test_perfect_reconstructions(self):
        measured = self._measure(lambda images, logits: images)
        for name in ("", "/dark", "/bright"):
            self.assertEqual(measured[f"agreement{name}"], 1.0)
            for term in ("kl", "l1", "perceptual"):
                self.assertAllClose(measured[f"{term}{name}"], 0.0, atol=1e-6)
        self.assertAllClose(measured["score"], 0.0, atol=1e-5)
        self.assertAllClose(measured["kid"], measured["kid_floor"])
        self.assertAllClose(measured["diversity/dark"], 1.0)
        self.assertEqual(
            (
                measured["images"],
                measured["images/dark"],
                measured["images/bright"],
            ),
            (12, 8, 4),
        )
        self.assertGreater(measured["l1_of_another_image"], 0.1)
        self.assertNotIn("images/never", measured)

    def test_figures_of_reconstructions_that_are_all_dark(self):
        pixels = _floats(self.images)

        def darken(images, logits):
            return images / 2 - 0.5

        rebuilt = pixels / 2 - 0.5
        measured = self._measure(darken)
        self.assertAllClose(measured["agreement"], 8 / 12)
        self.assertEqual(measured["agreement/bright"], 0.0)
        self.assertEqual(measured["agreement/dark"], 1.0)
        l1 = np.abs(pixels - rebuilt).mean(axis=(1, 2, 3))
        self.assertAllClose(measured["l1"], l1.mean(), rtol=1e-5)
        self.assertAllClose(
            measured["l1/bright"], l1[~self.dark].mean(), rtol=1e-5
        )
        p, q = (
            tf.nn.softmax(_classify(tf.constant(x))[0]).numpy()
            for x in (pixels, rebuilt)
        )
        kl = np.sum(np.where(p > 0, p * np.log(p / q), 0.0), axis=1)
        self.assertAllClose(measured["kl"], kl.mean(), rtol=1e-3)
        distance = perceptual.perceptual_distance(
            _features(tf.constant(pixels)), _features(tf.constant(rebuilt))
        )
        self.assertAllClose(
            measured["perceptual"], np.mean(distance), rtol=1e-4
        )
        self.assertAllClose(
            measured["score"],
            3 * measured["l1"]
            + 0.5 * measured["perceptual"]
            + 2 * measured["kl"],
            rtol=1e-6,
        )
        # Half of the way to black is half of the spread.
        self.assertAllClose(measured["diversity/dark"], 0.5, rtol=1e-4)
        embedded, floor, fake = (
            np.mean(_features(tf.constant(x))[-1], axis=(1, 2))
            for x in (_floats(self.training_images), pixels, rebuilt)
        )
        self.assertAllClose(
            measured["kid"], realism.kernel_distance(embedded, fake), rtol=1e-3
        )
        self.assertAllClose(
            measured["kid_floor"],
            realism.kernel_distance(embedded, floor),
            rtol=1e-3,
        )

    def test_a_mean_image_of_each_class_is_no_nearer_to_its_own_image(self):
        means = tf.constant(
            np.stack(
                [
                    _floats(self.images[rows]).mean(axis=0)
                    for rows in (self.dark, ~self.dark)
                ]
            )
        )
        measured = self._measure(
            lambda images, logits: tf.gather(means, tf.argmax(logits, -1))
        )
        # It keeps the class, and is much nearer than the mean of all images.
        self.assertEqual(measured["agreement"], 1.0)
        self.assertLess(measured["l1"], 0.8 * measured["l1_of_mean_image"])
        self.assertAllClose(measured["l1"], measured["l1_of_another_image"])
        self.assertAllClose(measured["diversity/dark"], 0.0, atol=1e-6)

    def test_the_mean_image_of_all(self):
        pixels = _floats(self.images)
        mean = tf.constant(pixels.mean(axis=0, keepdims=True))
        measured = self._measure(
            lambda images, logits: tf.repeat(mean, images.shape[0], axis=0)
        )
        self.assertAllClose(
            measured["l1"], measured["l1_of_mean_image"], rtol=1e-5
        )

    def test_colours_beyond_white_are_cut_off_as_in_the_pictures(self):
        measured = self._measure(
            lambda images, logits: tf.where(images > 0.0, 3.0, images)
        )
        pixels = _floats(self.images)
        expected = np.where(pixels > 0, 1 - pixels, 0).mean()
        self.assertAllClose(measured["l1"], expected, rtol=1e-4)

    def test_other_features_than_the_classifiers(self):
        measured = self._measure(
            lambda images, logits: -images,
            features=lambda images: [tf.abs(images)],
        )
        self.assertAllClose(measured["perceptual"], 0.0, atol=1e-6)
        self.assertAllClose(measured["kid"], measured["kid_floor"], rtol=1e-5)

    def test_a_classifier_without_features(self):
        measured = self._measure(
            lambda images, logits: images / 2,
            classify=lambda images: (_classify(images)[0], []),
        )
        self.assertNotIn("perceptual", measured)
        self.assertNotIn("kid", measured)
        self.assertAllClose(
            measured["score"], 3 * measured["l1"] + 2 * measured["kl"]
        )

    def test_a_class_with_one_image_has_no_other_to_compare_with(self):
        self.images = _images(3)
        measured = self._measure(lambda images, logits: images)
        self.assertNotIn("diversity/bright", measured)
        rows = _floats(self.images[:2])
        self.assertAllClose(
            measured["l1_of_another_image"],
            np.abs(rows[0] - rows[1]).mean(),
            rtol=1e-5,
        )

    def test_the_score_is_what_the_run_remembers(self):
        held_out = self._measure(lambda images, logits: images)
        self.assertIn(
            validation_history.SCORE.removeprefix("validation/"), held_out
        )


if __name__ == "__main__":
    absltest.main()
