import json
import pathlib
import zipfile

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import keras_models, outputs
from tests.classifiers import tiny_models


class _Subclassed(keras.Model):
    """A model without a graph of layers."""

    def __init__(self):
        super().__init__()
        self._dense = keras.layers.Dense(2)

    def call(self, images):
        return self._dense(tf.reduce_mean(images, axis=[1, 2]))


def _ending_with(last: str) -> keras.Model:
    model = tiny_models.convolutional()
    if last == "dense":
        return tiny_models.convolutional(activation="softmax")
    if last == "activation":
        model.add(keras.layers.Activation("softmax"))
    if last == "softmax":
        model.add(keras.layers.Softmax())
    if last == "model":
        inner = keras.Sequential([keras.Input((3,)), keras.layers.Softmax()])
        model.add(inner)
    if last == "function":
        return keras.Model(model.inputs, tf.nn.softmax(model.output))
    return model


class KerasModelsTest(parameterized.TestCase):
    @parameterized.parameters("a.keras", "a.h5")
    def test_reads_a_file(self, name):
        path = pathlib.Path(self.create_tempdir().full_path) / name
        model = tiny_models.convolutional()
        model.save(path)
        loaded = keras_models.read(path)
        images = tiny_models.images()
        np.testing.assert_allclose(loaded(images), model(images), rtol=1e-6)
        self.assertEmpty(loaded.trainable_variables)

    def test_says_what_to_do_with_a_file_of_a_later_keras(self):
        path = pathlib.Path(self.create_tempdir().full_path) / "later.keras"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(
                "metadata.json", json.dumps({"keras_version": "3.4.1"})
            )
        with self.assertRaisesRegex(
            errors.ClassifierError, r"written by Keras 3\.4\.1.*model\.export"
        ):
            keras_models.read(path)

    @parameterized.parameters(
        (b"no model at all", "neither a .keras nor an .h5 file"),
        (b"PK\x05\x06" + b"\0" * 18, "is not a .keras file"),
    )
    def test_refuses_another_file(self, content, message):
        path = pathlib.Path(self.create_tempdir().full_path) / "a.keras"
        path.write_bytes(content)
        with self.assertRaisesRegex(errors.ClassifierError, message):
            keras_models.read(path)

    def test_runs_no_code_from_a_file(self):
        path = pathlib.Path(self.create_tempdir().full_path) / "a.keras"
        code = keras.layers.Lambda(lambda x: x)
        keras.Sequential([keras.Input((8, 8, 3)), code]).save(path)
        with self.assertRaisesRegex(errors.ClassifierError, "Lambda"):
            keras_models.read(path)

    @parameterized.parameters(
        ("dense", "logits"),
        ("activation", "logits"),
        ("softmax", "logits"),
        ("model", "probabilities"),
        ("function", None),
    )
    def test_looks_below_a_softmax(self, last, expected):
        model = _ending_with(last)
        wrapped = keras_models.wrap(model, "auto")
        raw, maps = wrapped.forward(tiny_models.images())
        self.assertEqual(wrapped.output, expected)
        self.assertLen(maps, 2)
        p = tf.nn.softmax(outputs.to_logits(raw, expected or "probabilities"))
        np.testing.assert_allclose(
            p, model(tiny_models.images()), rtol=1e-4, atol=1e-7
        )

    def test_a_saturated_sigmoid_keeps_its_gradient(self):
        model = tiny_models.convolutional(units=1, activation="sigmoid")
        model.layers[-1].bias.assign([40.0])
        images = tiny_models.images()
        self.assertEqual(model(images).numpy().min(), 1.0)
        with tf.GradientTape() as tape:
            tape.watch(images)
            raw, _ = keras_models.wrap(model, "auto").forward(images)
        np.testing.assert_allclose(raw, 40.0, atol=2.0)
        self.assertGreater(np.abs(tape.gradient(raw, images)).max(), 1e-4)

    def test_believes_who_says_that_the_values_are_logits(self):
        model = tiny_models.convolutional(activation="softmax")
        raw, _ = keras_models.wrap(model, "logits").forward(
            tiny_models.images()
        )
        np.testing.assert_allclose(raw, model(tiny_models.images()), rtol=1e-5)

    def test_a_subclassed_model_has_no_feature_maps(self):
        model = _Subclassed()
        model.build((None, 8, 8, 3))
        wrapped = keras_models.wrap(model, "auto")
        raw, maps = wrapped.forward(tiny_models.images())
        self.assertEqual(wrapped.input_shape, (8, 8, 3))
        self.assertEqual(raw.shape, (3, 2))
        self.assertEmpty(maps)

    def test_refuses_a_model_without_a_shape(self):
        model = keras.Sequential([keras.layers.Flatten()])
        with self.assertRaisesRegex(
            errors.ClassifierError, "no input shape yet"
        ):
            keras_models.wrap(model, "auto")

    def test_refuses_a_model_of_vectors(self):
        model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(2)])
        with self.assertRaisesRegex(
            errors.ClassifierError, r"shape \(None, 5\)"
        ):
            keras_models.wrap(model, "auto")

    def test_refuses_two_inputs(self):
        a, b = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
        model = keras.Model([a, b], a + b)
        with self.assertRaisesRegex(errors.ClassifierError, "takes 2 inputs"):
            keras_models.wrap(model, "auto")


if __name__ == "__main__":
    absltest.main()
