"""Tests of stylex_tf.classifiers.probe, on classifiers of known faults."""

import pathlib

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import adapter, probe


def _pictures(count: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Noise that is brighter in its left half (class 0) or right (class 1)."""
    images = np.random.default_rng(0).integers(0, 100, (count, 8, 8, 3))
    labels = np.arange(count) % 2
    images[labels == 0, :, :4] += 100
    images[labels == 1, :, 4:] += 100
    return images.astype(np.uint8), labels


def _left_or_right(scale: float = 1.0, before=lambda x: x) -> keras.Model:
    """Says on which side a picture is brighter, at whatever range."""
    images = keras.Input((8, 8, 3))
    columns = np.repeat([1.0, -1.0], 4)[None, None, :, None]
    weighted = before(images) * tf.constant(columns * scale, tf.float32)
    x = keras.layers.Flatten()(weighted)
    total = tf.reduce_sum(x, axis=1, keepdims=True)
    return keras.Model(images, tf.concat([total, -total], axis=1))


def _at_zero_to_255() -> keras.Model:
    """Right of bytes; of pixels up to 1 it says class 1 of everything."""
    model = _left_or_right()
    far = tf.constant([[0.0, 1000.0]])
    return keras.Model(model.inputs, model.output + far)


class _Normalising(keras.Model):
    """A model without a graph of layers, which normalises as in training."""

    def __init__(self, norm: keras.layers.Layer):
        super().__init__()
        self._norm = norm

    def call(self, images):
        halves = tf.split(self._norm(images, training=True), 2, axis=2)
        return tf.stack([tf.reduce_sum(h, [1, 2, 3]) for h in halves], axis=1)


class ProbeTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.images, self.labels = _pictures()

    def _examine(self, model: keras.Model, **settings) -> probe.Finding:
        classifier = adapter.from_keras(
            model, class_names=("left", "right"), output="logits", **settings
        )
        return probe.examine(classifier, self.images, self.labels)

    def _saved(self, serve) -> adapter.Classifier:
        """Saves a function of pixels and a variable, and loads it."""
        module = tf.Module()
        module.count = tf.Variable(0.0)
        module.serve = tf.function(
            lambda x: {"logits": serve(x, module.count)},
            input_signature=[tf.TensorSpec([None, 8, 8, 3], name="x")],
            autograph=False,
        )
        path = pathlib.Path(self.create_tempdir()) / "model"
        tf.saved_model.save(
            module, str(path), signatures={"serving_default": module.serve}
        )
        return adapter.load(path)

    def test_a_good_classifier(self):
        examined = self._examine(_left_or_right())
        self.assertEqual(examined.images, 32)
        self.assertEqual(examined.answers, (16, 16))
        self.assertEqual((examined.accuracy, examined.commonest), (1.0, 0.5))
        self.assertEmpty(examined.warnings)
        text = "\n".join(examined.lines(("left", "right")))
        self.assertIn("tried on 32 of the images: left 16, right 16", text)
        self.assertIn("accuracy as declared: 1.00", text)
        self.assertIn("with pixels from 0 to 255: ", text)

    @parameterized.parameters((-1.0, 1.0), (0.0, 1.0))
    def test_names_the_range_that_fits_better(self, low, high):
        examined = self._examine(_at_zero_to_255(), input_range=(low, high))
        self.assertEqual((examined.accuracy, examined.commonest), (0.5, 0.5))
        self.assertEqual(examined.readings["pixels from 0 to 255"], 1.0)
        said = "\n".join(examined.warnings)
        self.assertIn("says right of every picture", said)
        self.assertIn("no better than to say the commonest class", said)
        self.assertIn("set classifier.input_range to (0., 255.)", said)
        self.assertEmpty(
            self._examine(_at_zero_to_255(), input_range=(0.0, 255.0)).warnings
        )

    @parameterized.parameters(True, False)
    def test_names_the_range_of_a_classifier_that_is_sure_of_nothing(
        self, labelled
    ):
        # It only compares two halves: right at any range, and at the wrong one
        # all its probabilities are next to a half.
        model = _left_or_right(scale=1e-4)
        labels = self.labels if labelled else np.full(len(self.labels), -1)
        classifier = adapter.from_keras(model, output="logits")
        examined = probe.examine(classifier, self.images, labels)
        self.assertEqual(examined.accuracy, 1.0 if labelled else None)
        self.assertLess(examined.spread, 0.05)
        said = "\n".join(examined.warnings)
        self.assertIn("hardly tells the pictures apart", said)
        self.assertIn("set classifier.input_range to (0., 255.)", said)
        classifier = adapter.from_keras(
            model, output="logits", input_range=(0.0, 255.0)
        )
        examined = probe.examine(classifier, self.images, labels)
        self.assertGreater(examined.spread, 0.5)
        self.assertEmpty(examined.warnings)

    def test_names_channels_in_the_other_order(self):
        # Class 0 is red on grey, class 1 blue.
        self.images[:] = 100
        self.images[self.labels == 0, ..., 0] = 200
        self.images[self.labels == 1, ..., 2] = 200
        images = keras.Input((8, 8, 3))
        mean = tf.reduce_mean(images, axis=[1, 2])
        model = keras.Model(images, tf.stack([mean[:, 2], mean[:, 0]], axis=1))
        examined = self._examine(model)
        self.assertEqual(examined.accuracy, 0.0)
        self.assertEqual(examined.readings["blue before red"], 1.0)
        self.assertIn("blue before red", examined.warnings[-1])

    def test_names_pixels_without_the_mean_of_imagenet(self):
        # The answer turns on the mean: only with it off is it right.
        mean = np.array([123.68, 116.779, 103.939])
        self.images[:] = np.where(
            self.labels[:, None, None, None] == 0, mean - 20, mean + 20
        ).astype(np.uint8)
        self.images[:, 0] = 90
        images = keras.Input((8, 8, 3))
        total = tf.reduce_sum(images[:, 1:], axis=[1, 2, 3])
        model = keras.Model(images, tf.stack([-total, total], axis=1))
        examined = self._examine(model, input_range=(0.0, 255.0))
        self.assertEqual(examined.accuracy, 0.5)
        self.assertEqual(
            examined.readings["ImageNet's mean taken off, blue before red"], 1.0
        )

    def test_without_labels_nothing_is_said_of_accuracy(self):
        classifier = adapter.from_keras(_left_or_right(), output="logits")
        examined = probe.examine(
            classifier, self.images, np.full(len(self.images), -1)
        )
        self.assertIsNone(examined.accuracy)
        self.assertEmpty(examined.readings)
        self.assertEqual(examined.answers, (16, 16))

    def test_an_answer_that_is_the_same_for_all(self):
        with self.assertRaisesRegex(
            errors.ClassifierError, "same answer to all 32 pictures"
        ):
            self._examine(_left_or_right(scale=0.0))

    def test_a_gradient_of_zero(self):
        @tf.custom_gradient
        def stairs(x):
            return tf.round(x * 9), lambda upstream: tf.zeros_like(upstream)

        classifier = self._saved(
            lambda x, _: tf.reduce_sum(stairs(x), [2, 3])[:, :2]
        )
        with self.assertRaisesRegex(
            errors.ClassifierError, "gradient to every picture is zero"
        ):
            probe.examine(classifier, self.images, self.labels)

    def test_a_gradient_that_is_not_finite(self):
        classifier = self._saved(
            # The square root of 0 has an infinite gradient.
            lambda x, _: tf.reduce_sum(tf.sqrt(tf.nn.relu(x)), [2, 3])[:, :2]
        )
        with self.assertRaisesRegex(
            errors.ClassifierError, "gradient to a picture is not finite"
        ):
            probe.examine(classifier, self.images, self.labels)

    def test_an_answer_that_is_not_finite_for_some_pictures(self):
        self.images[20] = 255
        self.images[20, 0] = 7
        classifier = self._saved(
            lambda x, _: tf.reduce_sum(
                tf.where(tf.abs(x + 0.9450980) < 1e-3, np.nan, x), [2, 3]
            )[:, :2]
        )
        with self.assertRaisesRegex(errors.ClassifierError, "finite number"):
            probe.examine(classifier, self.images, self.labels)

    def test_dropout_that_is_always_on(self):
        model = _left_or_right(
            before=lambda x: keras.layers.Dropout(0.5)(x, training=True)
        )
        with self.assertRaisesRegex(
            errors.ClassifierError, "draws random numbers.*RandomUniform"
        ):
            self._examine(model)

    @parameterized.parameters("functional", "nested", "subclassed")
    def test_a_normalisation_that_works_as_in_training(self, kind):
        norm = keras.layers.BatchNormalization(name="norm")
        if kind == "functional":
            model = _left_or_right(before=lambda x: norm(x, training=True))
        if kind == "nested":
            pixels = keras.Input((8, 8, 3))
            inner = keras.Model(pixels, norm(pixels))
            model = _left_or_right(before=lambda x: inner(x, training=True))
        if kind == "subclassed":
            model = _Normalising(norm)
            model.build((None, 8, 8, 3))
        with self.assertRaisesRegex(
            errors.ClassifierError,
            "writes a variable.*Assign[A-Za-z]* in [^ ,]*norm"
            ".*expected.*without training=True",
        ):
            self._examine(model)

    def test_a_model_that_counts_its_calls(self):
        def serve(x, count):
            with tf.control_dependencies([count.assign_add(1.0)]):
                return tf.reduce_sum(x, [2, 3])[:, :2]

        with self.assertRaisesRegex(
            errors.ClassifierError, "writes a variable.*AssignAddVariableOp"
        ):
            probe.examine(self._saved(serve), self.images, self.labels)

    def test_an_answer_that_depends_on_the_other_pictures(self):
        # As a batch normalisation that works as in training.
        def serve(x, _):
            mean = tf.reduce_mean(x, axis=0, keepdims=True)
            return tf.reduce_sum(x - mean, [2, 3])[:, :2]

        with self.assertRaisesRegex(
            errors.ClassifierError, "depends on the others .*training=False"
        ):
            probe.examine(self._saved(serve), self.images, self.labels)

    def test_names_logits_that_look_like_tags(self):
        tags = self._saved(lambda x, _: tf.sigmoid(x[:, 0, ::4, 0] * 9))
        examined = probe.examine(tags, self.images, self.labels)
        self.assertIn("independent answers", "\n".join(examined.warnings))

    def test_probabilities_that_are_none_for_some_pictures(self):
        # Nothing that is tried when it is loaded is as dark.
        images = keras.Input((8, 8, 3))
        mean = tf.reduce_mean(images, axis=[1, 2, 3])[:, None]
        p = tf.sigmoid(mean)
        odd = tf.where(tf.abs(mean + 0.6) < 0.3, 0.2, 0.0)
        model = keras.Model(images, tf.concat([p, 1 - p - odd], axis=1))
        classifier = adapter.from_keras(model, output="probabilities")
        with self.assertRaisesRegex(errors.ClassifierError, "add up to"):
            probe.examine(classifier, self.images // 2, self.labels)


if __name__ == "__main__":
    absltest.main()
