"""Scores images, conditional on the classifier's probabilities."""

import keras
import tensorflow as tf

from stylex_tf import shapes
from stylex_tf.layers import equalized
from stylex_tf.models import style_space, trunk
from stylex_tf.ops import activation, minibatch_stddev


@keras.saving.register_keras_serializable(package="stylex_tf")
class Discriminator(keras.Model):
    """One score a class, weighed by p: sum over k of p_k D_k(x).

    StyleGAN2's residual discriminator with the projection that StylEx's
    authors describe by e-mail (see docs/method.md).
    """

    def __init__(
        self,
        resolution: int = 256,
        channel_base: int = 32_768,
        channel_max: int = 512,
        num_classes: int = 2,
        group_size: int = 4,
        **kwargs,
    ):
        """Builds the network.

        Args:
            resolution: height and width of the images, 16 to 1024.
            channel_base: see Trunk.
            channel_max: see Trunk.
            num_classes: K, the number of classes.
            group_size: examples a group of the minibatch statistic; 1 makes
                the score of an example independent of the others.
            **kwargs: forwarded to keras.Model.
        """
        # What is in it casts for itself; p stays in float32.
        super().__init__(autocast=False, **kwargs)
        self.resolution = resolution
        self.channel_base = channel_base
        self.channel_max = channel_max
        self.num_classes = num_classes
        self.group_size = group_size
        self.trunk = trunk.Trunk(
            resolution, channel_base, channel_max, name="trunk"
        )
        width = style_space.channels_at(
            4, base=channel_base, maximum=channel_max
        )
        self.conv = equalized.EqualizedConv2D(width, 3, name="conv")
        self.dense = equalized.EqualizedDense(width, name="dense")
        self.head = equalized.EqualizedDense(
            num_classes, name="head", dtype="float32"
        )

    def call(self, images, p, alone: bool = False):
        """Scores images.

        Args:
            images: [N, H, W, 3], in [-1, 1].
            p: class probabilities, [N, K].
            alone: score every image as a group of copies of itself, whatever
                else is in the batch.

        Returns:
            Scores, float32 [N]; above zero means real.

        Raises:
            ValueError: p has another width.
        """
        shapes.check_shape("p", p, [None, self.num_classes])
        x = self.trunk(images)
        if self.group_size > 1:
            x = minibatch_stddev.minibatch_stddev(
                x, group_size=1 if alone else self.group_size
            )
        x = activation.scaled_leaky_relu(self.conv(x))
        x = tf.reshape(x, [-1, 16 * x.shape[-1]])
        x = activation.scaled_leaky_relu(self.dense(x))
        return tf.reduce_sum(self.head(x) * tf.cast(p, tf.float32), axis=-1)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "resolution": self.resolution,
            "channel_base": self.channel_base,
            "channel_max": self.channel_max,
            "num_classes": self.num_classes,
            "group_size": self.group_size,
        }
