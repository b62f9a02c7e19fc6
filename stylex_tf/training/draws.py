"""Draws the random numbers of a training step.

They are functions of the step's seed alone. A batch is worked on in parts, one
for each replica or each accumulation. Each number is drawn for the whole batch,
of which a part keeps its own, so that the number of parts changes nothing.
"""

import enum

import tensorflow as tf

from stylex_tf.ops import seeded_draws
from stylex_tf.training import batch as batch_lib


class Use(enum.IntEnum):
    """What a random number is drawn for; each use has a stream of its own."""

    Z = 0
    MIX = 1
    CROSSOVER = 2
    MIXES = 3
    NOISE = 4
    DROP = 5
    PATH = 6
    EXCHANGES = 7
    EXCHANGE_SHARE = 8
    EXCHANGED = 9
    # Augmentation, by the images that it changes.
    GENERATED = 10
    REAL = 11
    FAKE = 12
    R1 = 13
    REMAINDERS = 14
    SPATIAL = 15


def seed(batch: batch_lib.Batch, use: Use) -> tf.Tensor:
    """Returns the seed of one use in this step, two integers, [2]."""
    return batch.seed + tf.constant([int(use) << 20, 0], batch.seed.dtype)


def noise_seed(batch: batch_lib.Batch) -> tf.Tensor:
    """Returns the seed of the layers' noise, two integers, [2].

    Each part draws noise of its own: drawn for the whole batch, it would take
    too much memory.
    """
    return seeded_draws.fold_in(seed(batch, Use.NOISE), batch.part)


def uniform(batch: batch_lib.Batch, use: Use) -> tf.Tensor:
    """Draws a number in [0, 1) for each example of the part, [n]."""
    drawn = seeded_draws.uniform([batch.total], seed(batch, use))
    return of_this_part(batch, drawn)


def uniform_rows(batch: batch_lib.Batch, use: Use, width: int) -> tf.Tensor:
    """Draws numbers in [0, 1) for each example of the part, [n, width]."""
    drawn = seeded_draws.uniform([batch.total, width], seed(batch, use))
    return of_this_part(batch, drawn)


def normal(
    batch: batch_lib.Batch,
    use: Use,
    width: int,
    shape: tuple[int, ...] | None = None,
) -> tf.Tensor:
    """Draws standard normal numbers for each example of the part.

    Args:
        batch: the batch of the step.
        use: what they are for.
        width: how many numbers each example gets.
        shape: how they are laid out; [width] if None.

    Returns:
        Numbers, [n, *shape].
    """
    drawn = seeded_draws.normal([batch.total, width], seed(batch, use))
    return tf.reshape(of_this_part(batch, drawn), [-1, *(shape or (width,))])


def of_this_part(batch: batch_lib.Batch, drawn: tf.Tensor) -> tf.Tensor:
    """Cuts this part's rows out of what was drawn for all N examples."""
    return drawn[batch.first : batch.first + batch.count]
