import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.models import feature_discriminator, photo_backbone


class FeatureDiscriminatorTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        self.images = tf.random.stateless_uniform(
            [3, 32, 32, 3], [0, 1], -1.0, 1.0
        )
        maps = photo_backbone.PhotoBackbone(32)(self.images)
        self.network = feature_discriminator.FeatureDiscriminator(
            32, num_classes=2, width=4
        )
        self.inputs = self.network.inputs_of(self.images, maps)

    def score(self, inputs, p):
        p = tf.tile(tf.constant([p]), [inputs[0].shape[0], 1])
        return self.network(inputs, p).numpy()

    def test_the_score_is_the_mean_of_the_classes_scores(self):
        first = self.score(self.inputs, [1.0, 0.0])
        second = self.score(self.inputs, [0.0, 1.0])
        mixed = self.score(self.inputs, [0.25, 0.75])
        np.testing.assert_allclose(
            mixed, 0.25 * first + 0.75 * second, atol=1e-5
        )
        self.assertGreater(np.abs(first - second).max(), 1e-3)

    def test_every_image_is_scored_by_itself(self):
        together = self.score(self.inputs, [0.5, 0.5])
        alone = [
            self.score([x[i : i + 1] for x in self.inputs], [0.5, 0.5])[0]
            for i in range(3)
        ]
        np.testing.assert_allclose(together, alone, atol=1e-5)

    def test_every_head_counts_the_pixels_among_them(self):
        before = self.score(self.inputs, [0.5, 0.5])
        self.assertLen(self.inputs, 5)
        for index in range(len(self.inputs)):
            changed = list(self.inputs)
            changed[index] = -changed[index]
            after = self.score(changed, [0.5, 0.5])
            self.assertGreater(np.abs(after - before).max(), 1e-4, msg=index)

    def test_maps_come_with_equal_variance(self):
        for x in self.inputs[1:]:
            mean_square = tf.reduce_mean(tf.square(x), axis=-1)
            np.testing.assert_allclose(mean_square, 1.0, rtol=1e-3)

    def test_p_of_another_width_is_refused(self):
        with self.assertRaisesRegex(ValueError, "p has shape"):
            self.network(self.inputs, tf.zeros([3, 4]))


if __name__ == "__main__":
    absltest.main()
