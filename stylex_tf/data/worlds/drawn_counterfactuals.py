"""Finds the drawn counterfactual: the nearest picture of another class.

An explanation edits a picture until the classifier decides otherwise. Where
the world that drew the picture is known, so is the best edit there can be: the
causes change, as few as possible, and nothing else does. It is the ceiling of
what edits can reach, and what their distance is compared with.
"""

import dataclasses
import itertools
from collections.abc import Collection, Sequence

import numpy as np

from stylex_tf.data.records import rule_kind
from stylex_tf.data.worlds import rules, worlds

_HALF = 0.5


@dataclasses.dataclass(frozen=True)
class Counterfactuals:
    """The nearest settings of N pictures, and what they look like.

    Attributes:
        factors: the settings, float64 [N, F].
        images: their pictures, uint8 [N, R, R, 3].
        changed: which factors differ from the original, bool [N, F].
        reached: which settings have the target class, bool [N]; False only
            where not every cause was allowed to change. Such a row keeps its
            original setting.
    """

    factors: np.ndarray
    images: np.ndarray
    changed: np.ndarray
    reached: np.ndarray


def drawn_counterfactual(
    world: worlds.World,
    rule: rules.Rule,
    factors: np.ndarray,
    target: int | Sequence[int] | np.ndarray,
    *,
    resolution: int,
    only: Collection[str] | None = None,
    margin: float = 0.1,
) -> Counterfactuals:
    """Draws the nearest setting that has the target class under the rule.

    Nearest is where the fewest factors change, and among those the picture
    that differs least from the original (mean |difference| of pixels). Factors
    that are no cause never change, so that everything else of the picture
    stays as it is. A picture that has the class already is its own.

    Args:
        world: draws the pictures.
        rule: makes the classes.
        factors: an index or number for each factor, [N, F].
        target: the class of all, or one class a row, [N].
        resolution: R, height and width of the pictures.
        only: names of the factors that may change; None is all causes.
        margin: how far beyond the middle of its range a continuous cause
            goes, where it has to cross: in (0, 0.5].

    Raises:
        ValueError: the labels are random, so that no setting has a class; or
            an argument does not fit.
    """
    factors = np.asarray(factors, np.float64)
    targets = np.broadcast_to(np.asarray(target, int), len(factors))
    _check(world, rule, factors, targets, margin)
    movable = _movable(world, rule, only)
    nearest = []
    for row, wanted in zip(factors, targets, strict=True):
        settings = _fewest_changes(world, rule, row, wanted, movable, margin)
        nearest.append(_least_visible(world, row, settings, resolution))
    chosen = [
        row if near is None else near
        for row, near in zip(factors, nearest, strict=True)
    ]
    after = np.stack(chosen) if chosen else factors
    return Counterfactuals(
        factors=after,
        images=_draw(world, after, resolution),
        changed=after != factors,
        reached=np.array([near is not None for near in nearest], bool),
    )


def _check(
    world: worlds.World,
    rule: rules.Rule,
    factors: np.ndarray,
    targets: np.ndarray,
    margin: float,
) -> None:
    if rule.kind == rule_kind.RuleKind.RANDOM:
        raise ValueError(
            "the labels are random; expected a rule that makes the class"
        )
    if factors.ndim != 2 or factors.shape[1] != len(world.factors):
        raise ValueError(
            f"factors has shape {factors.shape}; expected [N, "
            f"{len(world.factors)}], the factors of {world.name}"
        )
    classes = len(rule.class_names)
    if targets.size and not 0 <= targets.min() <= targets.max() < classes:
        raise ValueError(
            f"target is {sorted(set(targets.tolist()))}; expected 0 to "
            f"{classes - 1}"
        )
    if not 0 < margin <= _HALF:
        raise ValueError(
            f"margin is {margin}; expected more than 0, at most {_HALF}"
        )


def _movable(
    world: worlds.World, rule: rules.Rule, only: Collection[str] | None
) -> list[int]:
    """Returns the indices of the causal factors that may change, in order."""
    causal = sorted({cause.factor for cause in rule.causes})
    if only is None:
        return causal
    names = {world.factors[index].name: index for index in causal}
    unknown = sorted(set(only) - set(names))
    if unknown:
        raise ValueError(
            f"only has {unknown}; expected causes of the rule, some of "
            f"{sorted(names)}"
        )
    return [index for index in causal if world.factors[index].name in only]


def _fewest_changes(
    world: worlds.World,
    rule: rules.Rule,
    row: np.ndarray,
    target: int,
    movable: Sequence[int],
    margin: float,
) -> list[np.ndarray]:
    """Finds the settings of the class that change the fewest factors."""
    options = [
        _options(len(world.factors[index].values), row[index], margin)
        for index in movable
    ]
    by_changes: dict[int, list[np.ndarray]] = {}
    for values in itertools.product(*options):
        setting = row.copy()
        setting[movable] = values
        # The chance decides only where labels are random.
        if rule.label(setting.tolist(), 0.0) == target:
            changes = int((setting != row).sum())
            by_changes.setdefault(changes, []).append(setting)
    return by_changes[min(by_changes)] if by_changes else []


def _options(count: int, value: float, margin: float) -> list[float]:
    """Lists the values that a factor may get: its own first.

    Args:
        count: how many values the factor has; 0 for a continuous one, which
            need not go farther than just beyond the middle.
        value: its own.
        margin: what "just" is.
    """
    others = range(count) if count else (_HALF - margin, _HALF + margin)
    return [value, *(float(other) for other in others if other != value)]


def _least_visible(
    world: worlds.World,
    row: np.ndarray,
    settings: Sequence[np.ndarray],
    resolution: int,
) -> np.ndarray | None:
    """Picks the setting whose picture is nearest to the row's, or None."""
    if len(settings) < 2:
        return settings[0] if settings else None
    original, *drawn = _draw(world, [row, *settings], resolution).astype(int)
    distances = [np.abs(picture - original).mean() for picture in drawn]
    # The first of equals, so that the order of the values decides.
    return settings[int(np.argmin(distances))]


def _draw(
    world: worlds.World, rows: Sequence[np.ndarray] | np.ndarray, resolution
) -> np.ndarray:
    pictures = [world.render(row.tolist(), resolution) for row in rows]
    shape = (len(rows), resolution, resolution, 3)
    return np.array(pictures, np.uint8).reshape(shape)
