"""The networks have the parameters that StyleGAN2's authors print of theirs.

The generator and the discriminator of https://github.com/NVlabs/stylegan2,
configuration F at 1024 px, have 30,370,060 and 29,012,513. With one class and
without a condition ours are the same networks.
"""

import math

import keras
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.models import discriminator, encoder, generator, mapping


def count(variables) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def trace(network: keras.Model, *shapes: list[int | None]) -> None:
    """Creates the variables; computes nothing."""
    specs = [tf.TensorSpec(shape) for shape in shapes]
    tf.function(network).get_concrete_function(*specs)


class ParameterCountsTest(parameterized.TestCase):
    def test_generator_has_those_of_stylegan2(self):
        mapping_network, network = mapping.Mapping(), generator.Generator(1024)
        trace(mapping_network, [None, 512])
        trace(network, [None, 512])
        self.assertEqual(count(mapping_network.trainable_variables), 2_101_248)
        self.assertEqual(
            count(mapping_network.trainable_variables)
            + count(network.trainable_variables),
            30_370_060,
        )

    def test_discriminator_has_those_of_stylegan2(self):
        network = discriminator.Discriminator(1024, num_classes=1)
        trace(network, [None, 1024, 1024, 3], [None, 1])
        self.assertEqual(count(network.trainable_variables), 29_012_513)

    def test_encoder_differs_in_its_head_and_statistic_alone(self):
        sizes = {"resolution": 16, "channel_base": 64, "channel_max": 12}
        network = encoder.Encoder(**sizes, w_dim=7)
        trace(network, [None, 16, 16, 3])
        twin = discriminator.Discriminator(**sizes, num_classes=7)
        trace(twin, [None, 16, 16, 3], [None, 7])
        statistic = 3 * 3 * 12
        self.assertEqual(
            count(network.variables), count(twin.variables) - statistic
        )

    @parameterized.parameters(2, 200)
    def test_each_class_adds_its_share_to_every_style(self, classes):
        sizes = {"resolution": 16, "channel_base": 64, "channel_max": 12}
        plain = generator.Generator(**sizes)
        conditional = generator.Generator(**sizes, condition_dim=classes)
        trace(plain, [None, 7])
        trace(conditional, [None, 7], [None, classes])
        self.assertEqual(
            count(conditional.variables) - count(plain.variables),
            classes * plain.style_space.total,
        )


if __name__ == "__main__":
    absltest.main()
