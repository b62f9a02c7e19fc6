"""Augments what a discriminator sees, so that it cannot learn by heart.

Karras et al. 2020, "Training Generative Adversarial Networks with Limited Data"
(https://arxiv.org/abs/2006.06676), appendix B: every operation happens to an
image with one probability, the strength. Below 0.8 the operations do not show
in what the generator draws (section 2.2).

Differs from the paper: images are sampled bilinearly as they are, and not at
twice their size between two wavelet filters, which costs four times as much.
"""

import math
from typing import NamedTuple

import tensorflow as tf

from stylex_tf.ops import bilinear, seeded_draws


class Parameters(NamedTuple):
    """What happens to each of N images, in this order; in brackets: nothing.

    Attributes:
        flip: -1 mirrors left and right (1), [N].
        quarter_turns: counter-clockwise, 0 to 3 (0), int32 [N].
        translation: whole pixels to the right and down (0), [N, 2].
        scale: factor of the size (1), [N].
        turn: radians, counter-clockwise (0), [N].
        stretch: factor of the width; the height's is its inverse (1), [N].
        second_turn: as turn (0), [N].
        offset: pixels to the right and down (0), [N, 2].
        brightness: what is added to the colours, in [-1, 1] (0), [N].
        contrast: factor of the colours (1), [N].
        luma: -1 mirrors the grey axis (1), [N].
        hue: radians around the grey axis (0), [N].
        saturation: factor of the distance from the grey axis (1), [N].
    """

    flip: tf.Tensor
    quarter_turns: tf.Tensor
    translation: tf.Tensor
    scale: tf.Tensor
    turn: tf.Tensor
    stretch: tf.Tensor
    second_turn: tf.Tensor
    offset: tf.Tensor
    brightness: tf.Tensor
    contrast: tf.Tensor
    luma: tf.Tensor
    hue: tf.Tensor
    saturation: tf.Tensor


def augment(
    images: tf.Tensor,
    *,
    strength: tf.Tensor,
    seed: tf.Tensor,
    batch_size: int,
    first: tf.Tensor | int = 0,
) -> tf.Tensor:
    """Augments some images of a batch, each by its place in the batch.

    Args:
        images: float32 [n, R, R, 3], in about [-1, 1].
        strength: probability of each operation, 0 to 1; 0 changes no bit.
        seed: two integers, [2].
        batch_size: examples of all replicas. All are drawn, so that the
            number of replicas changes nothing.
        first: place of the first of these images in the batch.

    Returns:
        Images of the same shape, differentiable in `images` alone.
    """
    drawn = draw(strength, seed, batch_size, images.shape[1])
    end = first + tf.shape(images)[0]
    return apply(images, Parameters(*(value[first:end] for value in drawn)))


def draw(
    strength: tf.Tensor, seed: tf.Tensor, count: int, size: int
) -> Parameters:
    """Draws what happens to `count` images of `size` pixels a side."""

    def columns(sample, number: int, width: int):
        values = sample([count, width], seeded_draws.fold_in(seed, number))
        return iter(tf.unstack(values, axis=1))

    gates = columns(seeded_draws.uniform, 0, 13)
    uniform = columns(seeded_draws.uniform, 1, 8)
    normal = columns(seeded_draws.normal, 2, 7)

    def maybe(value, nothing: float, probability=strength):
        happens = next(gates) < probability
        return tf.where(happens, value, nothing)

    def maybe_both(x, y):
        happens = next(gates)[:, None] < strength
        return tf.where(happens, tf.stack([x, y], axis=-1), 0.0)

    def between(low: float, high: float):
        return low + (high - low) * next(uniform)

    def sign():
        return tf.where(next(uniform) < 0.5, -1.0, 1.0)

    # One of the two turns happens with the probability of the others.
    once = 1.0 - tf.sqrt(1.0 - strength)
    reach = 0.125 * size
    quarters = maybe(tf.floor(between(0.0, 4.0)), 0.0)
    return Parameters(
        flip=maybe(sign(), 1.0),
        quarter_turns=tf.cast(quarters, tf.int32),
        translation=maybe_both(
            tf.round(between(-reach, reach)), tf.round(between(-reach, reach))
        ),
        scale=maybe(2.0 ** (0.2 * next(normal)), 1.0),
        turn=maybe(between(-math.pi, math.pi), 0.0, once),
        stretch=maybe(2.0 ** (0.2 * next(normal)), 1.0),
        second_turn=maybe(between(-math.pi, math.pi), 0.0, once),
        offset=maybe_both(reach * next(normal), reach * next(normal)),
        brightness=maybe(0.2 * next(normal), 0.0),
        contrast=maybe(2.0 ** (0.5 * next(normal)), 1.0),
        luma=maybe(sign(), 1.0),
        hue=maybe(between(-math.pi, math.pi), 0.0),
        saturation=maybe(2.0 ** next(normal), 1.0),
    )


def apply(images: tf.Tensor, parameters: Parameters) -> tf.Tensor:
    """Moves and recolours images as the parameters say; draws nothing.

    Args:
        images: float32 [N, R, R, 3], in about [-1, 1].
        parameters: what happens to each of the N images.

    Returns:
        Images of the same shape.
    """
    return _recolour(_sample(images, _backwards(parameters)), parameters)


def _backwards(parameters: Parameters) -> tf.Tensor:
    """Says where each output pixel comes from: affine matrices, [N, 2, 3].

    The inverse of offset . second_turn . stretch . turn . scale . translation
    . quarter_turns . flip, in pixels from the centre, x right and y down.
    """
    # Exact, as the cosine of a quarter of a circle is not.
    turns = tf.constant([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    quarter = tf.gather(turns, parameters.quarter_turns)
    grow = 1.0 / parameters.scale
    inverse = _product(
        _matrix(parameters.flip, 0.0, 0.0, 1.0),
        _matrix(quarter[:, 0], -quarter[:, 1], quarter[:, 1], quarter[:, 0]),
        _shift(-parameters.translation),
        _matrix(grow, 0.0, 0.0, grow),
        _turn_back(parameters.turn),
        _matrix(1.0 / parameters.stretch, 0.0, 0.0, parameters.stretch),
        _turn_back(parameters.second_turn),
        _shift(-parameters.offset),
    )
    return inverse[:, :2]


def _matrix(a, b, c, d, x=0.0, y=0.0) -> tf.Tensor:
    """Builds [[a, b, x], [c, d, y], [0, 0, 1]] of each example, [N, 3, 3]."""
    rows = [a, b, x, c, d, y, 0.0, 0.0, 1.0]
    count = tf.shape(next(row for row in rows if tf.is_tensor(row)))[0]
    entries = [tf.broadcast_to(row, [count]) for row in rows]
    return tf.reshape(tf.stack(entries, axis=-1), [-1, 3, 3])


def _shift(by: tf.Tensor) -> tf.Tensor:
    return _matrix(1.0, 0.0, 0.0, 1.0, by[:, 0], by[:, 1])


def _turn_back(angle: tf.Tensor) -> tf.Tensor:
    """Turns clockwise; [[cos, sin], [-sin, cos]] is the other way."""
    return _matrix(tf.cos(angle), -tf.sin(angle), tf.sin(angle), tf.cos(angle))


def _product(*matrices: tf.Tensor) -> tf.Tensor:
    """Multiplies without tf.matmul: a GPU may round pixels to 10 bits."""
    product, *others = matrices
    for other in others:
        product = tf.reduce_sum(
            product[:, :, :, None] * other[:, None, :, :], axis=2
        )
    return product


def _sample(images: tf.Tensor, backwards: tf.Tensor) -> tf.Tensor:
    """Takes each pixel from where it comes from, between four others.

    Beyond the border is the reflection, d c b | a b c d | c b a.
    """
    h, w = images.shape[1:3]
    centre = [(h - 1) / 2.0, (w - 1) / 2.0]
    y, x = tf.meshgrid(
        tf.range(h, dtype=tf.float32) - centre[0],
        tf.range(w, dtype=tf.float32) - centre[1],
        indexing="ij",
    )
    row = backwards[:, :, :, None, None]
    points = [
        _reflect(row[:, i, 0] * x + row[:, i, 1] * y + row[:, i, 2] + c, n)
        for i, c, n in ((1, centre[0], h), (0, centre[1], w))
    ]
    sampled = bilinear.sample(images, *points)
    return tf.ensure_shape(sampled, images.shape)


def _reflect(position: tf.Tensor, size: int) -> tf.Tensor:
    """Folds pixels of an endless mirrored image into [0, size - 1]."""
    last = size - 1.0
    return last - tf.abs(tf.math.floormod(position, 2.0 * last) - last)


def _recolour(images: tf.Tensor, parameters: Parameters) -> tf.Tensor:
    """Applies the colour operations as one matrix and one added grey.

    With V the projection to the grey axis v = (1, 1, 1) / sqrt(3) and K the
    cross product with v, the operations of the paper are b v, c I, I - 2 V,
    V + cos(h) (I - V) + sin(h) K and V + s (I - V). All have v as their axis,
    so that their product is c (a I + (luma - a) V + d K), with
    a = s cos(h) and d = s sin(h).
    """
    a = parameters.saturation * tf.cos(parameters.hue)
    d = parameters.saturation * tf.sin(parameters.hue)
    along = tf.fill([3, 3], 1.0 / 3.0)
    third = math.sqrt(1.0 / 3.0)
    across = third * tf.constant(
        [[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]
    )
    matrix = parameters.contrast[:, None, None] * (
        a[:, None, None] * tf.eye(3)
        + (parameters.luma - a)[:, None, None] * along
        + d[:, None, None] * across
    )
    grey = parameters.contrast * parameters.luma * parameters.brightness
    columns = matrix[:, None, None, :, :]
    colours = tf.add_n(
        [images[..., c : c + 1] * columns[..., c] for c in range(3)]
    )
    return colours + grey[:, None, None, None]
