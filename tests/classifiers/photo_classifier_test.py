import pathlib

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.classifiers import adapter, photo_classifier
from stylex_tf.models import photo_backbone


class PhotoClassifierTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.model = photo_classifier.build(32, 3)
        cls.images = tf.random.stateless_uniform(
            [2, 32, 32, 3], seed=(0, 0), minval=-1.0, maxval=1.0
        )

    def test_sees_what_the_backbone_sees(self):
        # The last three blocks put out as many channels, and are added up.
        blocks = keras.Model(
            self.model.inputs,
            [
                self.model.get_layer(f"b{block}_project").output
                for block in (10, 11, 12)
            ],
        )
        want = photo_backbone.PhotoBackbone(32)(self.images)[-1]
        np.testing.assert_allclose(sum(blocks(self.images)), want, atol=1e-3)
        self.assertGreater(np.std(want), 0.5)

    def test_learns_in_the_last_layers_alone(self):
        shapes = [tuple(w.shape) for w in self.model.trainable_weights]
        # Scale and offset of mean and maximum; kernel and bias.
        self.assertEqual(shapes, [(192,), (192,), (192, 3), (3,)])

    def test_its_file_opens_like_anybodys(self):
        path = pathlib.Path(self.create_tempdir()) / "classifier.keras"
        self.model.save(path)
        opened = adapter.load(path, class_names=["a", "b", "c"])
        self.assertEqual(opened.input_size, (32, 32))
        np.testing.assert_allclose(
            opened(self.images),
            self.model(self.images, training=False),
            atol=1e-4,
        )


if __name__ == "__main__":
    absltest.main()
