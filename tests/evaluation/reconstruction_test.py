"""Tests of the reconstruction figures."""

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.evaluation import reconstruction
from stylex_tf.losses import perceptual
from stylex_tf.search import model as model_lib
from tests.testing import known_answers


def _images(count=7):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)


def _reconstruct(images, generate, **options):
    return reconstruction.reconstruct(
        lambda x: tf.reshape(x, [-1, 48]),
        model_lib.Model(generate, lambda x: x[:, 0, 0, :2]),
        images,
        **options,
    )


class ReconstructionTest(parameterized.TestCase):
    @parameterized.parameters(1, 3, 7, 64)
    def test_a_perfect_copy_has_perfect_figures(self, batch_size):
        world = known_answers.LinearWorld()
        images = _images()
        result = reconstruction.reconstruct(
            lambda x: tf.reshape(x, [-1, 48]),
            model_lib.Model(
                lambda styles: tf.reshape(styles, [-1, 4, 4, 3]), world.classify
            ),
            images,
            batch_size=batch_size,
        )
        figures = result.figures()
        self.assertEqual(figures.agreement.value, 1.0)
        self.assertAlmostEqual(figures.kl.value, 0.0, places=9)
        self.assertEqual(figures.l1.value, 0.0)
        self.assertAlmostEqual(figures.ssim.value, 1.0, places=6)
        self.assertAlmostEqual(figures.probability_change.value, 0.0, places=9)
        self.assertEqual(figures.agreement_cycled.value, 1.0)
        self.assertEqual(figures.l1_cycled.value, 0.0)
        self.assertIsNone(figures.perceptual)
        self.assertIsNone(figures.extractor)
        self.assertEqual(figures.l1.n, 7)
        np.testing.assert_allclose(
            result.styles, images.reshape(7, 48) / 127.5 - 1, atol=1e-6
        )

    def test_some_of_the_images(self):
        whole = _reconstruct(_images(), lambda s: tf.reshape(s, [-1, 4, 4, 3]))
        some = whole.at(np.array([5, 2]))
        np.testing.assert_array_equal(some.styles, whole.styles[[5, 2]])
        np.testing.assert_array_equal(some.logits, whole.logits[[5, 2]])
        self.assertEqual(some.figures().agreement.n, 2)
        self.assertIsNone(some.perceptual)

    def test_figures_by_hand(self):
        # The reconstruction is the negative: every decision turns.
        def logits(x):
            score = x[:, 0, 0, 0]
            return tf.stack([tf.zeros_like(score), score], axis=1)

        images = np.full([2, 4, 4, 3], 255, np.uint8)
        images[1] = 0
        figures = reconstruction.reconstruct(
            lambda x: tf.reshape(x, [-1, 48]),
            model_lib.Model(
                lambda styles: -tf.reshape(styles, [-1, 4, 4, 3]), logits
            ),
            images,
        ).figures()
        self.assertEqual(figures.agreement.value, 0.0)
        self.assertAlmostEqual(figures.l1.value, 2.0, places=6)
        p = 1 / (1 + np.exp(-1.0))
        # KL(p, 1-p || 1-p, p) = (2p - 1) log(p / (1-p)), and log odds are 1.
        self.assertAlmostEqual(figures.kl.value, 2 * p - 1, places=5)
        self.assertAlmostEqual(
            figures.probability_change.value, 2 * p - 1, places=6
        )
        # Turned ten times, it is the image again.
        self.assertEqual(figures.agreement_cycled.value, 1.0)
        self.assertEqual(figures.l1_cycled.value, 0.0)
        # Black for white: all of SSIM's terms but the brightness are 1.
        c1 = 0.01**2
        self.assertAlmostEqual(figures.ssim.value, c1 / (1 + c1), places=5)

    def test_what_one_cycle_loses_ten_lose_again(self):
        images = np.full([3, 4, 4, 3], 255, np.uint8)
        figures = _reconstruct(
            images, lambda styles: 0.9 * tf.reshape(styles, [-1, 4, 4, 3])
        ).figures()
        self.assertAlmostEqual(figures.l1.value, 0.1, places=6)
        self.assertAlmostEqual(figures.l1_cycled.value, 1 - 0.9**10, places=6)

    def test_probability_change_of_three_classes(self):
        # Total variation: from (1, 1, 2) / 4 to (2, 1, 1) / 4 a quarter moves.
        logits = np.log([[1.0, 1.0, 2.0]])
        figures = reconstruction.Reconstruction(
            styles=np.zeros((1, 1)),
            logits=logits,
            reconstructed_logits=logits[:, ::-1],
            l1=np.zeros(1),
        ).figures()
        self.assertAlmostEqual(figures.probability_change.value, 0.25)
        for name in ("agreement_cycled", "l1_cycled", "ssim"):
            self.assertIsNone(getattr(figures, name), name)

    def test_agreement_of_each_class_is_of_the_images_of_that_class(self):
        # Three images of class 0, of which one stays; one of class 2; none
        # of class 1, though one becomes it.
        logits = np.eye(3)[[0, 0, 0, 2]]
        figures = reconstruction.Reconstruction(
            styles=np.zeros((4, 1)),
            logits=logits,
            reconstructed_logits=np.eye(3)[[0, 1, 2, 2]],
            l1=np.zeros(4),
        ).figures()
        self.assertEqual(
            {
                index: (share.value, share.n)
                for index, share in figures.agreement_by_class.items()
            },
            {"0": (1 / 3, 3), "2": (1.0, 1)},
        )
        self.assertEqual(figures.agreement.value, 0.5)

    def test_perceptual_distance_by_hand(self):
        # Layer 1 turns from one axis to the other: squared distance 2 in each
        # pixel. Layer 2 only grows: unit features are the same.
        def features(images):
            score = tf.reduce_mean(images, axis=3, keepdims=True)
            zero = tf.zeros_like(score)
            first = tf.concat(
                [tf.maximum(score, zero), tf.maximum(-score, zero)], axis=3
            )
            second = tf.concat([tf.abs(score) * 5.0, zero], axis=3)
            return [first, second]

        images = np.full([5, 4, 4, 3], 255, np.uint8)
        figures = _reconstruct(
            images,
            lambda styles: -0.5 * tf.reshape(styles, [-1, 4, 4, 3]),
            features=features,
            extractor="two axes",
            batch_size=2,
        ).figures()
        self.assertAlmostEqual(figures.perceptual.value, 2.0, places=6)
        self.assertEqual(figures.extractor, "two axes")

    def test_perceptual_distance_is_the_one_of_the_losses(self):
        images = _images(2)
        kernel = tf.constant(
            np.random.default_rng(1).normal(size=(3, 3, 3, 4)), tf.float32
        )

        def features(x):
            first = tf.nn.conv2d(x, kernel, 1, "SAME")
            return [first, tf.nn.avg_pool2d(first, 2, 2, "VALID")]

        def generate(styles):
            return tf.tanh(3 * tf.reshape(styles, [-1, 4, 4, 3]) + 0.2)

        measured = _reconstruct(
            images, generate, features=features, extractor="random"
        )
        reals = tf.constant(images / 127.5 - 1.0, tf.float32)
        np.testing.assert_allclose(
            measured.perceptual,
            perceptual.perceptual_distance(
                features(reals), features(generate(reals))
            ),
            rtol=1e-5,
        )

    def test_large_images_have_the_published_window(self):
        images = np.random.default_rng(2).integers(
            0, 256, (2, 16, 16, 3), dtype=np.uint8
        )

        def generate(styles):
            return 0.5 * tf.reshape(styles, [-1, 16, 16, 3])

        measured = reconstruction.reconstruct(
            lambda x: tf.reshape(x, [-1, 768]),
            model_lib.Model(generate, lambda x: x[:, 0, 0, :2]),
            images,
        )
        reals = tf.constant(images / 255.0, tf.float32)
        np.testing.assert_allclose(
            measured.ssim,
            tf.image.ssim(reals, 0.5 * reals + 0.25, max_val=1.0),
            rtol=1e-4,
        )

    def test_features_have_a_name(self):
        with self.assertRaisesRegex(ValueError, "extractor is None"):
            _reconstruct(_images(), tf.identity, features=lambda x: [x])

    def test_refuses_float_images_and_none(self):
        world = known_answers.LinearWorld()
        for images in (_images().astype(np.float32), _images(0)):
            with self.assertRaisesRegex(ValueError, "expected uint8"):
                reconstruction.reconstruct(world.encode, world.model, images)


if __name__ == "__main__":
    absltest.main()
