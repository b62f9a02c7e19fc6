"""Trains a network that reads a world's known factors off a picture."""

from collections.abc import Callable, Sequence
from typing import Protocol

import keras
import numpy as np
import tensorflow as tf

from stylex_tf.ops import batching, preprocessing

_BATCH = 64


class Factor(Protocol):
    """What is needed of `data.manifest.Factor`."""

    @property
    def name(self) -> str: ...

    @property
    def values(self) -> tuple[str, ...]:
        """Returns the values' names; none for a number in [0, 1]."""


class FactorRegressors:
    """One small convolutional network with one head a factor.

    The heads share a trunk, so that all factors cost one training.
    """

    def __init__(
        self,
        network: keras.Model,
        factors: Sequence[Factor],
        random_changes: np.ndarray,
    ):
        self._network = network
        self.factors = tuple(factors)
        # How much each factor changes from one image to a random other, [F]:
        # the unit in which changes of unlike factors can be compared.
        self.random_changes = random_changes
        self._predict = tf.function(
            lambda images: tf.concat(_activate(network(images), factors), 1),
            reduce_retracing=True,
            autograph=False,
        )

    def predict(
        self, images: np.ndarray, *, batch_size: int = 256
    ) -> list[np.ndarray]:
        """Reads the factors of pictures.

        Args:
            images: float32 [N, H, W, 3] in [-1, 1].
            batch_size: pictures at once.

        Returns:
            One array a factor: probabilities of its values [N, V], or the
            number itself [N, 1] where it is continuous.
        """
        joined = batching.apply(self._predict, images, batch_size=batch_size)
        ends = np.cumsum([_width(factor) for factor in self.factors])
        return np.split(joined, ends[:-1], axis=1)

    def accuracy(
        self, images: np.ndarray, values: np.ndarray
    ) -> dict[str, float]:
        """Returns the share of pictures read correctly, for each factor.

        Args:
            images: uint8 [N, H, W, 3], not those of the training.
            values: true values, [N, F].
        """
        predicted = self.predict(preprocessing.to_float_numpy(images))
        return {
            factor.name: float(
                np.mean(same_value(factor, answer, values[:, index]))
            )
            for index, (factor, answer) in enumerate(
                zip(self.factors, predicted, strict=True)
            )
        }


def same_value(
    factor: Factor, predicted: np.ndarray, value: np.ndarray
) -> np.ndarray:
    """Says whether a reading is a value, [N, V], [N] -> bool [N].

    Numbers count as the same within a tenth of their range.
    """
    if factor.values:
        return predicted.argmax(axis=1) == np.asarray(value, np.int64)
    return np.abs(predicted[:, 0] - value) < 0.1


def train(
    images: np.ndarray,
    values: np.ndarray,
    factors: Sequence[Factor],
    *,
    epochs: int = 6,
    seed: int = 0,
    progress: Callable[[int], object] | None = None,
) -> FactorRegressors:
    """Trains the network on rendered pictures.

    Args:
        images: uint8 [N, H, W, 3].
        values: value index (or number in [0, 1]) of each factor, [N, F].
        factors: the F factors.
        epochs: passes over the pictures.
        seed: the seed of weights, order and augmentation.
        progress: called after every step with the number of its pictures.

    Raises:
        ValueError: the shapes do not fit, or an index names no value.
    """
    _check(images, values, factors)
    network = _network(images.shape[1], factors, seed)
    steps = max(epochs * (len(images) // min(_BATCH, len(images))), 1)
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(2e-3, steps)
    )

    @tf.function(autograph=False)
    def step(pictures: tf.Tensor, targets: tf.Tensor, number: tf.Tensor):
        pictures = _augment(pictures, tf.stack([seed, number]))
        with tf.GradientTape() as tape:
            loss = _loss(network(pictures, training=True), targets, factors)
        weights = network.trainable_variables
        optimizer.apply_gradients(
            zip(tape.gradient(loss, weights), weights, strict=True)
        )

    order = np.random.default_rng(seed)
    size = min(_BATCH, len(images))
    number = 0
    for _ in range(epochs):
        shuffled = order.permutation(len(images))
        for start in range(0, len(images) - size + 1, size):
            batch = np.sort(shuffled[start : start + size])
            step(
                tf.constant(preprocessing.to_float_numpy(images[batch])),
                tf.constant(values[batch], tf.float32),
                tf.constant(number),
            )
            number += 1
            if progress is not None:
                progress(size)
    return FactorRegressors(network, factors, _random_changes(values, factors))


def _random_changes(
    values: np.ndarray, factors: Sequence[Factor]
) -> np.ndarray:
    """Averages each factor's change between two random images, [F]."""
    others = np.random.default_rng(0).permutation(values)
    different = values != others
    distance = np.abs(values - others)
    changes = [
        (different if factor.values else distance)[:, column].mean()
        for column, factor in enumerate(factors)
    ]
    return np.maximum(changes, 1e-3)


def _network(
    resolution: int, factors: Sequence[Factor], seed: int
) -> keras.Model:
    """Builds strided convolutions down to 4 x 4, then a head a factor.

    The heads see where things are: parts of a face have a place.
    """
    seeds = iter(range(1000 * seed, 1000 * seed + 1000))
    # float32 whatever the global policy says: this network is a measure.
    options = {"dtype": "float32"}

    def initializer():
        return keras.initializers.HeNormal(seed=next(seeds))

    inputs = keras.Input([resolution, resolution, 3], dtype="float32")
    x, size, width = inputs, resolution, 24
    while size > 4:
        x = keras.layers.Conv2D(
            width,
            3,
            strides=2,
            padding="same",
            use_bias=False,
            kernel_initializer=initializer(),
            **options,
        )(x)
        x = keras.layers.BatchNormalization(momentum=0.9, **options)(x)
        x = keras.layers.ReLU(**options)(x)
        size, width = size // 2, min(2 * width, 96)
    x = keras.layers.Flatten(**options)(x)
    heads = [
        keras.layers.Dense(
            _width(factor), kernel_initializer=initializer(), **options
        )(x)
        for factor in factors
    ]
    return keras.Model(inputs, heads)


def _augment(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Blurs some pictures and adds light noise to all.

    The network is trained on rendered pictures and asked about generated
    ones, which are softer and grainier. Without this it would read the
    generator's softness as a factor.
    """
    count = tf.shape(images)[0]
    soft = tf.nn.avg_pool2d(images, 3, 1, "SAME")
    softer = tf.nn.avg_pool2d(soft, 3, 1, "SAME")
    draw = tf.random.stateless_uniform(
        [count, 1, 1, 1], seed + [0, 100_000_000]
    )
    # A third stays as it is; the others are mixed with a blurred copy.
    mix = tf.random.stateless_uniform([count, 1, 1, 1], seed + [1, 0])
    blurred = tf.where(draw < 0.67, soft, softer)
    images = tf.where(draw < 0.33, images, images + mix * (blurred - images))
    strength = tf.random.stateless_uniform(
        [count, 1, 1, 1], seed + [2, 0], maxval=0.1
    )
    noise = tf.random.stateless_normal(tf.shape(images), seed + [3, 0])
    return tf.clip_by_value(images + strength * noise, -1.0, 1.0)


def _loss(
    heads: Sequence[tf.Tensor], targets: tf.Tensor, factors: Sequence[Factor]
) -> tf.Tensor:
    total = tf.constant(0.0)
    for index, (factor, head) in enumerate(
        zip(factors, _as_list(heads), strict=True)
    ):
        target = targets[:, index]
        if factor.values:
            total += tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(
                    tf.cast(target, tf.int32), head
                )
            )
        else:
            # About as large as a cross entropy for numbers in [0, 1].
            total += 10.0 * tf.reduce_mean(tf.square(head[:, 0] - target))
    return total


def _activate(
    heads: Sequence[tf.Tensor], factors: Sequence[Factor]
) -> list[tf.Tensor]:
    return [
        tf.nn.softmax(head) if factor.values else head
        for factor, head in zip(factors, _as_list(heads), strict=True)
    ]


def _as_list(heads) -> list[tf.Tensor]:
    """Puts a single output, which Keras returns bare, into a list."""
    return list(heads) if isinstance(heads, (list, tuple)) else [heads]


def _width(factor: Factor) -> int:
    return max(len(factor.values), 1)


def _check(
    images: np.ndarray, values: np.ndarray, factors: Sequence[Factor]
) -> None:
    if images.dtype != np.uint8 or images.ndim != 4 or not len(images):
        raise ValueError(
            f"images are {images.dtype} {images.shape}; "
            "expected uint8 [N, H, W, 3] with N > 0"
        )
    if values.shape != (len(images), len(factors)):
        raise ValueError(
            f"values have shape {values.shape}; expected "
            f"{(len(images), len(factors))}"
        )
    for index, factor in enumerate(factors):
        largest = values[:, index].max()
        if largest >= _width(factor) and factor.values:
            raise ValueError(
                f"factor {factor.name} has value {largest:g} of only "
                f"{len(factor.values)} values"
            )
