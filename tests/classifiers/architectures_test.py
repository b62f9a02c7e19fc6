import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.classifiers import adapter, architectures


class ArchitecturesTest(parameterized.TestCase):
    @parameterized.parameters(
        # 5*5*3*16+16, 3*3*16*32+32, 3*3*32*64+64, 4*4*64*2+2.
        ("small_cnn", 32, 2, 1_216 + 4_640 + 18_496 + 2_050),
        ("small_cnn", 16, 3, 1_216 + 4_640 + 4 * 4 * 32 * 3 + 3),
        # keras.applications with 1,000 classes has 4,253,864.
        ("mobilenet", 32, 2, 4_253_864 - 998 * 1_025),
    )
    def test_puts_out_logits(self, name, resolution, classes, parameters):
        model = architectures.BY_NAME[name](resolution, classes)
        self.assertEqual(model.count_params(), parameters)
        classifier = adapter.from_keras(model)
        self.assertEqual(classifier.output, "logits")
        self.assertEqual(classifier.num_classes, classes)
        self.assertEqual(classifier.input_size, (resolution, resolution))

    @parameterized.parameters(
        ("small_cnn", 64, [32, 16, 8, 4]), ("mobilenet", 64, [32, 16, 8, 4, 2])
    )
    def test_has_a_feature_map_a_resolution(self, name, resolution, sizes):
        classifier = adapter.from_keras(
            architectures.BY_NAME[name](resolution, 2)
        )
        maps = classifier.features(tf.zeros([1, resolution, resolution, 3]))
        self.assertEqual([m.shape[1] for m in maps], sizes)

    def test_small_cnn_misses_no_pixel(self):
        model = architectures.small_cnn(32, 2)
        images = tf.random.stateless_uniform([1, 32, 32, 3], seed=(0, 0))
        with tf.GradientTape() as tape:
            tape.watch(images)
            score = model(images)[0, 0]
        gradient = tape.gradient(score, images)
        self.assertTrue(np.all(np.abs(gradient).sum(axis=-1) > 0))


if __name__ == "__main__":
    absltest.main()
