"""Learns the direction in w along which a classifier's answer grows.

GANalyze, Goetschalckx et al. 2019 (https://arxiv.org/abs/1906.10112), equation
1: one direction t for all images, such that a step of a along it adds a to the
score,

    t = argmin E (score(G(z + a t)) - (score(G(z)) + a))^2.

Here the latent is w, which the encoder tells of an image, and the score is the
log odds of the second of two classes. The spatial code, where there is one,
stays what it is. Styles are a linear map of w, so that a direction in w is one
in the styles, the same for every image.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from stylex_tf.ops import batching

STEPS = 150
"""So many steps does Adam take."""

BATCH_SIZE = 8
# Of Adam, in deviations of w.
_LEARNING_RATE = 0.02
# The largest step leads the median image as far beyond the boundary as it was
# before it.
_REACH = 2.0


def learn(
    odds: Callable[[tf.Tensor], tf.Tensor],
    latents: np.ndarray,
    styles: np.ndarray,
    to_styles: np.ndarray,
    *,
    seed: int,
    steps: int = STEPS,
) -> np.ndarray:
    """Learns the direction from images, none of which is to be reported.

    Args:
        odds: styles [B, T] to the log odds of a class, [B]; with gradients.
        latents: w of the images, [N, W].
        styles: the styles of the images, [N, T].
        to_styles: what each number of w adds to the styles, [W, T].
        seed: of the order of the images and the sizes of the steps.
        steps: of the optimizer.

    Returns:
        The direction, float32 [W]: a step of 1 adds about 1 to the log odds.
    """
    before = batching.apply(odds, styles, batch_size=BATCH_SIZE)
    reach = _REACH * max(float(np.median(np.abs(before))), 1e-3)
    # In deviations, or a number of w that hardly varies would go far.
    spread = tf.constant(latents.std(axis=0), tf.float32)
    matrix = tf.constant(to_styles, tf.float32)
    direction = tf.Variable(tf.zeros_like(spread))
    optimizer = keras.optimizers.Adam(_LEARNING_RATE)

    @tf.function(autograph=False)
    def step(rows: tf.Tensor, known: tf.Tensor, amounts: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            along = tf.linalg.matvec(
                matrix, direction * spread, transpose_a=True
            )
            moved = odds(rows + amounts[:, None] * along)
            error = tf.reduce_mean(tf.square((moved - known - amounts) / reach))
        gradient = tape.gradient(error, direction)
        optimizer.apply_gradients([(gradient, direction)])

    random = np.random.default_rng(seed)
    for _ in range(steps):
        rows = random.integers(len(styles), size=BATCH_SIZE)
        amounts = random.uniform(-reach, reach, BATCH_SIZE)
        step(
            tf.constant(styles[rows], tf.float32),
            tf.constant(before[rows], tf.float32),
            tf.constant(amounts, tf.float32),
        )
    return (direction * spread).numpy()


def style_matrix(generator: keras.Model, w_dim: int) -> np.ndarray:
    """Returns what each number of w adds to the styles, float32 [W, T].

    Args:
        generator: a `Generator`.
        w_dim: W, the width of w without the spatial code.
    """
    w = tf.eye(w_dim, w_dim + generator.style_space.spatial_size)
    classes = generator.condition_dim
    p = tf.zeros([w_dim, classes]) if classes else None
    moved = generator.styles(w, p) - generator.styles(tf.zeros_like(w), p)
    return moved.numpy()


class Along:
    """A direction as one style coordinate, so that it is edited like one.

    An image is a row [position on the direction, its styles at position 0].
    """

    def __init__(
        self,
        generate: Callable[[tf.Tensor], tf.Tensor],
        direction: np.ndarray,
        to_styles: np.ndarray,
    ):
        """Takes a direction.

        Args:
            generate: styles [B, T] to images.
            direction: in w, [W].
            to_styles: as in `learn`, [W, T].
        """
        self._generate = generate
        self._direction = direction.astype(np.float64)
        self._along = (self._direction @ to_styles).astype(np.float32)

    def rows(self, latents: np.ndarray, styles: np.ndarray) -> np.ndarray:
        """Returns the rows of images, float32 [N, 1 + T].

        Args:
            latents: w of the images, [N, W].
            styles: their styles, [N, T].
        """
        squared = self._direction @ self._direction
        positions = (latents @ self._direction / squared)[:, None]
        at_zero = styles - positions * self._along
        return np.concatenate([positions, at_zero], axis=1).astype(np.float32)

    def __call__(self, rows: tf.Tensor) -> tf.Tensor:
        """Generates the images of rows, [B, 1 + T]."""
        return self._generate(rows[:, 1:] + rows[:, :1] * self._along)
