import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.models import encoder


class EncoderTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        self.network = encoder.Encoder(
            16, channel_base=64, channel_max=12, w_dim=7
        )
        self.images = tf.random.stateless_normal([5, 16, 16, 3], seed=[0, 0])

    def test_what_an_image_means_does_not_depend_on_its_neighbours(self):
        together = self.network(self.images)
        for index, w in enumerate(together):
            alone = self.network(self.images[index : index + 1])
            np.testing.assert_allclose(w, alone[0], atol=1e-5)

    def test_tells_images_apart(self):
        w = self.network(self.images).numpy()
        self.assertGreater(np.abs(w[0] - w[1]).max(), 0.1)


if __name__ == "__main__":
    absltest.main()
