"""Computes what edits do to one class, in the unit of a selection."""

import numpy as np

from stylex_tf import choice
from stylex_tf.attributes import edited_logits
from stylex_tf.attributes import effects as effects_lib


class Measure(choice.Choice):
    """What an effect is a change of: three numbers of the target class.

    They are log p / (1 - p), the logit, and the softmax probability p.
    """

    LOG_ODDS = "log_odds"
    LOGIT = "logit"
    PROBABILITY = "probability"


def of_images(
    effects: effects_lib.StyleEffects,
    images: np.ndarray,
    target_class: int,
    measure: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Measures every edit of the given images.

    What all classes share is computed once for a table (`edited_logits`).

    Args:
        effects: the table.
        images: rows of the table, n of them.
        target_class: y.
        measure: a `Measure`.

    Returns:
        Signed effects on the target, float64 [n, 2S], and whether the target
        wins after the edit, bool [n, 2S]. An edit's column is
        direction * S + coordinate, as the table lies in memory.

    Raises:
        ValueError: an effect is not a finite number, or no such measure.
    """
    columns = 2 * effects.num_coordinates
    base = effects.base_logits[images, target_class].astype(np.float64)
    changes = effects.effects[images, :, :, target_class]
    # The logits before go through the same arithmetic as a further edit that
    # changes nothing, so that no effect is exactly 0.
    changes = np.pad(changes.reshape(len(images), columns), ((0, 0), (1, 0)))
    towards, wins = _effects(
        base[:, None] + changes,
        effects.edited_logits,
        images,
        target_class,
        measure,
    )
    finite = np.isfinite(towards).all(axis=1)
    if not finite.all():
        name = effects.image_ids[images[finite.argmin()]]
        raise ValueError(
            f"effects of image {name!r} on class {target_class} are not "
            "finite; expected numbers"
        )
    return towards, wins


def of_edits(
    base: np.ndarray, changes: np.ndarray, target_class: int, measure: str
) -> tuple[np.ndarray, np.ndarray]:
    """Measures some edits of one image.

    Args:
        base: logits of the reconstruction, [K].
        changes: what each edit adds to them, [E, K].
        target_class: y.
        measure: a `Measure`.

    Returns:
        Signed effects on the target, float64 [E], exactly zero where nothing
        changed, and whether the target wins after the edit, bool [E].

    Raises:
        ValueError: no such measure.
    """
    logits = edited_logits.after(base, changes)
    towards, wins = _effects(
        logits[None, :, target_class],
        edited_logits.EditedLogits.of(logits[None]),
        np.arange(1),
        target_class,
        measure,
    )
    return towards[0], wins[0]


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


def _effects(
    logits: np.ndarray,
    edited: edited_logits.EditedLogits,
    images: np.ndarray,
    target_class: int,
    measure: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Turns the target's logits, [n, 1 + E], into effects."""
    edited = edited.take(images)
    measure = Measure(measure)
    if measure == Measure.LOGIT:
        value = logits
    elif measure == Measure.LOG_ODDS:
        value = edited.log_odds(logits, target_class)
    else:
        value = edited.probability(logits)
    wins = edited.largest[:, 1:] == target_class
    return value[:, 1:] - value[:, :1], wins
