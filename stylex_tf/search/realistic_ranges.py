"""Finds how far each coordinate may go before the discriminator notices.

For each coordinate and direction the farthest of a few ends is taken at which
the edits still look real:

1. The ends are quantiles of the coordinate over the images, from the minimum or
   maximum inwards (`ENDS`): no edit goes further than an image did.
2. A picture looks unreal where its score is below that of all but `QUANTILE`
   of the real images.
3. An edit is realistic where at most `TOLERANCE` more of its pictures look
   unreal than of the same images unedited, whose reconstructions may look
   unreal already.

The innermost end is taken whatever the discriminator says: one image in twenty
goes as far by itself, and a discriminator that has trained for long tells any
edit from an image. Nothing is asked of the classifier, so that the ranges
favour no class.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.ops import batching, preprocessing
from stylex_tf.search import model as model_lib

ENDS = (0.0, 0.01, 0.02, 0.05)
"""Shares of the images that go further; tried one after another, the last one
is not asked about. Only edits that failed are tried again."""

QUANTILE = 0.1
TOLERANCE = 0.1

IMAGES = 32
"""Edited, evenly spaced. An edit costs at most len(ENDS) - 1 times as many
pictures: two fifths of what a search of 250 images costs, and a third of that
where the farthest end is realistic for most edits."""

# Edits whose pictures are asked about in one go; bounds memory.
_EDITS = 64


def find(
    model: model_lib.Model,
    styles: np.ndarray,
    images: np.ndarray,
    *,
    searched: int,
    batch_size: int = 256,
) -> style_ranges.StyleRanges:
    """Finds the ends of the searched coordinates.

    Args:
        model: with a score.
        styles: the styles of the images to search, [N, T]; the searched ones
            first.
        images: real ones that the training has not seen, uint8 [M, H, W, 3].
        searched: how many of the T coordinates are searched, S.
        batch_size: pictures at once.

    Raises:
        ValueError: the model has no score, or there is no image.
    """
    if model.score is None:
        raise ValueError(
            "the model has no score; realistic ranges ask a discriminator"
        )
    styles = np.asarray(styles, np.float32)
    floor = np.quantile(_real_scores(model.score, images, batch_size), QUANTILE)
    rows = np.linspace(0, len(styles) - 1, min(IMAGES, len(styles)))
    some = styles[rows.astype(int)]
    score = _compiled(model)
    unedited = batching.apply(score, some, batch_size=batch_size)
    most = np.mean(unedited < floor) + TOLERANCE
    ends = _quantiles(styles[:, :searched])
    # [2, S]: of each coordinate's ends, the one to try, then the one chosen.
    chosen = np.zeros((2, searched), int)
    for index in range(len(ENDS) - 1):
        directions, coordinates = np.nonzero(chosen == index)
        space = edit_space.EditSpace(_ranges(ends[index]))
        for start in range(0, len(coordinates), _EDITS):
            part = slice(start, start + _EDITS)
            unreal = _unreal_shares(
                score,
                some,
                space,
                coordinates[part],
                directions[part],
                floor,
                batch_size,
            )
            failed = unreal > most
            chosen[directions[part][failed], coordinates[part][failed]] += 1
    return _ranges(np.take_along_axis(ends, chosen[None], axis=0)[0])


def _quantiles(styles: np.ndarray) -> np.ndarray:
    """Finds the ends of each coordinate, the farthest first: [E, 2, S]."""
    shares = np.array(ENDS)
    exact = styles.astype(np.float64)
    return np.stack(
        [np.quantile(exact, side, axis=0) for side in (shares, 1 - shares)],
        axis=1,
    )


def _ranges(ends: np.ndarray) -> style_ranges.StyleRanges:
    """Turns ends, [2, S], into ranges."""
    return style_ranges.StyleRanges(minimum=ends[0], maximum=ends[1])


def _real_scores(
    score: model_lib.Judge, images: np.ndarray, batch_size: int
) -> np.ndarray:
    """Scores real images, uint8 [M, H, W, 3] -> [M]."""

    def of_pixels(pixels: tf.Tensor) -> tf.Tensor:
        return score(preprocessing.to_float(pixels))

    return batching.apply(
        tf.function(of_pixels, reduce_retracing=True, autograph=False),
        images,
        batch_size=batch_size,
    )


def _compiled(model: model_lib.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """Compiles the score of what styles become, [B, T] -> [B]."""
    score = model.score
    assert score is not None
    return tf.function(
        lambda rows: tf.cast(score(model.generate(rows)), tf.float32),
        reduce_retracing=True,
        autograph=False,
    )


def _unreal_shares(
    score: Callable[[tf.Tensor], tf.Tensor],
    styles: np.ndarray,
    space: edit_space.EditSpace,
    coordinates: np.ndarray,
    directions: np.ndarray,
    floor: float,
    batch_size: int,
) -> np.ndarray:
    """Returns which share of each edit's pictures looks unreal, [E]."""
    each = len(styles)
    edited = space.apply(
        np.tile(styles, (len(coordinates), 1)),
        np.repeat(coordinates, each)[:, None],
        np.repeat(directions, each)[:, None],
    )
    scores = batching.apply(score, edited, batch_size=batch_size)
    return np.mean(scores.reshape(-1, each) < floor, axis=1)
