"""Picks images that show an attribute well, and are not all alike."""

import numpy as np

# An image whose gain is at least this share of the best shows it as well.
_AS_GOOD = 0.9


def choose(gains: np.ndarray, styles: np.ndarray, count: int) -> np.ndarray:
    """Picks images that an edit moves most, as different as they come.

    Where a classifier is sure, many images gain all there is to gain, and the
    very best are often near copies. So the best comes first, and then, among
    those that are nearly as good, always the one whose styles are farthest
    from those already picked.

    Args:
        gains: how much the class's probability rises, [n].
        styles: the styles of the same images, [n, S], on one scale.
        count: at most so many.

    Returns:
        Indices of images, the picked one after the other.
    """
    order = np.argsort(-gains, kind="stable")
    good = int(np.sum(gains >= _AS_GOOD * gains.max(initial=0.0)))
    candidates = order[: max(good, count)]
    picked = candidates[:1].tolist()
    # The nearest of those picked, for every candidate.
    distance = np.full(len(candidates), np.inf)
    while len(picked) < min(count, len(candidates)):
        step = styles[candidates] - styles[picked[-1]]
        distance = np.minimum(distance, np.square(step).sum(axis=1))
        # No copy is far: the better one is taken, once.
        distance[np.isin(candidates, picked)] = -1.0
        picked.append(int(candidates[distance.argmax()]))
    return np.array(picked, int)
