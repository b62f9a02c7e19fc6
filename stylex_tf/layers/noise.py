"""Adds noise to each pixel, with a learned strength."""

import keras
import tensorflow as tf

from stylex_tf import keras_line, shapes
from stylex_tf.ops import seeded_draws

MODES = ("random", "fixed", "none")


@keras.saving.register_keras_serializable(package="stylex_tf")
class NoiseInjection(keras.layers.Layer):
    """Adds strength * noise to every channel, [N, H, W, C] -> the same.

    The noise image is either drawn from a seed or the layer's own constant.
    Karras et al. 2019 (https://arxiv.org/abs/1812.04948), section 2.
    """

    def build(self, input_shape):
        """Creates the strength, [], and the constant image, [1, H, W, 1]."""
        _, h, w, _ = input_shape
        self.strength = keras_line.add_weight(
            self, "strength", [], initializer="zeros"
        )
        self.image = keras_line.add_weight(
            self,
            "image",
            [1, h, w, 1],
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            trainable=False,
        )
        super().build(input_shape)

    def call(self, x, mode: str = "fixed", seed: tf.Tensor | None = None):
        """Adds noise.

        Args:
            x: activations, [N, H, W, C].
            mode: "random" draws an image an example from the seed, "fixed"
                adds the constant image, "none" adds nothing.
            seed: two integers, [2]; for "random" only.

        Returns:
            Activations, [N, H, W, C].

        Raises:
            ValueError: an unknown mode, or "random" without a seed.
        """
        if mode == "none":
            return x
        if mode == "fixed":
            noise = self.image
        elif mode == "random" and seed is not None:
            shapes.check_shape("seed", seed, [2])
            shape = tf.concat([tf.shape(x)[:3], [1]], axis=0)
            noise = seeded_draws.normal(shape, seed)
        else:
            raise ValueError(
                f"noise mode is {mode!r} with seed {seed}; expected one of "
                f"{MODES}, and a seed for 'random'"
            )
        return x + self.strength * tf.cast(noise, x.dtype)
