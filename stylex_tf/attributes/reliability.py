"""Finds what a selection does not trust: unstable images, unreal edits."""

import numpy as np

from stylex_tf.attributes import effects as effects_lib


def stable_images(
    effects: effects_lib.StyleEffects,
    images: np.ndarray,
    *,
    unstable_effect: float,
    unstable_share: float,
) -> np.ndarray:
    """Finds the images that few edits change much.

    Differs from the notebook: it sets an unstable image's effects to zero, and
    so keeps it among the images to explain: with half of the images unstable
    every mean is half as large. Here it is left out; the order of the edits is
    the same.

    Args:
        effects: the table.
        images: rows of the table.
        unstable_effect: changes of a logit beyond this are large.
        unstable_share: an image is unstable where more than this share of its
            changes, over 2S edits and K classes, is large. The notebook counts
            750 in a table of 5,760 coordinates and two classes.

    Returns:
        The rows that are stable, in the same order.
    """
    entries = 2 * effects.num_coordinates * effects.num_classes
    # A share that was a number of entries is that number again.
    limit = unstable_share * entries * (1.0 + 1e-12)
    large = effects.large_changes(unstable_effect)[images]
    return images[large <= limit]


def realistic_coordinates(
    effects: effects_lib.StyleEffects, images: np.ndarray, *, score_limit: float
) -> np.ndarray:
    """Finds the coordinates whose edits still look real.

    A coordinate is unrealistic, in both directions, where the mean absolute
    change of the discriminator's score exceeds the limit in either. For a
    screened table the mean is over the images whose edit was measured.
    Differs from the notebook: it refuses a coordinate for one image beyond the
    limit, among the first few that the edit changes.

    Args:
        effects: the table, with score changes.
        images: rows of the table to judge by.
        score_limit: mean |change| that is still realistic; 0 asks for nothing.

    Returns:
        Whether each coordinate is realistic, [S]; all of them where there is
        no image to judge by.

    Raises:
        ValueError: the table has no score changes.
    """
    if not score_limit:
        return np.ones(effects.num_coordinates, bool)
    if effects.score_changes is None:
        raise ValueError(
            f"score_limit is {score_limit}, but the table has no "
            "score_changes; measure the effects with a score, or set 0"
        )
    total = np.zeros((2, effects.num_coordinates))
    counted = np.zeros((2, effects.num_coordinates))
    for image in images:
        change = np.abs(effects.score_changes[image])
        total += change
        counted += (
            (change > 0) | effects.effects[image].any(axis=-1)
            if effects.screened
            else 1
        )
    return (total / np.maximum(counted, 1) <= score_limit).all(axis=0)
