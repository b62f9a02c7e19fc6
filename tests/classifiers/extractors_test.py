import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.classifiers import extractors
from tests.classifiers import tiny_models


class _Maps(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 3])])
    def __call__(self, images):
        means = tf.reduce_mean(images, axis=[1, 2])
        return {"a": images * 2.0, "b": means}


class ExtractorsTest(absltest.TestCase):
    def test_vgg16_is_that_of_keras(self):
        weights = self.create_tempdir().full_path + "/vgg16.h5"
        network = keras.applications.VGG16(include_top=False, weights=None)
        network.save_weights(weights)
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
        with self.assertRaisesRegex(ValueError, "expected serving_default"):
            extractors.saved_model(path)


if __name__ == "__main__":
    absltest.main()
