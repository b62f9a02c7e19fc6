"""Describes a generator that can be resumed in the middle, by layers."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import tensorflow as tf

State = tuple[tf.Tensor, ...]
"""The tensors that enter a layer, each [B, ...]."""


@runtime_checkable
class LayeredGenerator(Protocol):
    """What the search needs to reuse what an edit does not change.

    Noise is fixed: the same styles are the same image.
    """

    @property
    def layer_widths(self) -> tuple[int, ...]:
        """Counts the searched coordinates of each layer, first layer first.

        They sum to S, and follow one another in the flat vector.
        """

    def __call__(self, styles: tf.Tensor) -> tf.Tensor:
        """Returns images, [B, T] -> [B, H, W, C]."""

    def enter(self, styles: tf.Tensor) -> Sequence[State]:
        """Returns what enters each layer, [B, T] -> one state a layer."""

    def resume(self, layer: int, state: State, styles: tf.Tensor) -> tf.Tensor:
        """Computes a layer and all after it, -> images [B, H, W, C]."""


class Whole:
    """A plain function as a generator of one layer, which has no state."""

    def __init__(
        self, generate: Callable[[tf.Tensor], tf.Tensor], *, searched: int
    ):
        """Wraps a function.

        Args:
            generate: styles [B, T] -> images [B, H, W, C].
            searched: how many of the T coordinates are searched, S.
        """
        self.layer_widths = (searched,)
        self._generate = generate

    def __call__(self, styles: tf.Tensor) -> tf.Tensor:
        """Returns images, [B, T] -> [B, H, W, C]."""
        return self._generate(styles)

    def enter(self, styles: tf.Tensor) -> list[State]:
        """Returns one empty state: nothing but the styles enters the layer."""
        del styles
        return [()]

    def resume(self, layer: int, state: State, styles: tf.Tensor) -> tf.Tensor:
        """Computes everything."""
        del layer, state
        return self._generate(styles)


def of(
    generate: LayeredGenerator | Callable[[tf.Tensor], tf.Tensor],
    *,
    searched: int,
) -> LayeredGenerator:
    """Returns a generator in layers; a plain function becomes `Whole`.

    Args:
        generate: styles [B, T] -> images [B, H, W, C].
        searched: the coordinates that the layers must have together, S.

    Raises:
        ValueError: the layers have another number of coordinates.
    """
    if not isinstance(generate, LayeredGenerator):
        return Whole(generate, searched=searched)
    if sum(generate.layer_widths) != searched:
        raise ValueError(
            f"the generator's layers {tuple(generate.layer_widths)} have "
            f"{sum(generate.layer_widths)} coordinates; expected the "
            f"{searched} searched"
        )
    return generate
