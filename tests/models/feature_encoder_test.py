import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.models import feature_encoder


def maps_of(sides, examples=3):
    """Random maps with the channels of PhotoBackbone's."""
    channels = (16, 24, 32, 96)
    return [
        tf.random.stateless_normal([examples, side, side, c], seed=[0, c])
        for side, c in zip(sides, channels, strict=True)
    ]


class FeatureEncoderTest(parameterized.TestCase):
    @parameterized.parameters(
        ((24, 12, 6, 3),), ((48, 24, 12, 6),), ((96, 48, 24, 12),)
    )
    def test_takes_the_maps_of_any_resolution(self, sides):
        network = feature_encoder.FeatureEncoder(w_dim=7, width=4)
        self.assertEqual(network(maps_of(sides)).shape, [3, 7])

    def test_what_an_image_means_does_not_depend_on_its_neighbours(self):
        keras.utils.set_random_seed(0)
        network = feature_encoder.FeatureEncoder(w_dim=7, width=4)
        maps = maps_of((24, 12, 6, 3))
        together = network(maps)
        for index, w in enumerate(together):
            alone = network([m[index : index + 1] for m in maps])
            np.testing.assert_allclose(w, alone[0], atol=1e-5)

    def test_reads_every_map(self):
        keras.utils.set_random_seed(0)
        network = feature_encoder.FeatureEncoder(w_dim=7, width=4)
        maps = maps_of((24, 12, 6, 3))
        before = network(maps)
        for index in range(len(maps)):
            changed = list(maps)
            changed[index] = -changed[index]
            self.assertGreater(
                np.abs(network(changed) - before).max(), 1e-3, msg=index
            )

    @parameterized.parameters(4, 8, 16, 32)
    def test_w_ends_with_a_spatial_code(self, resolution):
        keras.utils.set_random_seed(0)
        network = feature_encoder.FeatureEncoder(
            w_dim=7,
            width=4,
            spatial_resolution=resolution,
            spatial_channels=2,
        )
        w = network(maps_of((24, 12, 6, 3)))
        self.assertEqual(w.shape, [3, 7 + resolution * resolution * 2])
        self.assertEqual(w.dtype, tf.float32)

    def test_the_spatial_code_says_what_is_where(self):
        keras.utils.set_random_seed(0)
        network = feature_encoder.FeatureEncoder(
            w_dim=7, width=4, spatial_resolution=8, spatial_channels=2
        )
        maps = maps_of((24, 12, 6, 3))
        changed = [tf.identity(x) for x in maps]
        top = np.ones([24, 1, 1], np.float32)
        top[:12] = -1.0
        changed[0] *= top
        before, after = (
            network(x)[:, 7:].numpy().reshape(3, 8, 8, 2)
            for x in (maps, changed)
        )
        change = np.abs(after - before)
        self.assertGreater(change[:, :3].min(axis=(1, 2, 3)).max(), 0.0)
        self.assertEqual(change[:, 6:].max(), 0.0)


if __name__ == "__main__":
    absltest.main()
