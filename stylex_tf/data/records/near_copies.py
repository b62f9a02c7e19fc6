"""Finds near copies: files encoded again, and several shots of one thing."""

from collections.abc import Iterator

import numpy as np

from stylex_tf.data.records import fingerprints

# Measured on five sets of photographs, docs/data.md: files encoded again
# differ in up to 20 of the 256 bits of their structure; pairs of up to 48 are
# shots of one thing, where different pictures of the set differ in 100.
_ALWAYS_BITS = 20
_MOST_BITS = 48
# Mean difference of the 8 x 8 colours, so that flat pictures are told apart.
_MOST_COLOUR = 32
_SAMPLE = 2_000
_AT_ONCE = 2_048


def pairs(
    structures: np.ndarray, colours: np.ndarray
) -> Iterator[tuple[int, int]]:
    """Yields the pairs of pictures that are near copies, each pair once.

    Every picture is compared with every other: 5,000 take a second, 200,000
    some minutes.

    Args:
        structures: the structures of every picture, uint8 [N, 32].
        colours: the colours of every picture, uint8 [N, 192].
    """
    # The product of two rows of -1 and 1 is exact, whatever its order.
    signs = np.unpackbits(structures, axis=1).astype(np.float32) * 2 - 1
    least = fingerprints.STRUCTURE_BITS - 2 * _most_bits(signs)
    for top in range(0, len(signs), _AT_ONCE):
        rows = signs[top : top + _AT_ONCE]
        for left in range(top, len(signs), _AT_ONCE):
            alike = rows @ signs[left : left + _AT_ONCE].T >= least
            for row, column in np.argwhere(alike):
                image, other = top + int(row), left + int(column)
                if image < other and _same_colours(
                    colours[image], colours[other]
                ):
                    yield image, other


def _most_bits(signs: np.ndarray) -> int:
    """Says in how many bits two near copies of this set may differ.

    Nine twentieths of what all but a twentieth of the pairs differ in: a set
    whose pictures all look alike, as those of the back of the eye do, has near
    copies that are nearer.
    """
    sample = signs[:: -(-len(signs) // _SAMPLE)]
    products = (sample @ sample.T)[np.triu_indices(len(sample), 1)]
    differ = (fingerprints.STRUCTURE_BITS - products.astype(np.int64)) // 2
    # Copies say nothing of how alike different pictures are.
    differ = differ[differ > _ALWAYS_BITS]
    if not differ.size:
        return _MOST_BITS
    twentieth = np.partition(differ, len(differ) // 20)[len(differ) // 20]
    return int(np.clip(9 * twentieth // 20, _ALWAYS_BITS, _MOST_BITS))


def _same_colours(image: np.ndarray, other: np.ndarray) -> bool:
    difference = np.abs(image.astype(np.int64) - other.astype(np.int64)).sum()
    return bool(difference <= _MOST_COLOUR * len(image))
