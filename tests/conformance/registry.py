"""Every layer and model, once: what the conformance tests run them with.

A new layer is one entry here; the four tests beside this file then show that
it can be configured, built, trained, saved, exported, computed in half
precision, and run on several devices.
"""

import dataclasses
import functools
from collections.abc import Callable

import keras
import tensorflow as tf

from stylex_tf.layers import blocks, equalized, modulation, noise
from stylex_tf.models import (
    discriminator,
    encoder,
    generator,
    mapping,
    synthesis,
    trunk,
)


@dataclasses.dataclass(frozen=True)
class Case:
    """One layer with its arguments.

    Attributes:
        name: of the case in the tests.
        make: returns a new layer.
        inputs: shapes of the positional arguments; the first axis is free.
        output: shape of what comes back.
        weights: golden number of weights, of the trained ones and of all.
        float32: the output is float32 whatever the policy.
    """

    name: str
    make: Callable[[], keras.layers.Layer]
    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]
    weights: tuple[int, int]
    float32: bool = False

    def build(self, seed: int = 0) -> keras.layers.Layer:
        """Returns a layer with weights, none of which is zero."""
        layer = self.make()
        layer(*self.arguments())
        for number, weight in enumerate(layer.weights):
            moved = tf.random.stateless_normal(
                weight.shape, seed=[seed, number]
            )
            weight.assign_add(0.1 * moved)
        return layer

    def arguments(self, examples: int | None = None) -> list[tf.Tensor]:
        """Returns normal tensors to call the layer with."""
        return [
            tf.random.stateless_normal(
                [examples or shape[0], *shape[1:]], seed=[1, number]
            )
            for number, shape in enumerate(self.inputs)
        ]

    def specs(self) -> list[tf.TensorSpec]:
        """Returns what a graph for any number of examples takes."""
        return [tf.TensorSpec([None, *shape[1:]]) for shape in self.inputs]


# 12 channels at 4 px, 8 at 8 px and 4 at 16 px; 44 coordinates are searched,
# and 68 are all.
_TINY = {"resolution": 16, "channel_base": 64, "channel_max": 12}
_IMAGES = (4, 16, 16, 3)

_partial = functools.partial
CASES = (
    Case(
        "dense",
        _partial(equalized.EqualizedDense, 5, lr_multiplier=0.1, bias_init=1.0),
        inputs=((4, 3),),
        output=(4, 5),
        weights=(20, 20),
    ),
    Case(
        "conv",
        _partial(equalized.EqualizedConv2D, 5, 3),
        inputs=((4, 8, 8, 3),),
        output=(4, 8, 8, 5),
        weights=(140, 140),
    ),
    Case(
        "conv_without_bias",
        _partial(equalized.EqualizedConv2D, 5, 1, use_bias=False),
        inputs=((4, 8, 8, 3),),
        output=(4, 8, 8, 5),
        weights=(15, 15),
    ),
    Case(
        "downsampling_conv",
        _partial(equalized.EqualizedConv2D, 5, 3, downsample=True),
        inputs=((4, 8, 8, 3),),
        output=(4, 4, 4, 5),
        weights=(140, 140),
    ),
    Case(
        "residual_block",
        _partial(blocks.ResidualBlock, 5),
        inputs=((4, 8, 8, 3),),
        output=(4, 4, 4, 5),
        weights=(84 + 140 + 15, 84 + 140 + 15),
    ),
    Case(
        "noise",
        noise.NoiseInjection,
        inputs=((4, 8, 8, 3),),
        output=(4, 8, 8, 3),
        weights=(1, 65),
    ),
    Case(
        "styled_conv",
        _partial(modulation.StyledConv2D, 5),
        inputs=((4, 8, 8, 3), (4, 3)),
        output=(4, 8, 8, 5),
        weights=(141, 141 + 64),
    ),
    Case(
        "upsampling_styled_conv",
        _partial(modulation.StyledConv2D, 5, upsample=True),
        inputs=((4, 8, 8, 3), (4, 3)),
        output=(4, 16, 16, 5),
        weights=(141, 141 + 256),
    ),
    Case(
        "to_rgb",
        modulation.ToRGB,
        inputs=((4, 8, 8, 5), (4, 5)),
        output=(4, 8, 8, 3),
        weights=(18, 18),
        float32=True,
    ),
    Case(
        "mapping",
        _partial(mapping.Mapping, w_dim=5, z_dim=3, depth=2),
        inputs=((4, 3),),
        output=(4, 5),
        weights=(20 + 30, 20 + 30 + 5),
        float32=True,
    ),
    Case(
        "mapping_with_a_spatial_code",
        _partial(mapping.Mapping, w_dim=5, z_dim=3, depth=2, spatial_size=4),
        inputs=((4, 3),),
        output=(4, 9),
        weights=(20 + 54, 20 + 54 + 9),
        float32=True,
    ),
    Case(
        "synthesis",
        _partial(synthesis.Synthesis, **_TINY),
        inputs=((4, 68),),
        output=_IMAGES,
        weights=(3_482, 3_482 + 656),
        float32=True,
    ),
    Case(
        "synthesis_of_some_channels",
        _partial(synthesis.Synthesis, **_TINY, style_width=6),
        inputs=((4, 28),),
        output=_IMAGES,
        weights=(3_482, 3_482 + 656),
        float32=True,
    ),
    Case(
        "synthesis_with_a_remainder",
        _partial(synthesis.Synthesis, **_TINY, style_width=6, searched_width=2),
        inputs=((4, 28),),
        output=_IMAGES,
        weights=(3_482, 3_482 + 656),
        float32=True,
    ),
    Case(
        "synthesis_with_a_spatial_code",
        _partial(
            synthesis.Synthesis,
            **_TINY,
            style_width=6,
            spatial_resolution=8,
            spatial_channels=2,
        ),
        inputs=((4, 28 + 128),),
        output=_IMAGES,
        weights=(3_482 + 24, 3_482 + 24 + 656),
        float32=True,
    ),
    Case(
        "generator",
        _partial(generator.Generator, **_TINY),
        inputs=((4, 7),),
        output=_IMAGES,
        weights=(3_482 + 8 * 68, 3_482 + 656 + 8 * 68),
        float32=True,
    ),
    Case(
        "conditional_generator",
        _partial(generator.Generator, **_TINY, condition_dim=2),
        inputs=((4, 7), (4, 2)),
        output=_IMAGES,
        weights=(3_482 + 10 * 68, 3_482 + 656 + 10 * 68),
        float32=True,
    ),
    Case(
        "trunk",
        _partial(trunk.Trunk, **_TINY),
        inputs=(_IMAGES,),
        output=(4, 4, 4, 12),
        weights=(2_048, 2_048),
    ),
    Case(
        "encoder",
        _partial(encoder.Encoder, **_TINY, w_dim=7),
        inputs=(_IMAGES,),
        output=(4, 7),
        weights=(5_763, 5_763),
        float32=True,
    ),
    Case(
        "discriminator",
        _partial(discriminator.Discriminator, **_TINY, num_classes=3),
        inputs=(_IMAGES, (4, 3)),
        output=(4,),
        weights=(5_819, 5_819),
        float32=True,
    ),
)
# For parameterized.named_parameters.
ALL = tuple((case.name, case) for case in CASES)
