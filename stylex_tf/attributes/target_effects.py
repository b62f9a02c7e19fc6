"""What edits do to one class, in the unit that a selection counts in."""

import numpy as np

from stylex_tf.attributes import effects as effects_lib
from stylex_tf.attributes import log_odds

MEASURES = ("log_odds", "logit", "probability")
"""Of the target class: log p / (1 - p), its logit, its softmax probability."""


def of_images(
    effects: effects_lib.StyleEffects,
    images: np.ndarray,
    target_class: int,
    measure: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Every edit of the given images.

    One image after another: with 200 classes the whole table in float64 would
    not fit in memory.

    Args:
        effects: the table.
        images: rows of the table, n of them.
        target_class: y.
        measure: one of `MEASURES`.

    Returns:
        Signed effects on the target, float64 [n, 2S], and whether the target
        wins after the edit, bool [n, 2S]. An edit's column is
        direction * S + coordinate, as the table lies in memory.

    Raises:
        ValueError: an effect is not a finite number, or no such measure.
    """
    columns = 2 * effects.num_coordinates
    towards = np.empty((len(images), columns), np.float64)
    wins = np.empty((len(images), columns), bool)
    for row, image in enumerate(images):
        towards[row], wins[row] = of_edits(
            effects.base_logits[image],
            effects.effects[image].reshape(columns, -1),
            target_class,
            measure,
        )
        if not np.isfinite(towards[row]).all():
            raise ValueError(
                f"effects of image {effects.image_ids[image]!r} on class "
                f"{target_class} are not finite; expected numbers"
            )
    return towards, wins


def of_edits(
    base: np.ndarray, changes: np.ndarray, target_class: int, measure: str
) -> tuple[np.ndarray, np.ndarray]:
    """Some edits of one image.

    Args:
        base: logits of the reconstruction, [K].
        changes: what each edit adds to them, [E, K].
        target_class: y.
        measure: one of `MEASURES`.

    Returns:
        Signed effects on the target, float64 [E], exactly zero where nothing
        changed, and whether the target wins after the edit, bool [E].

    Raises:
        ValueError: no such measure.
    """
    # The logits before go through the same arithmetic as a further edit that
    # changes nothing, so that no effect is exactly 0.
    base = base.astype(np.float64)
    logits = np.concatenate([base[None], base + changes])
    if measure == "logit":
        value = logits[:, target_class]
    elif measure == "log_odds":
        value = log_odds.of_class(logits, target_class)
    elif measure == "probability":
        value = _probability(logits, target_class)
    else:
        raise ValueError(f"measure is {measure!r}; expected one of {MEASURES}")
    return value[1:] - value[0], logits[1:].argmax(axis=1) == target_class


def check_class(effects: effects_lib.StyleEffects, class_index: int) -> None:
    """Raises ValueError where the table has no such class."""
    if not 0 <= class_index < effects.num_classes:
        raise ValueError(
            f"there is no class {class_index}; the table has "
            f"{effects.num_classes}"
        )


def check_image(effects: effects_lib.StyleEffects, image: int) -> None:
    """Raises ValueError where the table has no such row."""
    if not 0 <= image < effects.num_images:
        raise ValueError(
            f"there is no image {image}; the table has {effects.num_images}"
        )


def _probability(logits: np.ndarray, target_class: int) -> np.ndarray:
    """Softmax probability of a class, [E, K] -> [E]."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return shifted[:, target_class] / shifted.sum(axis=1)
