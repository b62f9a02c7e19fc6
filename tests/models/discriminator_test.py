from unittest import mock

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf.losses import regularizers
from stylex_tf.models import discriminator
from stylex_tf.ops import activation


def normal(*shape: int, seed: int = 0) -> tf.Tensor:
    return tf.random.stateless_normal(shape, seed=[seed, 0])


def tiny(**options) -> discriminator.Discriminator:
    return discriminator.Discriminator(
        16, channel_base=64, channel_max=12, **options
    )


class DiscriminatorTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)

    @parameterized.parameters(2, 5)
    def test_the_score_weighs_one_score_a_class_by_p(self, classes):
        network = tiny(num_classes=classes)
        images, p = normal(4, 16, 16, 3), tf.nn.softmax(normal(4, classes))
        by_class = [
            network(images, tf.one_hot([k] * 4, classes))
            for k in range(classes)
        ]
        np.testing.assert_allclose(
            network(images, p),
            np.sum(np.stack(by_class, axis=1) * p, axis=1),
            atol=1e-5,
        )
        self.assertGreater(np.abs(by_class[0] - by_class[1]).max(), 1e-2)

    def test_without_groups_a_score_does_not_depend_on_the_others(self):
        network = tiny(group_size=1)
        images, p = normal(3, 16, 16, 3), tf.ones([3, 2]) / 2
        np.testing.assert_allclose(
            network(images, p)[:1], network(images[:1], p[:1]), atol=1e-5
        )

    def test_sees_the_variety_of_a_group(self):
        network = tiny(group_size=4)
        p = tf.ones([4, 2]) / 2
        image = normal(1, 16, 16, 3)
        others = normal(3, 16, 16, 3, seed=1)
        varied = network(tf.concat([image, others], axis=0), p)[0]
        collapsed = network(tf.repeat(image, 4, axis=0), p)[0]
        self.assertGreater(abs(float(varied - collapsed)), 1e-3)

    def test_alone_an_image_is_scored_as_a_group_of_copies(self):
        network = tiny(group_size=4)
        images, p = normal(4, 16, 16, 3), tf.ones([4, 2]) / 2
        copies = [
            network(tf.repeat(image[None], 4, axis=0), p) for image in images
        ]
        np.testing.assert_allclose(
            network(images, p, alone=True),
            [scores[0] for scores in copies],
            atol=1e-5,
        )

    def test_refuses_a_p_of_another_width(self):
        with self.assertRaisesRegex(ValueError, "p has shape"):
            tiny()(normal(1, 16, 16, 3), tf.ones([1, 3]))

    @parameterized.parameters(1, 2)
    def test_r1_trains_it_as_finite_differences_say(self, group_size):
        # The corners of the leaky ReLU would disturb finite differences.
        smooth = mock.patch.object(
            activation, "scaled_leaky_relu", tf.nn.softplus
        )
        self.enter_context(smooth)
        network = tiny(group_size=group_size)
        images, p = normal(2, 16, 16, 3), tf.ones([2, 2]) / 2
        network(images, p)

        variables = network.trainable_variables

        @tf.function
        def penalty():
            return tf.reduce_sum(
                regularizers.r1_penalty(lambda x: network(x, p), images)
            )

        with tf.GradientTape() as tape:
            value = penalty()
        gradients = tape.gradient(value, variables)
        for variable, gradient in zip(variables, gradients, strict=True):
            if gradient is None:
                # The gradient of the image does not depend on the last bias.
                self.assertIs(variable, network.head.bias)
                continue
            slope = tf.norm(gradient)
            direction = gradient / tf.maximum(slope, 1e-8)
            here, ends = tf.identity(variable), []
            for step in (1e-3, -1e-3):
                variable.assign(here + step * direction)
                ends.append(float(penalty()))
            variable.assign(here)
            np.testing.assert_allclose(
                slope, (ends[0] - ends[1]) / 2e-3, rtol=0.02, atol=1e-3
            )


if __name__ == "__main__":
    absltest.main()
