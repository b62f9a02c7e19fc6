"""Tests of stylex_tf.classifiers.in_memory: from a program to a file."""

import pathlib
import types

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import adapter, in_memory
from tests.classifiers import tiny_models


class _Own(keras.layers.Layer):
    """A layer that no file can bring along."""

    def call(self, x):
        return 2.0 * x


class InMemoryTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())
        self.images = tiny_models.images(3)

    def _load(self, model, **settings):
        path = in_memory.save(model, self.folder, resolution=8)
        self.assertEqual(path.parent, self.folder)
        return adapter.load(path, **settings)

    def test_a_keras_model_keeps_its_feature_maps(self):
        model = tiny_models.convolutional()
        classifier = self._load(model)
        np.testing.assert_allclose(
            classifier(self.images), model(self.images), rtol=1e-5
        )
        classifier.check_features()

    def test_a_layer_of_ones_own_is_saved_as_what_it_computes(self):
        model = keras.Sequential(
            [
                keras.Input((8, 8, 3)),
                _Own(),
                *tiny_models.convolutional().layers,
            ]
        )
        classifier = self._load(model, output="logits")
        np.testing.assert_allclose(
            classifier(self.images), model(self.images), rtol=1e-5
        )
        classifier.check_differentiable()
        self.assertFalse(classifier.has_features)

    def test_a_function_brings_the_variables_that_it_reads(self):
        kernel = tf.Variable(tf.random.stateless_normal([192, 2], seed=(0, 0)))

        def classify(pixels):
            return tf.reshape(pixels, [-1, 192]) @ kernel

        expected = classify(self.images).numpy()
        classifier = self._load(classify, output="logits")
        kernel.assign(tf.zeros_like(kernel))
        np.testing.assert_allclose(
            classifier(self.images), expected, rtol=1e-4, atol=1e-5
        )
        classifier.check_differentiable()

    @parameterized.named_parameters(
        (
            "of numpy",
            lambda x: np.asarray(x).mean(axis=(1, 2)),
            r"cannot be traced.*\n?.*export ONNX",
        ),
        ("no tensor", lambda x: [1, 2], "returns list; expected a tensor"),
        ("no function", 3, "is int; expected a Keras model, a function"),
    )
    def test_refuses(self, model, message):
        with self.assertRaisesRegex(errors.ClassifierError, message):
            in_memory.save(model, self.folder, resolution=8)

    def test_of_pytorch_names_the_way(self):
        module = types.new_class("Module")
        module.__module__ = "torch.nn.modules.module"
        net = type("Net", (module,), {"__call__": lambda self, x: x})()
        with self.assertRaisesRegex(
            errors.ClassifierError, r"PyTorch module.*torch\.onnx\.export"
        ):
            in_memory.save(net, self.folder, resolution=8)

    def test_a_model_that_is_not_built_yet(self):
        model = keras.Sequential([keras.layers.Flatten()])
        with self.assertRaisesRegex(errors.ClassifierError, "model.build"):
            in_memory.save(model, self.folder, resolution=8)


if __name__ == "__main__":
    absltest.main()
