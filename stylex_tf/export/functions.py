"""Gives the exported model as functions of tensors."""

import dataclasses
from collections.abc import Callable, Mapping

import tensorflow as tf


@dataclasses.dataclass(frozen=True, kw_only=True)
class Functions:
    """The model as functions of tensors; all must trace into a graph.

    Attributes:
        encode: images in [-1, 1], [N, R, R, 3], to styles, [N, T].
        generate: styles to images, with fixed noise.
        classify: images to logits, [N, K].
        find_attributes: called with styles, [N, T], target classes, int32 [N]
            (-1: away from the predicted class), and `top_k`, int32 []; returns
            `coordinates`, `directions` (int32), `strengths` (what was added)
            and `effects`, [N, top_k], `probabilities_after`, [N, top_k, K],
            `images`, [N, top_k, R, R, 3], and `probabilities_before`, [N, K].
            Where an image has fewer attributes, the coordinate is -1.
        move: styles, [N, T], coordinates and directions, int32 [N, E], and
            strengths, [N, E], to edited styles; coordinate -1 is no edit.
        measure_effects: called with styles, each image's first edit, int32
            [N], and `count`, int32 []; returns `coordinates` and `directions`,
            int32 [N, count], -1 beyond the last edit, `effects`, [N, count,
            K], and `base_logits`, [N, K].
    """

    encode: Callable[[tf.Tensor], tf.Tensor]
    generate: Callable[[tf.Tensor], tf.Tensor]
    classify: Callable[[tf.Tensor], tf.Tensor]
    find_attributes: Callable[..., Mapping[str, tf.Tensor]]
    move: Callable[..., tf.Tensor]
    measure_effects: Callable[..., Mapping[str, tf.Tensor]]
