import pathlib

import h5py
import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.classifiers import extractors
from tests.classifiers import tiny_models


class _Maps(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3])])
    def __call__(self, images):
        means = tf.reduce_mean(images, axis=[1, 2])
        return {"a": images * 2.0, "b": means}


class ExtractorsTest(parameterized.TestCase):
    def test_vgg16_is_that_of_keras(self):
        weights = self.create_tempdir().full_path + "/vgg16.h5"
        network = keras.applications.VGG16(include_top=False, weights=None)
        tiny_models.save_weights(network, weights)
        images = tiny_models.images(size=32)
        # Keras writes into the array that it preprocesses.
        seen = keras.applications.vgg16.preprocess_input(
            (images.numpy() + 1) * 127.5
        )
        last = network.get_layer("block5_conv3").output
        expected = keras.Model(network.inputs, last)(seen)

        maps = extractors.vgg16(weights)(images)

        self.assertEqual([m.shape[1] for m in maps], [32, 16, 8, 4, 2])
        np.testing.assert_allclose(maps[-1], expected, rtol=1e-3, atol=1e-4)

    def test_vgg16_names_a_missing_file(self):
        with self.assertRaisesRegex(errors.ConfigError, "/nowhere.h5"):
            extractors.vgg16("/nowhere.h5")

    def test_a_saved_model_gives_maps_and_vectors(self):
        path = self.create_tempdir().full_path
        module = _Maps()
        tf.saved_model.save(module, path, signatures=module.__call__)
        images = tiny_models.images()
        twice, means = extractors.saved_model(path)(images)
        np.testing.assert_allclose(twice, images * 2)
        self.assertEqual(means.shape, (3, 1, 1, 3))

    def test_names_a_missing_saved_model(self):
        with self.assertRaisesRegex(errors.ConfigError, "no SavedModel"):
            extractors.saved_model("/nowhere")

    def test_a_graph_that_reads_a_file_is_not_loaded(self):
        class Reads(tf.Module):
            @tf.function(input_signature=[tf.TensorSpec([None, 8, 8, 3])])
            def __call__(self, images):
                with tf.control_dependencies([tf.io.read_file("/x")]):
                    return {"a": tf.identity(images)}

        path = self.create_tempdir().full_path
        module = Reads()
        tf.saved_model.save(module, path, signatures=module.__call__)
        with self.assertRaisesRegex(errors.ConfigError, "compute: ReadFile"):
            extractors.saved_model(path)

    def test_names_missing_signatures(self):
        path = self.create_tempdir().full_path
        tiny_models.save_linear(path)
        with self.assertRaisesRegex(
            errors.ConfigError, "perceptual_features.*expected serving_default"
        ):
            extractors.saved_model(path)

    def test_vgg16_reads_no_other_file_as_its_weights(self):
        folder = pathlib.Path(self.create_tempdir())
        (folder / "secret").write_bytes(bytes(16))
        path = folder / "vgg16.h5"
        with h5py.File(path, "w") as file:
            file.create_dataset(
                "elsewhere", (4,), "<f4", external=[(folder / "secret", 0, 16)]
            )
        with self.assertRaisesRegex(
            errors.ConfigError, "/elsewhere is in another file"
        ):
            extractors.vgg16(str(path))

    @parameterized.parameters(b"", b"no weights", None)
    def test_vgg16_names_a_file_of_other_weights(self, content):
        path = pathlib.Path(self.create_tempdir()) / "vgg16.h5"
        if content is None:
            tiny_models.save_weights(tiny_models.convolutional(), path)
        else:
            path.write_bytes(content)
        with self.assertRaisesRegex(
            errors.ConfigError, f"perceptual_weights is '{path}'.*VGG16's"
        ) as caught:
            extractors.vgg16(str(path))
        self.assertLen(str(caught.exception).splitlines(), 1)

    @parameterized.parameters(b"", b"no graph", b"\x0a\xff\xff")
    def test_names_a_damaged_saved_model(self, content):
        path = pathlib.Path(self.create_tempdir())
        module = _Maps()
        tf.saved_model.save(module, str(path), signatures=module.__call__)
        (path / "saved_model.pb").write_bytes(content)
        with self.assertRaisesRegex(
            errors.ConfigError, f"perceptual_features: .*{path}"
        ) as caught:
            extractors.saved_model(path)
        self.assertLen(str(caught.exception).splitlines(), 1)

    def test_names_variables_that_are_gone(self):
        path = pathlib.Path(self.create_tempdir())
        tiny_models.save_linear(path)
        for file in (path / "variables").iterdir():
            file.write_bytes(b"")
        with self.assertRaisesRegex(errors.ConfigError, "cannot load"):
            extractors.saved_model(path)


class CheckTest(parameterized.TestCase):
    def test_takes_maps_through_which_a_gradient_reaches_the_pixels(self):
        extractors.check(lambda images: [images, images[:, :1, :1]], 8)

    @parameterized.named_parameters(
        ("other size", lambda x: [tf.ensure_shape(x, [2, 9, 9, 3])], "make"),
        ("nothing", lambda x: [], "make"),
        ("rank", lambda x: [x[..., None]], r"\(2, 8, 8, 3, 1\).*expected maps"),
        ("one image", lambda x: [x[:1]], r"\(1, 8, 8, 3\).*expected maps"),
        ("not finite", lambda x: [x / 0.0], "not finite"),
        ("no gradient", lambda x: [tf.round(x)], "without gradient"),
        ("constant", lambda x: [x * 0.0], "without gradient"),
    )
    def test_names_what_is_wrong(self, extract, message):
        with self.assertRaisesRegex(
            errors.ConfigError, f"^loss.perceptual_features: .*{message}"
        ) as caught:
            extractors.check(extract, 8)
        self.assertLen(str(caught.exception).splitlines(), 1)


if __name__ == "__main__":
    absltest.main()
