"""Maps a latent z to w."""

import keras
import tensorflow as tf

from stylex_tf import keras_line, shapes
from stylex_tf.layers import equalized
from stylex_tf.ops import activation


@keras.saving.register_keras_serializable(package="stylex_tf")
class Mapping(keras.Model):
    """Dense layers from a normal latent to w, [N, z_dim] -> [N, w_dim].

    Karras et al. 2019 (https://arxiv.org/abs/1812.04948), figure 1. StylEx
    joins the classifier's answer after it, not before.
    """

    def __init__(
        self,
        w_dim: int = 512,
        z_dim: int = 512,
        depth: int = 8,
        spatial_size: int = 0,
        **kwargs,
    ):
        """Builds the network.

        Args:
            w_dim: width of w.
            z_dim: width of z.
            depth: number of dense layers.
            spatial_size: numbers of a spatial code, which w ends with.
            **kwargs: forwarded to keras.Model.
        """
        # Keras would round z to the compute dtype on the way in.
        super().__init__(autocast=False, **kwargs)
        self.w_dim = w_dim
        self.z_dim = z_dim
        self.depth = depth
        self.spatial_size = spatial_size
        widths = [w_dim] * (depth - 1) + [w_dim + spatial_size]
        self.dense = [
            equalized.EqualizedDense(
                width, lr_multiplier=0.01, name=f"dense{i}", dtype="float32"
            )
            for i, width in enumerate(widths)
        ]
        self.w_average = keras_line.add_weight(
            self,
            "w_average",
            [w_dim + spatial_size],
            initializer="zeros",
            trainable=False,
            dtype="float32",
            # Replicas agree on it, so that one of them can save it alone.
            mean_of_replicas=True,
        )

    def call(self, z):
        """Returns w, float32 [N, w_dim], of z, [N, z_dim]."""
        shapes.check_shape("z", z, [None, self.z_dim])
        x = tf.cast(z, tf.float32)
        mean_square = tf.reduce_mean(tf.square(x), axis=-1, keepdims=True)
        x *= tf.math.rsqrt(mean_square + 1e-8)
        for dense in self.dense:
            x = activation.scaled_leaky_relu(dense(x))
        return x

    def truncate(self, w: tf.Tensor, psi: float) -> tf.Tensor:
        """Moves w towards its average; psi 1 leaves it, [N, w_dim]."""
        average = tf.convert_to_tensor(self.w_average)
        return average + psi * (w - average)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "w_dim": self.w_dim,
            "z_dim": self.z_dim,
            "depth": self.depth,
            "spatial_size": self.spatial_size,
        }
