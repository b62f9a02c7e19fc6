"""How far each coordinate may go before the discriminator notices.

For each coordinate and direction the farthest of a few strengths is taken at
which the edits still look real:

1. An edit of strength t moves the coordinate to centre + t (end - centre),
   where the centre is the median over the images and the end their minimum or
   maximum: no edit goes further than an image did.
2. A picture looks unreal where its score is below that of all but `QUANTILE`
   of the real images.
3. An edit is realistic where at most `TOLERANCE` more of its pictures look
   unreal than of the same images unedited, whose reconstructions may look
   unreal already.

Where no strength is realistic the coordinate moves to its centre. Nothing is
asked of the classifier, so that the ranges favour no class.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.search import batching
from stylex_tf.search import model as model_lib

STRENGTHS = (1.0, 0.75, 0.5, 0.25)
"""Tried one after another; only edits that failed are tried again."""

QUANTILE = 0.1
TOLERANCE = 0.1

IMAGES = 32
"""Edited, evenly spaced. An edit costs at most len(STRENGTHS) times as many
pictures: half of what a search of 250 images costs, and a quarter of that where
the farthest strength is realistic for most edits."""

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
        styles: of the images to search, [N, T]; the searched ones first.
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
    extremes = style_ranges.StyleRanges.from_styles(styles, searched=searched)
    floor = np.quantile(_real_scores(model.score, images, batch_size), QUANTILE)
    rows = np.linspace(0, len(styles) - 1, min(IMAGES, len(styles)))
    some = styles[rows.astype(int)]
    score = _compiled(model)
    unedited = batching.apply(score, some, batch_size=batch_size)
    most = np.mean(unedited < floor) + TOLERANCE
    centre = np.median(styles[:, :searched].astype(np.float64), axis=0)
    # [2, S]; 0 until a strength was found to be realistic.
    chosen = np.zeros((2, searched))
    for strength in STRENGTHS:
        directions, coordinates = np.nonzero(chosen == 0.0)
        space = edit_space.EditSpace(_scaled(extremes, centre, strength))
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
            real = unreal <= most
            at = directions[part][real], coordinates[part][real]
            chosen[at] = strength
    return _scaled(extremes, centre, chosen)


def _scaled(
    extremes: style_ranges.StyleRanges,
    centre: np.ndarray,
    strengths: float | np.ndarray,
) -> style_ranges.StyleRanges:
    """The ends at a share of the way to the extremes, one or [2, S]."""
    low, high = centre + strengths * (extremes.ends() - centre)
    return style_ranges.StyleRanges(minimum=low, maximum=high)


def _real_scores(
    score: model_lib.Judge, images: np.ndarray, batch_size: int
) -> np.ndarray:
    """The scores of real images, uint8 [M, H, W, 3] -> [M]."""

    def of_pixels(pixels: tf.Tensor) -> tf.Tensor:
        return score(tf.cast(pixels, tf.float32) / 127.5 - 1.0)

    return batching.apply(
        tf.function(of_pixels, reduce_retracing=True),
        images,
        batch_size=batch_size,
    )


def _compiled(model: model_lib.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """The score of what styles become, [B, T] -> [B]."""
    score = model.score
    assert score is not None
    return tf.function(
        lambda rows: tf.cast(score(model.generate(rows)), tf.float32),
        reduce_retracing=True,
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
    """The share of the pictures of each of E edits that look unreal, [E]."""
    each = len(styles)
    edited = space.apply(
        np.tile(styles, (len(coordinates), 1)),
        np.repeat(coordinates, each)[:, None],
        np.repeat(directions, each)[:, None],
    )
    scores = batching.apply(score, edited, batch_size=batch_size)
    return np.mean(scores.reshape(-1, each) < floor, axis=1)
