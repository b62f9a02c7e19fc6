"""Generates an image from w and what is told of the classifier's answer."""

import keras
import tensorflow as tf

from stylex_tf import shapes
from stylex_tf.layers import equalized
from stylex_tf.models import style_space, synthesis


@keras.saving.register_keras_serializable(package="stylex_tf")
class Generator(keras.Model):
    """One affine map from [w, p] to all styles, then synthesis.

    Lang et al. 2021 (https://arxiv.org/abs/2104.13369), figure 2: one w for
    all layers, joined with the classifier's probabilities p.
    """

    # More than seven parameters: those of Synthesis, and the condition's.
    def __init__(
        self,
        resolution: int = 256,
        channel_base: int = 32_768,
        channel_max: int = 512,
        style_width: int = 0,
        searched_width: int = 0,
        spatial_resolution: int = 0,
        spatial_channels: int = 0,
        condition_dim: int = 0,
        **kwargs,
    ):
        """Builds the network.

        Args:
            resolution: height and width of the images, 16 to 1024.
            channel_base: see Synthesis.
            channel_max: see Synthesis.
            style_width: see Synthesis.
            searched_width: see Synthesis.
            spatial_resolution: see Synthesis.
            spatial_channels: see Synthesis.
            condition_dim: K where p is joined with w, 0 where it is not.
            **kwargs: forwarded to keras.Model.
        """
        # Keras would round w to the networks' precision on entry.
        super().__init__(autocast=False, **kwargs)
        self.resolution = resolution
        self.channel_base = channel_base
        self.channel_max = channel_max
        self.style_width = style_width
        self.searched_width = searched_width
        self.spatial_resolution = spatial_resolution
        self.spatial_channels = spatial_channels
        self.condition_dim = condition_dim
        self.synthesis = synthesis.Synthesis(
            resolution,
            channel_base,
            channel_max,
            style_width,
            searched_width,
            spatial_resolution,
            spatial_channels,
            name="synthesis",
        )
        self.style_space = self.synthesis.style_space
        # Styles stay in float32: they are what is searched and edited.
        self.affine = equalized.EqualizedDense(
            self.style_space.total - self.style_space.spatial_size,
            bias_init=1.0,
            name="affine",
            dtype="float32",
        )

    def styles(self, w: tf.Tensor, p: tf.Tensor | None = None) -> tf.Tensor:
        """Returns the flat style vectors.

        Args:
            w: latents, float32 [N, w_dim]; its last numbers are the spatial
                code, where there is one.
            p: class probabilities, [N, K]; unused where condition_dim is 0.

        Returns:
            Styles, float32 [N, T].

        Raises:
            ValueError: p is missing or has another width.
        """
        spatial = self.style_space.spatial_size
        w, code = tf.split(w, [w.shape[-1] - spatial, spatial], axis=-1)
        return tf.concat([self._affine(w, p), code], axis=-1)

    def _affine(self, w: tf.Tensor, p: tf.Tensor | None) -> tf.Tensor:
        """Returns all styles but the spatial code."""
        if not self.condition_dim:
            return self.affine(w)
        if p is None:
            raise ValueError(
                f"p is missing; expected [N, {self.condition_dim}]"
            )
        shapes.check_shape("p", p, [None, self.condition_dim])
        return self.affine(tf.concat([w, tf.cast(p, w.dtype)], axis=-1))

    def mix(self, first, second, crossover) -> tf.Tensor:
        """Takes layers before the crossover from `first`, others from `second`.

        Mixing styles equals mixing w layer by layer, since each layer's
        styles depend on its own w alone. Resolution by resolution, as a toRGB
        layer goes with the convolution before it.

        Args:
            first: styles, [N, T].
            second: styles, [N, T].
            crossover: index of the first layer taken from `second`, [N];
                layers are counted as in StyleSpace, toRGB with its block.

        Returns:
            Styles, [N, T].
        """
        ranks = []
        order = {
            layer.name: rank
            for rank, layer in enumerate(self.style_space.layers)
            if layer.searched
        }
        for layer in self.style_space.layers:
            block = layer.name.split(".")[0]
            last = "b4.conv" if block == "b4" else f"{block}.conv1"
            conv = layer.name.removesuffix(style_space.REMAINDER)
            rank = order[conv if conv in order else last]
            ranks.extend([rank] * layer.width)
        before = tf.constant(ranks)[None, :] < crossover[:, None]
        return tf.where(before, first, second)

    def call(self, w, p=None, noise: str = "fixed", seed=None):
        """Returns images, float32 [N, H, W, 3]; see styles and Synthesis."""
        return self.synthesis(self.styles(w, p), noise=noise, seed=seed)

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "resolution": self.resolution,
            "channel_base": self.channel_base,
            "channel_max": self.channel_max,
            "style_width": self.style_width,
            "searched_width": self.searched_width,
            "spatial_resolution": self.spatial_resolution,
            "spatial_channels": self.spatial_channels,
            "condition_dim": self.condition_dim,
        }
