"""Says which images are mirrored, as a function of seed and place.

`stylex_tf/ops/mirroring.py` mirrors them.
"""

import tensorflow as tf

from stylex_tf.data.records import shuffling

# Tells the order of the mirrored places from all others of a seed.
_STREAM = 1 << 30
_PERIOD = 1 << 20


def is_mirrored(positions: tf.Tensor, seed: int) -> tf.Tensor:
    """Says whether the image at each place of an endless sequence is mirrored.

    Half of every 2^20 places in a row, counted from the first, are.

    Args:
        positions: places, int64 [N].
        seed: decides which.

    Returns:
        Booleans, [N].
    """
    drawn = shuffling.shuffled(positions, _PERIOD, seed, stream=_STREAM)
    return drawn % 2 == 1
