"""Draws an image from styles: the synthesis network."""

from collections.abc import Mapping

import keras
import tensorflow as tf

from stylex_tf import keras_line, shapes
from stylex_tf.layers import equalized, modulation
from stylex_tf.models import style_space
from stylex_tf.ops import resampling, seeded_draws

# No encoder says as much; float16 stays finite.
_LARGEST_CODE = 16.0


@keras.saving.register_keras_serializable(package="stylex_tf")
class Synthesis(keras.Model):
    """StyleGAN2 with skip connections; its input is the flat style vector.

    An edit of a style is thus an addition to a tensor, and a batch can hold
    a different edit in every row. Karras et al. 2020
    (https://arxiv.org/abs/1912.04958), figure 7.
    """

    def __init__(
        self,
        resolution: int = 256,
        channel_base: int = 32_768,
        channel_max: int = 512,
        style_width: int = 0,
        searched_width: int = 0,
        spatial_resolution: int = 0,
        spatial_channels: int = 0,
        **kwargs,
    ):
        """Builds the network.

        Args:
            resolution: height and width of the images, 16 to 1024.
            channel_base: resolution r has channel_base / r channels.
            channel_max: the most channels at any resolution.
            style_width: how many input channels of a convolution follow the
                styles; 0 is all of them.
            searched_width: how many of these are searched; 0 is all of them.
            spatial_resolution: that of a block above the first.
            spatial_channels: how many channels the spatial code has; 0 is none.
            **kwargs: forwarded to keras.Model.
        """
        # Keras would round the styles to the compute dtype on the way in.
        super().__init__(autocast=False, **kwargs)
        self.resolution = resolution
        self.channel_base = channel_base
        self.channel_max = channel_max
        self.style_width = style_width
        self.searched_width = searched_width
        self.spatial_resolution = spatial_resolution
        self.spatial_channels = spatial_channels
        self.style_space = style_space.StyleSpace.of_synthesis(
            resolution,
            channel_base=channel_base,
            channel_max=channel_max,
            style_width=style_width,
            searched_width=searched_width,
            spatial_resolution=spatial_resolution,
            spatial_channels=spatial_channels,
        )
        self.convs, self.to_rgb = {}, {}
        for r in style_space.resolutions(resolution):
            width = self.channels(r)
            names = ("conv",) if r == 4 else ("conv0", "conv1")
            for name in names:
                self.convs[f"b{r}_{name}"] = modulation.StyledConv2D(
                    width, upsample=name == "conv0", name=f"b{r}_{name}"
                )
            self.to_rgb[f"b{r}"] = modulation.ToRGB(name=f"b{r}_to_rgb")
        if spatial_channels:
            self.spatial = equalized.EqualizedConv2D(
                self.channels(spatial_resolution), 1, name="spatial"
            )
        normal = keras.initializers.RandomNormal(stddev=1.0)
        self.constant = keras_line.add_weight(
            self, "constant", [1, 4, 4, self.channels(4)], initializer=normal
        )

    def channels(self, resolution: int) -> int:
        """Returns the channels of the layers at a resolution."""
        return style_space.channels_at(
            resolution, base=self.channel_base, maximum=self.channel_max
        )

    def call(self, styles, noise: str = "fixed", seed=None):
        """Draws images.

        Args:
            styles: the flat style vectors, float32 [N, T].
            noise: "random" (needs a seed), "fixed" or "none".
            seed: two integers, [2].

        Returns:
            Images, float32 [N, H, W, 3], about [-1, 1], not clipped.

        Raises:
            ValueError: styles of another width, or an unknown noise mode.
        """
        shapes.check_shape("styles", styles, [None, self.style_space.total])
        by_layer = self.style_space.split(styles)
        state = self._first_state(styles)
        for index in range(len(self.convs)):
            state = self._step(index, state, by_layer, noise, seed)
        return state[-1]

    def enter(self, styles: tf.Tensor) -> list[tuple[tf.Tensor, ...]]:
        """Returns what enters each convolution, with fixed noise.

        Args:
            styles: the flat style vectors, float32 [N, T].

        Returns:
            For each searched layer, in order: the activations before it,
            [N, h, w, I], and, from the second layer on, the image so far,
            float32 [N, r, r, 3].

        Raises:
            ValueError: styles of another width.
        """
        shapes.check_shape("styles", styles, [None, self.style_space.total])
        by_layer = self.style_space.split(styles)
        states = [self._first_state(styles)]
        for index in range(len(self.convs) - 1):
            states.append(self._step(index, states[-1], by_layer))
        return states

    def resume(
        self, layer: int, state: tuple[tf.Tensor, ...], styles: tf.Tensor
    ) -> tf.Tensor:
        """Draws images from what enters a convolution, with fixed noise.

        Args:
            layer: index of the searched layer to start with.
            state: what enters it, of `enter`.
            styles: the flat style vectors, float32 [N, T]; those of earlier
                layers are not read.

        Returns:
            Images, float32 [N, H, W, 3]; those of `call` where the earlier
            layers' styles are those that `enter` was given.

        Raises:
            ValueError: styles of another width.
        """
        shapes.check_shape("styles", styles, [None, self.style_space.total])
        by_layer = self.style_space.split(styles)
        for index in range(layer, len(self.convs)):
            state = self._step(index, state, by_layer)
        return state[-1]

    def _first_state(self, styles: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Returns what enters the first layer: the constant, no image yet."""
        constant = tf.cast(self.constant, self.compute_dtype)
        return (tf.tile(constant, [tf.shape(styles)[0], 1, 1, 1]),)

    def _step(
        self,
        index: int,
        state: tuple[tf.Tensor, ...],
        by_layer: Mapping[str, tf.Tensor],
        noise: str = "fixed",
        seed: tf.Tensor | None = None,
    ) -> tuple[tf.Tensor, ...]:
        """Computes one convolution, and after a block's last its colours.

        Args:
            index: the index of the searched layer.
            state: the activations, then the image so far where there is one.
            by_layer: the styles of each layer, name: [N, I].
            noise: see `call`.
            seed: see `call`.

        Returns:
            The state that enters the next layer; after the last, the image
            is its last part.
        """
        x, *image = state
        name = self.style_space.layers[index].name
        # Not seed + index: that would be the seed of another layer in
        # another step.
        layer_seed = None
        if seed is not None:
            layer_seed = seeded_draws.fold_in(seed, index)
        conv = self.convs[name.replace(".", "_")]
        styles = by_layer[name]
        remainder = by_layer.get(f"{name}{style_space.REMAINDER}")
        if remainder is not None:
            styles = tf.concat([styles, remainder], axis=-1)
        factors = _widen(styles, x.shape[-1])
        x = conv(x, factors, noise=noise, seed=layer_seed)
        block = name.split(".")[0]
        if name.endswith("conv0"):
            code = by_layer.get(f"{block}{style_space.SPATIAL}")
            return (x if code is None else x + self._place(code, x), *image)
        none = by_layer[name][:, :0]
        factors = _widen(by_layer.get(f"{block}.to_rgb", none), x.shape[-1])
        rgb = self.to_rgb[block](x, factors)
        if image:
            rgb += resampling.upsample2d(image[0])
        return (x, rgb)

    def _place(self, code: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
        """Returns what a spatial code, [N, r * r * c], adds to activations."""
        r, c = self.spatial_resolution, self.spatial_channels
        code = tf.clip_by_value(code, -_LARGEST_CODE, _LARGEST_CODE)
        return self.spatial(tf.cast(tf.reshape(code, [-1, r, r, c]), x.dtype))

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
        }


def _widen(styles: tf.Tensor, channels: int) -> tf.Tensor:
    """Appends the factor 1 for channels without a style, [N, I]."""
    missing = channels - styles.shape[-1]
    return tf.pad(styles, [[0, 0], [0, missing]], constant_values=1.0)
