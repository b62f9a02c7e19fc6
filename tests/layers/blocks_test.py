import keras
import numpy as np
from absl.testing import absltest

from stylex_tf.layers import blocks
from tests.testing import conv_oracles


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


class ResidualBlockTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    def test_is_two_convolutions_beside_a_shortcut(self):
        block = blocks.ResidualBlock(5)
        x = normal(2, 8, 8, 3)
        block(x)
        block.conv0.bias.assign(normal(3, seed=1))
        block.conv1.bias.assign(normal(5, seed=2))

        scale3, scale1 = 1 / np.sqrt(3 * 9), 1 / np.sqrt(3)
        inner = conv_oracles.scaled_leaky_relu(
            conv_oracles.conv2d(x, block.conv0.kernel * scale3, pad=(1, 1))
            + block.conv0.bias.numpy()
        )
        outer = conv_oracles.scaled_leaky_relu(
            conv_oracles.conv2d_downsample(inner, block.conv1.kernel * scale3)
            + block.conv1.bias.numpy()
        )
        shortcut = conv_oracles.conv2d(
            conv_oracles.downsample2d(x),
            block.shortcut.kernel * scale1,
            pad=(0, 0),
        )
        np.testing.assert_allclose(
            block(x), (outer + shortcut) / np.sqrt(2), atol=1e-5
        )

    def test_the_shortcut_has_no_bias(self):
        block = blocks.ResidualBlock(4)
        block.build([None, 8, 8, 3])
        self.assertLen(block.trainable_variables, 5)
        self.assertLen(block.shortcut.trainable_variables, 1)


if __name__ == "__main__":
    absltest.main()
