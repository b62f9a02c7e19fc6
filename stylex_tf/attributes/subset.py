"""Walks down a class's list until one image turns: the paper's "Subset"."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from stylex_tf.attributes import effects as effects_lib
from stylex_tf.attributes import log_odds, selection, target_effects


@dataclasses.dataclass(frozen=True)
class Subset:
    """The edits that together should turn one image's decision.

    Attributes:
        attributes: in the order of the ranked list; `effect` and `share` are
            each one's alone, on this image.
        flips: whether all of them are predicted to lead to the target class.
    """

    attributes: tuple[selection.Attribute, ...]
    flips: bool


def subset(
    effects: effects_lib.StyleEffects,
    *,
    image: int,
    ranked: Sequence[selection.Attribute],
    target_class: int,
) -> Subset:
    """Picks the first attributes of a list that together flip one image.

    Walks down the list, leaves out what does not raise the target's log odds
    on this image, and stops as soon as the class flips. A coordinate is moved
    once, the first way that helps.

    This is the *additive prediction*: the changes of the logits are summed, as
    if edits did not influence one another, so that the table alone answers.
    `evaluation/sufficiency` checks, by generating the pictures with all the
    edits in them.

    Args:
        effects: the table.
        image: the row of the image.
        ranked: a class's list, best first.
        target_class: the class to lead to.

    Returns:
        The shortest such prefix; none where the image is of the class
        already; all that help, `flips` false, where they are not enough.

    Raises:
        ValueError: there is no such image or class, or an attribute is not of
            this table.
    """
    target_effects.check_image(effects, image)
    target_effects.check_class(effects, target_class)
    base = effects.base_logits[image]
    logits = base.astype(np.float64)
    taken: dict[int, selection.Attribute] = {}
    for attribute in ranked:
        if logits.argmax() == target_class:
            break
        if not 0 <= attribute.coordinate < effects.num_coordinates:
            raise ValueError(
                f"an attribute moves coordinate {attribute.coordinate}; the "
                f"table has {effects.num_coordinates}"
            )
        change = effects.effects[
            image, attribute.direction, attribute.coordinate
        ]
        (gain,), (wins,) = target_effects.of_edits(
            base, change[None], target_class, "log_odds"
        )
        if attribute.coordinate in taken or not gain > log_odds.ROUNDING:
            continue
        taken[attribute.coordinate] = dataclasses.replace(
            attribute, effect=float(gain), share=float(wins)
        )
        logits += change
    return Subset(tuple(taken.values()), bool(logits.argmax() == target_class))
