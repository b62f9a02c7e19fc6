import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.models import trunk


class TrunkTest(parameterized.TestCase):
    @parameterized.parameters(16, 32, 64)
    def test_ends_at_4_pixels(self, resolution):
        network = trunk.Trunk(resolution, channel_base=64, channel_max=8)
        features = network(tf.zeros([2, resolution, resolution, 3]))
        self.assertEqual(features.shape, [2, 4, 4, 8])

    def test_widens_as_the_image_shrinks(self):
        network = trunk.Trunk(16, channel_base=64, channel_max=12)
        network(tf.zeros([1, 16, 16, 3]))
        widths = [block.filters for block in network.residual_blocks]
        self.assertEqual([network.from_rgb.filters, *widths], [4, 8, 12])

    @parameterized.parameters((32, 3), (16, 1))
    def test_refuses_other_images(self, resolution, channels):
        # 32 px would else end at 8 px, and become four examples.
        network = trunk.Trunk(16, channel_base=64, channel_max=8)
        with self.assertRaisesRegex(ValueError, "images has shape"):
            network(tf.zeros([1, resolution, resolution, channels]))


if __name__ == "__main__":
    absltest.main()
