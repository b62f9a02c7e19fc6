"""Which coordinates explain a class: reads the table of effects, no model."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from stylex_tf.attributes import effects as effects_lib
from stylex_tf.attributes import log_odds

MEASURES = ("log_odds", "logit")


@dataclasses.dataclass(frozen=True)
class Attribute:
    """One coordinate, moved one way.

    Attributes:
        coordinate: index into the S searched styles.
        direction: 0 towards the minimum, 1 towards the maximum.
        effect: what the edit adds to the target, mean over the images.
        share: of the images whose decision this edit alone turns.
    """

    coordinate: int
    direction: int
    effect: float
    share: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rules:
    """How class attributes are selected.

    Attributes:
        measure: "logit" is the notebook's effect on the logit of the target;
            "log_odds" its effect against all other classes.
            Differs from the notebook: log odds are the default, since a
            classifier's logits have a free common offset (a sigmoid head's
            first logit never moves at all).
        cap: an image is explained once its accumulated effect reaches this;
            1.0 is the notebook's for two classes.
        refill: when every image is explained, begin another round instead of
            ending the list. Differs from the notebook, which goes on with
            the mean over no images, NaN.
        minimum_effect: an edit whose mean effect is not above this ends the
            round; smaller ones are rounding. 0 is the notebook's.
        unstable_effect, unstable_entries: an image with more than so many
            changes of a logit beyond the first is left out (the notebook's).
    """

    measure: str = "log_odds"
    cap: float = 1.0
    refill: bool = True
    minimum_effect: float = log_odds.ROUNDING
    unstable_effect: float = 2.0
    unstable_entries: int = 750

    def __post_init__(self):
        """Raises ValueError for a rule that cannot be followed."""
        if self.measure not in MEASURES:
            raise ValueError(
                f"measure is {self.measure!r}; expected one of {MEASURES}"
            )
        if not self.cap > 0:
            raise ValueError(f"cap is {self.cap}; expected more than 0")


def select_class_attributes(
    effects: effects_lib.StyleEffects,
    *,
    target_class: int,
    top_k: int,
    rules: Rules | None = None,
) -> list[Attribute]:
    """Ranks the edits that lead other classes' images to one class.

    The notebook's greedy selection: repeatedly take the edit with the largest
    mean effect over the images that are not yet explained, and add what it
    does to each image's account.

    Args:
        effects: the table.
        target_class: y; the images of all other classes are looked at.
        top_k: at most so many attributes.
        rules: the selection's settings.

    Returns:
        Attributes in the order of selection. Fewer than `top_k`, possibly
        none, where no image is left or no edit helps any image.

    Raises:
        ValueError: there is no such class.
    """
    rules = rules or Rules()
    _check_class(effects, target_class)
    images = _images(effects, target_class, rules)
    if not images.size:
        return []
    towards, flips = _towards(effects, images, target_class, rules.measure)
    order = _greedy(np.maximum(towards, 0.0), top_k, rules)
    mean, share = towards.mean(axis=0), flips.mean(axis=0)
    return [
        _attribute(effects, column, mean[column], share[column])
        for column in order
    ]


def merge_binary(
    effects: effects_lib.StyleEffects,
    *,
    top_k: int,
    rules: Rules | None = None,
) -> list[Attribute]:
    """One ranked list for two classes; its directions lead to class 1.

    Both classes' lists are joined, those of class 0 turned round, doubles
    dropped, and the rest ranked by mean effect_1(d) over images of class 0
    plus mean effect_0(1 - d) over images of class 1. `effect` is that sum.

    Raises:
        ValueError: there are not two classes.
    """
    rules = rules or Rules()
    if effects.num_classes != 2:
        raise ValueError(
            f"merge_binary needs 2 classes; the table has {effects.num_classes}"
        )
    size = effects.num_coordinates
    total = np.zeros(2 * size)
    flipped, looked_at = np.zeros(2 * size), 0
    columns: list[int] = []
    for target in (0, 1):
        images = _images(effects, target, rules)
        if not images.size:
            continue
        towards, flips = _towards(effects, images, target, rules.measure)
        order = np.array(
            _greedy(np.maximum(towards, 0.0), top_k, rules), dtype=int
        )
        if target == 0:
            # The column of the other direction of the same coordinate.
            order = (order + size) % (2 * size)
            towards, flips = (np.roll(x, size, 1) for x in (towards, flips))
        columns += order.tolist()
        total += towards.mean(axis=0)
        flipped += flips.sum(axis=0)
        looked_at += images.size
    ranked = sorted(set(columns), key=lambda column: (-total[column], column))
    return [
        _attribute(effects, column, total[column], flipped[column] / looked_at)
        for column in ranked[:top_k]
    ]


def interleave(lists: Sequence[Sequence[Attribute]]) -> list[Attribute]:
    """Joins several classes' lists by rank; the first of a double stays."""
    joined: dict[tuple[int, int], Attribute] = {}
    for rank in range(max((len(one) for one in lists), default=0)):
        for one in lists:
            if rank < len(one):
                key = (one[rank].coordinate, one[rank].direction)
                joined.setdefault(key, one[rank])
    return list(joined.values())


def independent(
    effects: effects_lib.StyleEffects,
    *,
    image: int,
    target_class: int,
    top_k: int,
    measure: str = "log_odds",
) -> list[Attribute]:
    """The edits with the largest effects on one image ("Independent").

    Args:
        effects: the table.
        image: the row of the image.
        target_class: the class to lead to.
        top_k: at most so many; only edits that help are listed.
        measure: as in `Rules`.
    """
    _check_class(effects, target_class)
    towards, flips = _towards(effects, np.array([image]), target_class, measure)
    order = np.argsort(-towards[0], kind="stable")[:top_k]
    return [
        _attribute(effects, column, towards[0, column], flips[0, column])
        for column in order
        if towards[0, column] > log_odds.ROUNDING
    ]


def _check_class(effects: effects_lib.StyleEffects, target_class: int) -> None:
    if not 0 <= target_class < effects.num_classes:
        raise ValueError(
            f"there is no class {target_class}; the table has "
            f"{effects.num_classes}"
        )


def _images(
    effects: effects_lib.StyleEffects, target_class: int, rules: Rules
) -> np.ndarray:
    """Rows of the stable images of the other classes."""
    rows = np.flatnonzero(effects.predictions != target_class)
    large = [
        np.count_nonzero(np.abs(effects.effects[row]) > rules.unstable_effect)
        for row in rows
    ]
    return rows[np.array(large, dtype=int) <= rules.unstable_entries]


def _towards(
    effects: effects_lib.StyleEffects,
    images: np.ndarray,
    target_class: int,
    measure: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Signed effects on the target and whether it wins, both [n, 2S].

    Column direction * S + coordinate, as the table lies in memory.
    """
    columns = 2 * effects.num_coordinates
    towards = np.empty((len(images), columns), np.float64)
    flips = np.empty((len(images), columns), bool)
    for row, image in enumerate(images):
        change = effects.effects[image].reshape(columns, -1).astype(np.float64)
        base = effects.base_logits[image].astype(np.float64)
        if measure == "logit":
            towards[row] = change[:, target_class]
        else:
            # The difference is exactly zero where nothing changed.
            towards[row] = log_odds.of_class(
                base + change, target_class
            ) - log_odds.of_class(base, target_class)
        flips[row] = (base + change).argmax(axis=1) == target_class
    return towards, flips


def _greedy(helps: np.ndarray, top_k: int, rules: Rules) -> list[int]:
    """Columns of clipped effects [n, 2S], best first."""
    helps = helps.copy()
    account = np.zeros(helps.shape[0])
    selected: list[int] = []
    while len(selected) < top_k:
        unexplained = account < rules.cap
        mean = helps[unexplained].sum(axis=0) / max(unexplained.sum(), 1)
        best = int(mean.argmax())
        if mean[best] <= rules.minimum_effect:
            # Nothing helps those that are left, or none is left.
            if not rules.refill or not account.any():
                break
            account[:] = 0.0
            continue
        selected.append(best)
        account += helps[:, best]
        helps[:, best] = 0.0
    return selected


def _attribute(
    effects: effects_lib.StyleEffects, column: int, effect: float, share: float
) -> Attribute:
    direction, coordinate = divmod(int(column), effects.num_coordinates)
    return Attribute(coordinate, direction, float(effect), float(share))
