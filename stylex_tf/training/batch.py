"""Holds what the phases of a step know of its examples."""

import dataclasses

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Fakes:
    """What the generator's phase of a step drew.

    Attributes:
        images: float32 [n, H, W, 3].
        p: the probabilities that the discriminator judges them by, [n, K].
        maps: the backbone's maps of them; none where there is no backbone.
    """

    images: tf.Tensor
    p: tf.Tensor
    maps: list[tf.Tensor] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Batch:
    """A replica's share of a step's examples, or a part of that share.

    Attributes:
        images: real images in [-1, 1], float32 [n, H, W, 3].
        seed: two integers that belong to the step, [2].
        logits: what the classifier says of the images, [n, K].
        p: the same as probabilities, [n, K].
        features: the classifier's feature maps of the images.
        condition: what the generator is told of the images, [n, K].
        maps: the backbone's maps of the images; none where there is none.
        total: examples of all replicas, N.
        part: the number of this part among all parts of all replicas.
        first: the number of its first example among the N.
        count: its examples, n.
        fakes: what the generator drew in this step; None before its phase.
    """

    images: tf.Tensor
    seed: tf.Tensor
    logits: tf.Tensor
    p: tf.Tensor
    features: list[tf.Tensor]
    condition: tf.Tensor
    maps: list[tf.Tensor]
    total: int
    part: tf.Tensor
    first: tf.Tensor
    count: int
    fakes: Fakes | None = None

    def with_fakes(self, fakes: Fakes) -> "Batch":
        """Returns the same batch for the phases after the generator's."""
        return dataclasses.replace(self, fakes=fakes)
