"""Marks the pixels that a factor of a rendered world touches.

What changes outside of them when an explanation moves the factor is
collateral.
"""

import numpy as np

from stylex_tf.data.worlds import worlds

# A continuous factor is drawn at so many values across its range.
_STEPS = 9


def factor_masks(
    world: worlds.World,
    factors: np.ndarray,
    factor: str,
    *,
    resolution: int,
) -> np.ndarray:
    """Marks the pixels that any change of one factor touches.

    The factor takes each of its values (a continuous one nine across its
    range) while all others keep theirs; a pixel is marked where the pictures
    are not all equal.

    Args:
        world: draws the pictures.
        factors: an index or number for each factor, [N, F].
        factor: name of the one that changes.
        resolution: R, height and width of the pictures.

    Returns:
        bool [N, R, R].

    Raises:
        ValueError: the world has no such factor.
    """
    names = [known.name for known in world.factors]
    if factor not in names:
        raise ValueError(
            f"{world.name} has no factor {factor!r}; expected one of {names}"
        )
    index = names.index(factor)
    count = len(world.factors[index].values)
    values = np.arange(count) if count else np.linspace(0.0, 1.0, _STEPS)
    masks = np.zeros([len(factors), resolution, resolution], bool)
    for mask, row in zip(masks, factors, strict=True):
        original = world.render(row.tolist(), resolution)
        for value in values:
            changed = np.array(row, np.float64)
            changed[index] = value
            picture = world.render(changed.tolist(), resolution)
            mask |= (picture != original).any(axis=-1)
    return masks
