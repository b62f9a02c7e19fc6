"""Holds the networks of one StylEx, as one trackable object."""

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import tensorflow as tf

from stylex_tf.training import layout


class Networks(tf.Module):
    """What is trained, by the names that the phase table uses.

    Attributes:
        mapping: z, [N, z_dim], to w, [N, w_dim].
        generator: w and p to images.
        encoder: images to w.
        discriminator: images and p to scores; None in an average, which is
            never trained.
        backbone: images to feature maps, never trained; None where encoder
            and discriminator look at the pixels themselves.
    """

    def __init__(
        self,
        *,
        mapping: keras.Model,
        generator: keras.Model,
        encoder: keras.Model,
        discriminator: keras.Model | None = None,
        backbone: keras.Model | None = None,
    ):
        super().__init__(name="networks")
        self.mapping = mapping
        self.generator = generator
        self.encoder = encoder
        # Any: only an average has none, and no phase trains an average.
        self.discriminator: Any = discriminator
        self.backbone = backbone

    def look(self, images: tf.Tensor) -> list[tf.Tensor]:
        """Returns the backbone's maps of images; none where there is none.

        Args:
            images: [N, H, W, 3], in [-1, 1].
        """
        return [] if self.backbone is None else list(self.backbone(images))

    def encode(
        self, images: tf.Tensor, maps: Sequence[tf.Tensor] | None = None
    ) -> tf.Tensor:
        """Returns w, float32 [N, w_dim], of images.

        Args:
            images: [N, H, W, 3], in [-1, 1].
            maps: what `look` returned, where it is known already.
        """
        if self.backbone is None:
            return self.encoder(images)
        return self.encoder(self.look(images) if maps is None else list(maps))

    def judged(
        self, images: tf.Tensor, maps: Sequence[tf.Tensor] | None = None
    ) -> list[tf.Tensor]:
        """Returns what the discriminator sees of images: see `encode`."""
        if self.backbone is None:
            return [images]
        return self.discriminator.inputs_of(
            images, self.look(images) if maps is None else maps
        )

    def score(
        self, inputs: Sequence[tf.Tensor], p: tf.Tensor, *, alone: bool = False
    ) -> tf.Tensor:
        """Returns the discriminator's scores, float32 [N].

        Args:
            inputs: what `judged` returned.
            p: class probabilities, [N, K].
            alone: score every image by itself, whatever else is in the batch.
        """
        if self.backbone is None:
            return self.discriminator(inputs[0], p, alone=alone)
        return self.discriminator(list(inputs), p)

    def trained_by(self, name: str) -> list[tf.Variable]:
        """Returns the variables of one optimizer.

        Args:
            name: "generator" (with its mapping), "encoder" or
                "discriminator".
        """
        if name == "generator":
            networks = [self.mapping, self.generator]
        else:
            networks = [getattr(self, name)]
        return [v for net in networks for v in _variables(net, True)]

    @property
    def parts(self) -> dict[str, keras.Model]:
        """Returns the networks that have weights of their own, by name."""
        parts = {
            "mapping": self.mapping,
            "generator": self.generator,
            "encoder": self.encoder,
        }
        if self.discriminator is not None:
            parts["discriminator"] = self.discriminator
        return parts

    @property
    def variables(self) -> list[tf.Variable]:
        """Returns every variable that is trained or averaged.

        Not those that tf.Module finds: it does not look into Keras 3's layers.
        """
        return _every(self.parts.values())

    @property
    def trainable_variables(self) -> list[tf.Variable]:
        """Returns every variable that is trained; see `variables`."""
        return [v for v in self.variables if v.trainable]

    @property
    def averaged(self) -> list[tf.Variable]:
        """Returns what the moving average follows, in a fixed order."""
        return _every([self.mapping, self.generator, self.encoder])


def _every(networks: Iterable[keras.Model]) -> list[tf.Variable]:
    return [
        variable
        for network in networks
        for is_trained in (True, False)
        for variable in _variables(network, is_trained)
    ]


def _variables(network: keras.Model, trainable: bool) -> list[tf.Variable]:
    """Returns the variables that are trained, or those that are not."""
    return [
        variable
        for _, variable in layout.flat(layout.named(network))
        if variable.trainable == trainable
    ]
