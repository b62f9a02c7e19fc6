"""Measures whether the attributes name the causes that were planted.

Rendered worlds only: factor regressors tell which factor an edit moved.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from stylex_tf.attributes import selection
from stylex_tf.evaluation import (
    factor_readings,
    factor_regressors,
    figure,
    record,
)

RECOVERY_AT: Mapping[str, int | None] = {
    "4": 4,
    "6": 6,
    "8": 8,
    "listed": None,
}
"""The first so many attributes of a list; None is all of it."""

# An attribute that moves no factor by this much of a random exchange, on
# average over images, is said to move none.
_MINIMUM_CHANGE = 0.01


class Cause(NamedTuple):
    """One planted cause.

    Attributes:
        factor: index of the factor.
        value: index of the value that is the cause. None: every value but
            the first is, or, where the factor is continuous, a large number.
        target_class: the class that it leads to.
    """

    factor: int
    value: int | None
    target_class: int


@dataclasses.dataclass(frozen=True)
class AttributeFactor:
    """What one attribute does to the known factors.

    Attributes:
        factor: the factor that it moves most; None where it moves none.
        purity: share of all change that falls on that factor.
        changes: mean change of each factor, total variation of the head's
            probabilities or |change| of a number, as a share of the change
            from one image to a random other. In an edit made both ways each
            way counts for half, however many images it has: so does the rank
            of its attribute.
        cause_change: mean change of the probability that the main factor's
            cause holds, more than 0 where it goes the way that the rule says;
            None where that factor is no cause.
    """

    factor: str | None
    purity: float | None
    changes: dict[str, float]
    cause_change: float | None


def parse_causes(
    causes_by_class: Sequence[Sequence[str]],
    factors: Sequence[factor_regressors.Factor],
) -> list[Cause]:
    """Reads "factor" and "factor=value", a list for each class.

    Raises:
        ValueError: no such factor, or no such value.
    """
    names = [factor.name for factor in factors]
    parsed = []
    for target, causes in enumerate(causes_by_class):
        for cause in causes:
            name, _, value = cause.partition("=")
            if name not in names:
                raise ValueError(
                    f"cause {cause!r}: no such factor among {names}"
                )
            index = names.index(name)
            values = factors[index].values
            if value and value not in values:
                raise ValueError(f"cause {cause!r}: {name} is one of {values}")
            number = values.index(value) if value else None
            parsed.append(Cause(index, number, target))
    return parsed


def factor_agreement(
    regressors: factor_regressors.FactorRegressors,
    reals: np.ndarray,
    reconstructions: np.ndarray,
) -> dict[str, float]:
    """Returns the share of images whose factors are read the same.

    Args:
        regressors: the readers of factors.
        reals: float32 [N, H, W, 3].
        reconstructions: float32 [N, H, W, 3].
    """
    agreement = {}
    for factor, real, rebuilt in zip(
        regressors.factors,
        regressors.predict(reals),
        regressors.predict(reconstructions),
        strict=True,
    ):
        value = real.argmax(axis=1) if factor.values else real[:, 0]
        same = factor_regressors.same_value(factor, rebuilt, value)
        agreement[factor.name] = float(same.mean())
    return agreement


def attribute_factors(
    regressors: factor_regressors.FactorRegressors,
    before: Sequence[np.ndarray],
    edits: Iterable[Sequence[np.ndarray]],
    *,
    causes_by_class: Sequence[Sequence[str]] = (),
    target_class: int = 1,
    backwards: np.ndarray | bool = False,
) -> list[AttributeFactor]:
    """Tells which factor each attribute moves.

    Args:
        regressors: the readers of factors.
        before: what they read in N unedited pictures, [N, V] a factor.
        edits: A times what they read in the same pictures edited.
        causes_by_class: what leads to each class.
        target_class: where the attributes lead.
        backwards: whether a picture was edited away from that class instead;
            one for all, or [N].
    """
    planted = parse_causes(causes_by_class, regressors.factors)
    towards = np.where(backwards, -1, 1) * np.ones(len(before[0]))
    weights = _equal_ways(towards)
    return [
        _factor_of(
            regressors,
            before,
            edited,
            planted,
            target_class,
            towards,
            weights,
        )
        for edited in edits
    ]


def judge(
    readings: factor_readings.FactorReadings,
    attributes: Sequence[selection.Attribute],
    predictions: np.ndarray,
    *,
    target_class: int,
    both_ways: bool = False,
    causes_by_class: Sequence[Sequence[str]] = (),
) -> list[AttributeFactor]:
    """Makes the edits of a list of attributes and names their factors.

    Args:
        readings: the readings of N images and their edits.
        attributes: they lead to `target_class`.
        predictions: the class of each image's reconstruction, [N].
        target_class: only images of other classes are edited.
        both_ways: edit the target's own images too, the other way round;
            for the merged list of two classes.
        causes_by_class: what leads to each class.

    Returns:
        One result an attribute; none where no image can be edited.
    """
    at_target = np.asarray(predictions) == target_class
    rows = np.flatnonzero(~at_target | both_ways)
    if not rows.size:
        return []
    backwards = at_target[rows]

    def edited(attribute: selection.Attribute) -> list[np.ndarray]:
        coordinate, direction = attribute.coordinate, attribute.direction
        there = readings.of_edit(coordinate, direction)
        if not backwards.any():
            return [forwards[rows] for forwards in there]
        back = readings.of_edit(coordinate, 1 - direction)
        return [
            np.where(backwards[:, None], backward[rows], forwards[rows])
            for forwards, backward in zip(there, back, strict=True)
        ]

    return attribute_factors(
        readings.regressors,
        [reading[rows] for reading in readings.unedited],
        (edited(attribute) for attribute in attributes),
        causes_by_class=causes_by_class,
        target_class=target_class,
        backwards=backwards,
    )


def recovery(
    factors: Sequence[AttributeFactor], causes: Sequence[str], *, images: int
) -> record.GroundTruth:
    """Holds one ranked list against the planted causes.

    Args:
        factors: the attributes' factors, best attribute first.
        causes: "factor" or "factor=value".
        images: that the factors of the attributes were read in.

    Returns:
        images_judged: that number. recall_at: share of the causal factors
            that are the main factor of at least one of the first k;
            precision_at: share of the first k whose main factor is causal (of
            those there are, where there are fewer); "listed" is all of the
            list. sign_accuracy: share of the causal attributes that move
            their cause the way the rule says; purity, leakage: mean over the
            list of the share of change on the main, and on distracting,
            factors. `n` counts what they are a share or mean of. None where
            there is nothing to take a share of: where no cause is known,
            there is purity alone.
    """
    moving = [judged for judged in factors if judged.factor is not None]
    purity = _share([judged.purity for judged in moving], "attributes")
    judged_in = figure.Figure(float(images), images)
    causal = {cause.partition("=")[0] for cause in causes}
    if not causal:
        return record.GroundTruth(images_judged=judged_in, purity=purity)
    recall: dict[str, figure.Figure] = {}
    precision: dict[str, figure.Figure] = {}
    for name, k in RECOVERY_AT.items():
        first = [judged.factor for judged in factors[:k]]
        hits = _share([cause in first for cause in causal], "causes")
        right = _share([factor in causal for factor in first], "attributes")
        if hits is not None:
            recall[name] = hits
        if right is not None:
            precision[name] = right
    return record.GroundTruth(
        images_judged=judged_in,
        recall_at=recall or None,
        precision_at=precision or None,
        sign_accuracy=_share(
            [
                judged.cause_change > 0
                for judged in factors
                if judged.cause_change is not None
            ],
            "attributes",
        ),
        purity=purity,
        leakage=_share(
            [_leakage(judged, causal) for judged in moving], "attributes"
        ),
    )


def _factor_of(
    regressors: factor_regressors.FactorRegressors,
    before: Sequence[np.ndarray],
    after: Sequence[np.ndarray],
    planted: Sequence[Cause],
    target_class: int,
    towards: np.ndarray,
    weights: np.ndarray,
) -> AttributeFactor:
    """Names one attribute's factor from readings before and after."""
    factors = regressors.factors
    amounts = [
        _change(factor, old, new, weights) / unit
        for factor, old, new, unit in zip(
            factors, before, after, regressors.random_changes, strict=True
        )
    ]
    changes = {
        factor.name: amount
        for factor, amount in zip(factors, amounts, strict=True)
    }
    main = int(np.argmax(amounts))
    if amounts[main] < _MINIMUM_CHANGE:
        return AttributeFactor(None, None, changes, None)
    mine = [cause for cause in planted if cause.factor == main]
    cause_change = None
    if mine:
        own = [cause for cause in mine if cause.target_class == target_class]
        held, holds = (
            _holds(factors[main], own or mine, answer[main])
            for answer in (before, after)
        )
        # What causes another class has to go.
        right_way = towards if own else -towards
        cause_change = float(weights @ (right_way * (holds - held)))
    return AttributeFactor(
        factor=factors[main].name,
        purity=float(amounts[main] / sum(amounts)),
        changes=changes,
        cause_change=cause_change,
    )


def _equal_ways(towards: np.ndarray) -> np.ndarray:
    """Weighs images, sum 1, both ways equally; 1 and -1 [N] -> [N]."""
    ways = [towards == way for way in (1, -1) if np.any(towards == way)]
    return sum(way / way.sum() / len(ways) for way in ways)


def _change(
    factor: factor_regressors.Factor,
    before: np.ndarray,
    after: np.ndarray,
    weights: np.ndarray,
) -> float:
    distance = float(weights @ np.abs(after - before).sum(axis=1))
    # Total variation of two distributions is half of it.
    return distance / 2 if factor.values else distance


def _holds(
    factor: factor_regressors.Factor,
    causes: Sequence[Cause],
    answer: np.ndarray,
) -> np.ndarray:
    """Returns the probability that one of a factor's causes holds, [N]."""
    if not factor.values:
        return answer[:, 0]
    values = {cause.value for cause in causes if cause.value is not None}
    if len(values) < len(causes):
        # One of them is "any value but the first".
        return 1.0 - answer[:, 0]
    return answer[:, sorted(values)].sum(axis=1)


def _leakage(factor: AttributeFactor, causal: set[str]) -> float:
    off = sum(v for name, v in factor.changes.items() if name not in causal)
    return off / sum(factor.changes.values())


def _share(values: Sequence, of: figure.Counted) -> figure.Figure | None:
    """Returns the mean, a value for each attribute or cause, as a figure."""
    if not len(values):
        return None
    return figure.Figure(float(np.mean(values)), len(values), of=of)
