"""Do the top attributes suffice to turn the classifier's decision?"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import (
    batching,
    counterfactuals,
    selection,
    style_ranges,
)
from stylex_tf.evaluation import reconstruction, schema

_TOP = schema.FLIP_RATES


def measure(
    generate: Callable[[tf.Tensor], tf.Tensor],
    classify: Callable[[tf.Tensor], tf.Tensor],
    held_out: reconstruction.Reconstruction,
    ranges: style_ranges.StyleRanges,
    attributes: Mapping[int, Sequence[selection.Attribute]],
    *,
    images: np.ndarray | None = None,
    swap_label: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
    shift_size: float = 1.0,
    batch_size: int = 256,
    seed: int = 0,
) -> dict[str, object]:
    """Flip rates with the top 1 to 10 attributes, beside its baselines.

    Images whose reconstruction keeps the class are led to another class: the
    other of two, else the one that comes second. All of the first k
    attributes are applied at once; where a list is shorter, all there are.

    Args:
        generate: styles -> images.
        classify: images -> logits.
        held_out: images that the search has not seen.
        ranges: the ends of the searched coordinates.
        attributes: each class's list, best first.
        images: the same images, uint8; needed for the label swap.
        swap_label: (images, p) -> styles of the same w under another
            condition; None where the generator has no condition.
        shift_size: 1 moves a coordinate to the end of its range.
        batch_size: pictures at once.
        seed: of the random baseline's coordinates.

    Returns:
        The `sufficiency` section of `evaluation.json`; figures are None where
        there is no image to flip.
    """
    kept = np.flatnonzero(held_out.keeps_class)
    if not kept.size:
        return _section(None, None, None, 0)
    styles = held_out.styles[kept]
    sources = held_out.reconstructed_logits[kept].argmax(axis=1)
    targets = _targets(held_out.reconstructed_logits[kept])
    compiled = tf.function(
        lambda rows: classify(generate(rows)), reduce_retracing=True
    )

    def flips(edited: np.ndarray) -> np.ndarray:
        logits = batching.apply(compiled, edited, batch_size=batch_size)
        return logits.argmax(axis=1) == targets

    def curve(coordinates: np.ndarray, directions: np.ndarray) -> np.ndarray:
        """[N, 10] edits -> whether the first k flip, [10, N]."""
        return np.stack(
            [
                flips(
                    counterfactuals.apply_edits(
                        styles,
                        ranges,
                        coordinates[:, :k],
                        directions[:, :k],
                        shift_size,
                    )
                )
                for k in range(1, _TOP + 1)
            ]
        )

    ranked = curve(*_lists(attributes, targets))
    random = curve(*_random_lists(ranges.size, len(kept), seed))
    swapped = None
    if swap_label is not None and images is not None:
        swapped = flips(
            _swap_labels(
                swap_label,
                images[kept],
                held_out.logits[kept],
                sources,
                targets,
                batch_size,
            )
        )
    section = _section(ranked, random, swapped, len(kept))
    section["by_target"] = {
        str(target): {
            "flip_rate": _rates(ranked[:, targets == target]),
            "images": int(np.sum(targets == target)),
        }
        for target in np.unique(targets)
    }
    return section


def wilson_interval(
    successes: int, trials: int, z: float = 1.959964
) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); it stays within [0, 1]."""
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"{successes} successes of {trials} trials")
    share = successes / trials
    scale = 1.0 + z * z / trials
    middle = (share + z * z / (2 * trials)) / scale
    half = (
        z
        * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials**2))
        / scale
    )
    return max(0.0, middle - half), min(1.0, middle + half)


def _targets(logits: np.ndarray) -> np.ndarray:
    """The class with the second largest logit, [N, K] -> [N]."""
    return np.argsort(-logits, axis=1, kind="stable")[:, 1]


def _lists(
    attributes: Mapping[int, Sequence[selection.Attribute]],
    targets: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Each image's edits, twice [N, 10], -1 where the list has ended."""
    coordinates = np.full((len(targets), _TOP), -1)
    directions = np.zeros((len(targets), _TOP), int)
    for target, attributes_of_class in attributes.items():
        rows = targets == target
        for rank, attribute in enumerate(attributes_of_class[:_TOP]):
            coordinates[rows, rank] = attribute.coordinate
            directions[rows, rank] = attribute.direction
    return coordinates, directions


def _random_lists(
    size: int, images: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Other coordinates and directions for every image, twice [N, 10]."""
    rng = np.random.default_rng(seed)
    coordinates = np.full((images, _TOP), -1)
    for row in coordinates:
        row[: min(_TOP, size)] = rng.permutation(size)[:_TOP]
    return coordinates, rng.integers(0, 2, (images, _TOP))


def _swap_labels(
    swap_label: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    images: np.ndarray,
    logits: np.ndarray,
    sources: np.ndarray,
    targets: np.ndarray,
    batch_size: int,
) -> np.ndarray:
    """Styles of the images with source and target probability exchanged."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = shifted / shifted.sum(axis=1, keepdims=True)
    rows = np.arange(len(p))
    p[rows, sources], p[rows, targets] = p[rows, targets], p[rows, sources]

    @tf.function
    def of_batch(batch: tf.Tensor, condition: tf.Tensor) -> tf.Tensor:
        reals = tf.cast(batch, tf.float32) / 127.5 - 1.0
        return swap_label(reals, condition)

    return batching.apply(
        of_batch, images, p.astype(np.float32), batch_size=batch_size
    )


def _section(
    ranked: np.ndarray | None,
    random: np.ndarray | None,
    swapped: np.ndarray | None,
    images: int,
) -> dict[str, object]:
    return {
        "flip_rate": _rates(ranked),
        "interval": None
        if ranked is None
        else [list(wilson_interval(int(k.sum()), images)) for k in ranked],
        "images": images,
        "baselines": {
            "random": _rates(random),
            "wu": None,
            "no_classification_loss": None,
            "label_swap": None if swapped is None else float(swapped.mean()),
        },
    }


def _rates(flips: np.ndarray | None) -> list[float] | None:
    return None if flips is None else flips.mean(axis=1).tolist()
