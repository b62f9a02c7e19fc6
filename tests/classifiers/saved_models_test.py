import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import saved_models
from tests.classifiers import tiny_models


class SavedModelsTest(parameterized.TestCase):
    def _path(self):
        return pathlib.Path(self.create_tempdir().full_path)

    def test_calls_the_signature_by_the_name_of_its_input(self):
        path = self._path()
        model = tiny_models.save_linear(path)
        wrapped = saved_models.read(path, "explain")
        raw, maps = wrapped.forward(tiny_models.images())
        np.testing.assert_allclose(raw, model(tiny_models.images()), rtol=1e-5)
        self.assertEmpty(maps)
        self.assertEqual(wrapped.input_shape, (8, 8, 3))
        self.assertIsNone(wrapped.output)

    @parameterized.parameters(
        (("class", "logits", "probabilities"), "logits"),
        (("class", "probabilities"), "probabilities"),
        (("probabilities",), "probabilities"),
    )
    def test_takes_the_output_that_it_knows(self, names, expected):
        path = self._path()
        tiny_models.save_linear(path, outputs=names)
        wrapped = saved_models.read(path, "explain")
        raw, _ = wrapped.forward(tiny_models.images())
        self.assertEqual(wrapped.output, expected)
        self.assertEqual(raw.shape, (3, 3))

    def test_names_the_signatures_that_there_are(self):
        path = self._path()
        tiny_models.save_linear(path)
        with self.assertRaisesRegex(
            errors.ClassifierError,
            r"no signature 'serving_default'.*'explain', 'other'",
        ):
            saved_models.read(path, "serving_default")

    def test_refuses_another_folder(self):
        with self.assertRaisesRegex(errors.ClassifierError, "no SavedModel"):
            saved_models.read(self._path(), "serving_default")

    def test_refuses_encoded_images(self):
        path = self._path()
        tiny_models.save_linear(path)
        with self.assertRaisesRegex(
            errors.ClassifierError, "takes encoded images"
        ):
            saved_models.read(path, "other")

    def test_refuses_a_fixed_batch(self):
        path = self._path()
        tiny_models.save_linear(path, batch=1)
        with self.assertRaisesRegex(
            errors.ClassifierError, r"with any N \(None\)"
        ):
            saved_models.read(path, "explain")

    def test_refuses_outputs_that_it_does_not_know(self):
        path = self._path()
        tiny_models.save_linear(path, outputs=("a", "b"))
        with self.assertRaisesRegex(
            errors.ClassifierError, r"\['a', 'b'\]; say which to explain"
        ):
            saved_models.read(path, "explain")

    def test_a_keras_export_has_gradients(self):
        path = self._path()
        model = tiny_models.convolutional()
        model.export(path)
        wrapped = saved_models.read(path, "serving_default")
        images = tiny_models.images()
        with tf.GradientTape() as tape:
            tape.watch(images)
            raw, _ = wrapped.forward(images)
        np.testing.assert_allclose(raw, model(images), rtol=1e-5)
        self.assertGreater(np.abs(tape.gradient(raw, images)).max(), 0)


if __name__ == "__main__":
    absltest.main()
