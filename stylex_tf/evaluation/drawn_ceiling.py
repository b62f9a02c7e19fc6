"""Measures a flip rate's ceiling: the factors exchanged in the drawing.

Rendered worlds only. No generator takes part: what the attributes move is
drawn as it should be, and the classifier is asked.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

import numpy as np
import tensorflow as tf

from stylex_tf.evaluation import edit_lists, figure, led, proportions
from stylex_tf.ops import batching, preprocessing


class Drawn(Protocol):
    """What is needed of `data.worlds.drawn_counterfactuals`."""

    @property
    def images(self) -> np.ndarray:
        """Returns the pictures, uint8 [M, R, R, 3]."""

    @property
    def reached(self) -> np.ndarray:
        """Tells whether each has the target class, bool [M]."""


# (rows of the unseen images, one class, names of the factors that may change)
# -> the nearest pictures of that class.
Draw = Callable[[np.ndarray, int, Collection[str]], Drawn]


def measure(
    draw: Draw,
    classify: Callable[[tf.Tensor], tf.Tensor],
    images: led.Led,
    factors: Mapping[int, Sequence[str | None]],
    causal: Collection[str],
    *,
    batch_size: int = 256,
) -> figure.Curve | None:
    """Counts the decisions that the attributes' factors turn when drawn.

    Args:
        draw: draws counterfactuals that change some factors only.
        classify: images in [-1, 1] -> logits.
        images: which images are led where.
        factors: the main factor of each attribute of each class's list, best
            first; None where an attribute moves none.
        causal: the factors that are causes; drawing another changes nothing.
        batch_size: pictures at once.

    Returns:
        A curve as long as the longest list; None where there is no image.
    """
    if not len(images):
        return None
    classify = tf.function(classify, reduce_retracing=True, autograph=False)
    wanted = {int(target) for target in images.targets}
    longest = max(
        len(factors.get(target, ())[: edit_lists.TOP]) for target in wanted
    )
    turned = np.zeros((longest, len(images)), bool)
    known: dict[tuple[int, frozenset[str]], np.ndarray] = {}
    for target in wanted:
        mine = images.targets == target
        listed = factors.get(target, ())
        for top in range(longest):
            only = frozenset(
                factor for factor in causal if factor in listed[: top + 1]
            )
            if not only:
                continue
            # A further attribute that moves the same factor adds nothing.
            if (target, only) not in known:
                drawn = draw(images.rows[mine], target, only)
                logits = batching.apply(
                    classify,
                    preprocessing.to_float_numpy(drawn.images),
                    batch_size=batch_size,
                )
                known[target, only] = drawn.reached & (
                    logits.argmax(axis=1) == target
                )
            turned[top, mine] = known[target, only]
    return _curve(turned)


def _curve(turned: np.ndarray) -> figure.Curve:
    """Returns the share of each row that turns, bool [A, M]."""
    counts, images = turned.sum(axis=1).tolist(), turned.shape[1]
    return figure.Curve(
        values=tuple(count / images for count in counts),
        n=images,
        intervals=tuple(
            proportions.wilson_interval(count, images) for count in counts
        ),
    )
