"""Draws the baseline of a ranked list: random coordinates, sensibly turned."""

import numpy as np


def draw(
    styles: np.ndarray,
    predictions: np.ndarray,
    *,
    sources: np.ndarray,
    targets: np.ndarray,
    searched: int,
    count: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Draws random coordinates for each image, turned towards its target.

    A coordinate is drawn; its direction is not, or random edits would undo
    one another. It is turned from the mean style of the images of the source
    class towards that of the target class: what somebody would do who knows
    the classes and has measured no effect.

    Args:
        styles: the styles of images that the search has seen, [M, T]; the
            searched coordinates come first.
        predictions: the classes of these images, int [M].
        sources: the classes of the images that are edited, int [N].
        targets: where each of them is led, int [N].
        searched: S, how many of the T styles are coordinates.
        count: edits of an image, E.
        seed: the seed of the drawing.

    Returns:
        Coordinates and directions, int [N, E] both. No image has a coordinate
        twice; where E is more than S, the rest is -1 and 0, no edit. A class
        of which no image was seen has the mean style of all.

    Raises:
        ValueError: arrays that do not fit together, or no image was seen.
    """
    styles, predictions = np.asarray(styles), np.asarray(predictions)
    sources, targets = np.asarray(sources), np.asarray(targets)
    if styles.ndim != 2 or not len(styles) or not 0 < searched <= len(styles.T):
        raise ValueError(
            f"styles have shape {styles.shape}; expected [M, T] with M above "
            f"0 and T at least the {searched} searched coordinates"
        )
    if predictions.shape != styles.shape[:1] or sources.shape != targets.shape:
        raise ValueError(
            f"{len(predictions)} predictions for {len(styles)} styles, "
            f"{sources.shape} sources for {targets.shape} targets"
        )
    mean = _class_means(styles[:, :searched], predictions)
    everybody = styles[:, :searched].mean(axis=0, dtype=np.float64)
    random = np.random.default_rng(seed)
    edits = min(count, searched)
    coordinates = np.full((len(targets), count), -1)
    directions = np.zeros((len(targets), count), int)
    for row, (source, target) in enumerate(zip(sources, targets, strict=True)):
        chosen = random.permutation(searched)[:edits]
        way = mean.get(target, everybody) - mean.get(source, everybody)
        coordinates[row, :edits] = chosen
        directions[row, :edits] = way[chosen] > 0
    return coordinates, directions


def _class_means(
    styles: np.ndarray, predictions: np.ndarray
) -> dict[int, np.ndarray]:
    """Averages the styles of each class that was seen, float64 [S] each."""
    return {
        int(target): styles[predictions == target].mean(
            axis=0, dtype=np.float64
        )
        for target in np.unique(predictions)
    }
