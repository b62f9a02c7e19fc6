import json
import os
import pathlib

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import adapter, outputs
from tests.classifiers import tiny_models


def setUpModule():
    # Two replicas on any machine.
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 2
    )


def _file(test: absltest.TestCase, kind: str) -> pathlib.Path:
    path = pathlib.Path(test.create_tempdir().full_path) / f"model{kind}"
    if kind == "_folder":
        tiny_models.convolutional().export(path)
    else:
        tiny_models.convolutional().save(path)
    return path


class ThresholdTest(absltest.TestCase):
    """A model that puts out a number, such as an age in years."""

    def _load(self, units=1, activation=None, **settings):
        path = pathlib.Path(self.create_tempdir().full_path) / "age.keras"
        self.model = tiny_models.convolutional(
            units=units, activation=activation
        )
        self.model.save(path)
        return adapter.load(path, **settings)

    def test_makes_two_classes(self):
        threshold = outputs.Threshold(0.1, scale=0.5)
        classifier = self._load(output=threshold)
        images = tiny_models.images()
        logits = classifier(images)
        np.testing.assert_allclose(
            logits[:, 1] - logits[:, 0],
            (self.model(images)[:, 0] - 0.1) / 0.5,
            rtol=1e-4,
        )
        self.assertEqual(classifier.class_names, ("below 0.1", "at least 0.1"))
        self.assertIn("begins at 0.1", json.dumps(classifier.describe()))
        np.testing.assert_array_equal(classifier.check_answers(images), logits)
        named = self._load(output=threshold, class_names=("young", "old"))
        self.assertEqual(named.class_names, ("young", "old"))

    def test_is_for_one_number_alone(self):
        for units, activation in ((3, None), (1, "sigmoid"), (2, "softmax")):
            with self.assertRaisesRegex(
                errors.ClassifierError, "threshold is set, but the model puts"
            ):
                self._load(units, activation, output=outputs.Threshold(0.1))


class PixelsTest(parameterized.TestCase):
    """That the classifier sees what it was trained with; see pixels_test."""

    def test_range(self):
        classifier = adapter.from_keras(
            tiny_models.mean_of_pixels(), input_range=(0.0, 255.0)
        )
        logits = classifier(tf.ones([2, 8, 8, 3]))
        np.testing.assert_allclose(logits[:, 0], 255.0, rtol=1e-5)

    def test_grey(self):
        classifier = adapter.from_keras(
            tiny_models.mean_of_pixels(size=28, channels=1)
        )
        logits = classifier(tf.fill([1, 32, 32, 3], 0.25))
        np.testing.assert_allclose(logits[:, 0], 0.25, rtol=1e-4)

    @parameterized.parameters(4, 16)
    def test_size(self, size):
        images = tiny_models.images(size=8)
        model = tiny_models.convolutional(size=size)
        resized = tf.image.resize(images, [size, size], antialias=True)
        classifier = adapter.from_keras(model)
        np.testing.assert_allclose(
            classifier(images), model(resized), rtol=1e-5
        )
        self.assertEqual(classifier.input_size, (size, size))

    def test_any_size_is_left_alone(self):
        model = tiny_models.convolutional(size=None)
        classifier = adapter.from_keras(model)
        self.assertIsNone(classifier.input_size)
        images = tiny_models.images(size=12)
        np.testing.assert_allclose(classifier(images), model(images), rtol=1e-5)

    def test_bytes(self):
        path = self.create_tempdir().full_path
        model = tiny_models.save_linear(path, dtype=tf.uint8)
        classifier = adapter.load(
            path,
            signature="explain",
            output="logits",
            input_range=(0.0, 255.0),
        )
        np.testing.assert_allclose(
            classifier(tf.ones([1, 8, 8, 3])),
            model(tf.fill([1, 8, 8, 3], 255)),
            rtol=1e-5,
        )
        self.assertFalse(classifier.differentiable)


class LogitsTest(parameterized.TestCase):
    def test_one_sigmoid_is_two_classes(self):
        model = tiny_models.convolutional(units=1, activation="sigmoid")
        classifier = adapter.from_keras(model, class_names=("no", "yes"))
        p = tf.nn.softmax(classifier(tiny_models.images()))
        self.assertEqual(classifier.num_classes, 2)
        np.testing.assert_allclose(
            p[:, 1:], model(tiny_models.images()), rtol=1e-5
        )

    @parameterized.parameters("softmax", None)
    def test_several_classes(self, activation):
        model = tiny_models.convolutional(activation=activation)
        classifier = adapter.from_keras(model)
        expected = model(tiny_models.images())
        if activation is None:
            expected = tf.nn.softmax(expected)
        np.testing.assert_allclose(
            tf.nn.softmax(classifier(tiny_models.images())),
            expected,
            rtol=1e-5,
        )
        self.assertEqual(
            classifier.class_names, ("class 0", "class 1", "class 2")
        )

    @parameterized.parameters("mixed_bfloat16", "mixed_float16")
    def test_float32_whatever_the_policy(self, policy):
        path = _file(self, ".keras")
        expected = adapter.load(path)(tiny_models.images())
        self.addCleanup(
            keras.mixed_precision.set_global_policy,
            keras.mixed_precision.global_policy(),
        )
        keras.mixed_precision.set_global_policy(policy)
        classifier = adapter.load(path)
        logits, maps = classifier.logits_and_features(tiny_models.images())
        np.testing.assert_array_equal(logits, expected)
        self.assertEqual({m.dtype for m in maps}, {tf.float32})


class FeaturesTest(absltest.TestCase):
    def test_describes_itself(self):
        classifier = adapter.from_keras(
            tiny_models.convolutional(), class_names=("a", "b", "c")
        )
        description = classifier.describe()
        self.assertEqual(json.loads(json.dumps(description)), description)
        self.assertEqual(description["class_names"], ["a", "b", "c"])
        self.assertEqual(description["input_size"], [8, 8])
        self.assertTrue(description["has_features"])

    def test_logits_and_features_are_one_pass_and_the_same(self):
        classifier = adapter.from_keras(tiny_models.convolutional())
        images = tiny_models.images()
        logits, maps = classifier.logits_and_features(images)
        np.testing.assert_array_equal(logits, classifier(images))
        for first, second in zip(
            maps, classifier.features(images), strict=True
        ):
            np.testing.assert_array_equal(first, second)
        graph = tf.function(classifier.logits_and_features)
        operations = graph.get_concrete_function(images).graph.as_graph_def()
        self.assertLen([op for op in operations.node if op.op == "Conv2D"], 2)

    def test_a_saved_model_has_none(self):
        classifier = adapter.load(_file(self, "_folder"))
        self.assertFalse(classifier.has_features)
        logits, maps = classifier.logits_and_features(tiny_models.images())
        np.testing.assert_array_equal(logits, classifier(tiny_models.images()))
        self.assertEmpty(maps)
        with self.assertRaisesRegex(errors.ClassifierError, "no feature maps"):
            classifier.features(tiny_models.images())


class GradientsTest(parameterized.TestCase):
    @parameterized.parameters(".keras", ".h5", "_folder")
    def test_reach_the_images_and_leave_the_weights_alone(self, kind):
        classifier = adapter.load(_file(self, kind), input_range=(0.0, 255.0))
        before = [v.numpy() for v in classifier.variables]
        images = tf.Variable(tiny_models.images())
        optimizer = keras.optimizers.Adam(0.1)
        optimizer.build([images])

        @tf.function
        def step():
            with tf.GradientTape() as tape:
                score = tf.reduce_mean(classifier(images)[:, 0])
            variables = [images, *classifier.trainable_variables]
            gradients = tape.gradient(score, variables)
            optimizer.apply_gradients(zip(gradients, variables, strict=True))
            return score

        first = step()
        for _ in range(3):
            last = step()
        self.assertLess(last, first)
        self.assertTrue(classifier.differentiable)
        classifier.check_differentiable()
        self.assertEmpty(classifier.trainable_variables)
        self.assertNotEmpty(before)
        for old, new in zip(before, classifier.variables, strict=True):
            np.testing.assert_array_equal(old, new)
        self.assertEqual(step.experimental_get_tracing_count(), 1)

    def test_a_callable_has_none(self):
        classifier = adapter.from_callable(
            lambda x: np.stack([x.mean((1, 2, 3)), -x.mean((1, 2, 3))], 1),
            num_classes=2,
            input_size=4,
            class_names=("bright", "dark"),
            input_range=(0.0, 1.0),
        )
        logits = tf.function(classifier)(tf.zeros([3, 8, 8, 3]))
        np.testing.assert_allclose(logits, [[0.5, -0.5]] * 3, atol=1e-6)
        self.assertFalse(classifier.differentiable)
        with self.assertRaisesRegex(
            errors.ClassifierError, "cannot be trained on it"
        ):
            classifier.check_differentiable()
        with self.assertRaisesRegex(errors.ClassifierError, "no feature maps"):
            classifier.features(tf.zeros([3, 8, 8, 3]))


class DistributionTest(parameterized.TestCase):
    @parameterized.parameters(".keras", "_folder")
    def test_two_replicas_see_what_one_sees(self, kind):
        path = _file(self, kind)
        images = tiny_models.images(4)
        expected = adapter.load(path)(images)
        strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
        with strategy.scope():
            classifier = adapter.load(path)
        halves = strategy.experimental_distribute_values_from_function(
            lambda c: images[2 * c.replica_id_in_sync_group :][:2]
        )

        @tf.function
        def run():
            return strategy.run(classifier, args=(halves,))

        logits = tf.concat(strategy.experimental_local_results(run()), axis=0)
        np.testing.assert_allclose(logits, expected, rtol=1e-5)


class ExportTest(parameterized.TestCase):
    @parameterized.parameters(".keras", "_folder")
    def test_can_be_saved_inside_another_model(self, kind):
        module = tf.Module()
        module.classifier = adapter.load(_file(self, kind))
        module.classify = tf.function(
            lambda images: {"logits": module.classifier(images)},
            input_signature=[tf.TensorSpec([None, 8, 8, 3])],
        )
        path = self.create_tempdir().full_path
        tf.saved_model.save(
            module, path, signatures={"serving_default": module.classify}
        )
        again = adapter.load(path)
        np.testing.assert_allclose(
            again(tiny_models.images()),
            module.classifier(tiny_models.images()),
            rtol=1e-5,
        )
        self.assertEqual(again.output, "logits")


class ErrorsTest(absltest.TestCase):
    def test_missing_file(self):
        with self.assertRaisesRegex(
            errors.ClassifierError, "no file or folder"
        ):
            adapter.load("/nowhere/model.keras")

    def test_a_pipe_is_not_waited_for(self):
        path = pathlib.Path(self.create_tempdir().full_path) / "a.keras"
        os.mkfifo(path)
        with self.assertRaisesRegex(errors.ClassifierError, "no file or fo"):
            adapter.load(path)

    def test_a_model_of_one_image_at_once(self):
        images = keras.Input((8, 8, 3), batch_size=1)
        flat = keras.layers.Lambda(lambda x: tf.reshape(x, (1, 192)))(images)
        model = keras.Model(images, keras.layers.Dense(2)(flat))
        with self.assertRaisesRegex(
            errors.ClassifierError, "cannot answer 4 images at once: .*reshape"
        ):
            adapter.from_keras(model)

    def test_a_fault_in_a_function_keeps_its_traceback(self):
        def fails_on_several(images):
            if len(images) > 1:
                raise KeyError("mine")
            return np.zeros((1, 2), np.float32)

        with self.assertRaisesRegex(Exception, "mine") as caught:
            adapter.from_callable(fails_on_several, num_classes=2, input_size=8)
        self.assertNotIsInstance(caught.exception, errors.UserError)

    def test_number_of_class_names(self):
        with self.assertRaisesRegex(
            errors.ClassifierError, r"2 class names \(cat, dog\).*3 classes"
        ):
            adapter.from_keras(
                tiny_models.convolutional(), class_names=("cat", "dog")
            )

    def test_channels(self):
        with self.assertRaisesRegex(errors.ClassifierError, "takes 4 channels"):
            adapter.from_keras(tiny_models.convolutional(channels=4))

    def test_range(self):
        with self.assertRaisesRegex(errors.ClassifierError, "needs low < high"):
            adapter.from_keras(
                tiny_models.convolutional(), input_range=(1.0, 0.0)
            )

    def test_scores_for_every_pixel(self):
        model = keras.Sequential(
            [keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 1)]
        )
        with self.assertRaisesRegex(
            errors.ClassifierError, "one score a class"
        ):
            adapter.from_keras(model)

    def test_number_of_scores_of_a_callable(self):
        with self.assertRaisesRegex(errors.ClassifierError, "returns 4 scores"):
            adapter.from_callable(
                lambda x: np.eye(len(x), 4) - 1, num_classes=2, input_size=8
            )


if __name__ == "__main__":
    absltest.main()
