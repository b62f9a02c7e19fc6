"""The networks of one StylEx, as one trackable object."""

from typing import Any

import keras
import tensorflow as tf


class Networks(tf.Module):
    """What is trained, by the names that the phase table uses.

    Attributes:
        mapping: z, [N, z_dim], to w, [N, w_dim].
        generator: w and p to images.
        encoder: images to w.
        discriminator: images and p to scores; None in an average, which is
            never trained.
    """

    def __init__(
        self,
        *,
        mapping: keras.Model,
        generator: keras.Model,
        encoder: keras.Model,
        discriminator: keras.Model | None = None,
    ):
        super().__init__(name="networks")
        self.mapping = mapping
        self.generator = generator
        self.encoder = encoder
        # Any: only an average has none, and no phase trains an average.
        self.discriminator: Any = discriminator

    def trained_by(self, name: str) -> list[tf.Variable]:
        """Returns the variables of one optimizer.

        Args:
            name: "generator" (with its mapping), "encoder" or
                "discriminator".
        """
        if name == "generator":
            networks = (self.mapping, self.generator)
            return [v for net in networks for v in net.trainable_variables]
        return getattr(self, name).trainable_variables

    @property
    def averaged(self) -> list[tf.Variable]:
        """Returns what the moving average follows, in a fixed order."""
        networks = (self.mapping, self.generator, self.encoder)
        return [v for net in networks for v in net.variables]
