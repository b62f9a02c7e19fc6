"""Tests of stylex_tf.classifiers.probe, on classifiers of known faults."""

import pathlib

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors, keras_line
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

    def compare(seen):
        weighted = seen * tf.constant(columns * scale, tf.float32)
        total = tf.reduce_sum(weighted, axis=[1, 2, 3])
        return tf.stack([total, -total], axis=1)

    return keras.Model(images, _applied(compare, before(images)))


def _applied(function, x):
    """Applies a TensorFlow function to an output of a layer, on either line.

    Keras 3 refuses one that is not in a layer.
    """
    return keras.layers.Lambda(function)(x)


def _at_zero_to_255() -> keras.Model:
    """Right of bytes; of pixels up to 1 it says class 1 of everything."""
    model = _left_or_right()
    output = _applied(lambda x: x + [[0.0, 1000.0]], model.output)
    return keras.Model(model.inputs, output)


class _AsInTraining(keras.Model):
    """A model without a graph of layers, with a layer called as in training."""

    def __init__(self, inner: keras.layers.Layer):
        # Keras 3 names it for its class, and no graph begins with `_`.
        super().__init__(name="as_in_training")
        self._inner = inner

    def call(self, images):
        halves = tf.split(self._inner(images, training=True), 2, axis=2)
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

    def test_classes_in_another_order_are_no_matter_of_the_range(self):
        # At any other range it says one class of all: half of them, while it
        # is never right as declared.
        model = _at_zero_to_255()
        classifier = adapter.from_keras(
            model, output="logits", input_range=(0.0, 255.0)
        )
        examined = probe.examine(classifier, self.images, 1 - self.labels)
        self.assertEqual(examined.accuracy, 0.0)
        self.assertEqual(examined.readings["pixels from 0 to 1"], 0.5)
        said = "\n".join(examined.warnings)
        self.assertIn("the order of data.classes right", said)
        self.assertNotIn("set classifier.input_range to", said)

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

        def compare(seen):
            mean = tf.reduce_mean(seen, axis=[1, 2])
            return tf.stack([mean[:, 2], mean[:, 0]], axis=1)

        images = keras.Input((8, 8, 3))
        model = keras.Model(images, _applied(compare, images))
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

        def compare(seen):
            total = tf.reduce_sum(seen[:, 1:], axis=[1, 2, 3])
            return tf.stack([-total, total], axis=1)

        images = keras.Input((8, 8, 3))
        model = keras.Model(images, _applied(compare, images))
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

    @parameterized.product(
        kind=["functional", "nested", "subclassed"],
        # Keras 3 counts what it draws in a variable.
        case=[
            (
                "drop",
                lambda: keras.layers.Dropout(0.5, name="drop"),
                r"draws random numbers.*(RandomUniform|Assign[A-Za-z]*) in "
                r"[^ ,]*drop.*expected.*without training=True",
            ),
            (
                "norm",
                lambda: keras.layers.BatchNormalization(name="norm"),
                r"writes a variable.*Assign[A-Za-z]* in [^ ,]*norm"
                r".*expected.*without training=True",
            ),
        ],
    )
    def test_a_layer_that_was_called_as_in_training(self, kind, case):
        _, make, reason = case
        layer = make()
        if kind == "functional":
            model = _left_or_right(before=lambda x: layer(x, training=True))
        if kind == "nested":
            pixels = keras.Input((8, 8, 3))
            inner = keras.Model(pixels, layer(pixels))
            model = _left_or_right(before=lambda x: inner(x, training=True))
        if kind == "subclassed":
            model = _AsInTraining(layer)
            model(self.images[:2].astype(np.float32))
        if kind != "subclassed" and keras_line.CALLER_DECIDES_TRAINING:
            # The user's own model answers as after training, as this does.
            self.assertEqual(self._examine(model).accuracy, 1.0)
            return
        with self.assertRaisesRegex(errors.ClassifierError, reason):
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
        # As a sigmoid, which a graph would be seen to end in.
        tags = self._saved(lambda x, _: (tf.tanh(x[:, 0, ::4, 0]) + 1) / 2)
        examined = probe.examine(tags, self.images, self.labels)
        self.assertIn("independent answers", "\n".join(examined.warnings))

    def test_probabilities_that_are_none_for_some_pictures(self):
        # Nothing that is tried when it is loaded is as dark.
        def probabilities(seen):
            mean = tf.reduce_mean(seen, axis=[1, 2, 3])
            p = tf.sigmoid(mean)
            odd = tf.where(tf.abs(mean + 0.6) < 0.3, 0.2, 0.0)
            return tf.stack([p, 1 - p - odd], axis=1)

        images = keras.Input((8, 8, 3))
        model = keras.Model(images, _applied(probabilities, images))
        classifier = adapter.from_keras(model, output="probabilities")
        with self.assertRaisesRegex(errors.ClassifierError, "add up to"):
            probe.examine(classifier, self.images // 2, self.labels)


if __name__ == "__main__":
    absltest.main()
