"""Holds what search and evaluation need of a trained model."""

import dataclasses
from collections.abc import Callable

import tensorflow as tf

from stylex_tf.search import layered

Generate = layered.LayeredGenerator | Callable[[tf.Tensor], tf.Tensor]
Judge = Callable[[tf.Tensor], tf.Tensor]


@dataclasses.dataclass(frozen=True)
class Model:
    """A generator, the classifier under explanation, and a discriminator.

    Attributes:
        generate: styles [B, T] -> images [B, H, W, C], with fixed noise; in
            layers (`LayeredGenerator`), or a plain function.
        classify: images -> logits [B, K].
        score: images -> the discriminator's scores [B]; None where there is
            none to ask, or where nobody wants to know.
    """

    generate: Generate
    classify: Judge
    score: Judge | None = None

    def without_score(self) -> "Model":
        """Returns the model with which no score is measured."""
        return dataclasses.replace(self, score=None)
