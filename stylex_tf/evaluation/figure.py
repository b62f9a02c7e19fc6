"""Defines a measured number, which always says of how many things it is."""

import dataclasses
import math
from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
import pydantic

from stylex_tf.evaluation import proportions

Interval = tuple[float, float]
Counted = Literal["images", "attributes", "causes"]


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, and of how many images, attributes or causes.

    Attributes:
        value: the number; finite.
        n: how many distinct images it was measured on, or how many attributes
            or causes it is a share or mean of; None where a file of an earlier
            version does not say.
        interval: the 95 % interval; with `draws`, the smallest and the
            largest of the draws.
        draws: over how many random draws `value` is the mean.
        of: what `n` counts.
    """

    value: float
    n: int | None
    interval: Interval | None = None
    draws: int | None = None
    of: Counted = "images"

    def __post_init__(self):
        """Raises ValueError where value, interval or n is impossible."""
        _check(self, (self.value,), (self.interval,))


@dataclasses.dataclass(frozen=True, slots=True)
class Curve:
    """Shares of decisions that turn with the first 1, 2, ... of a list.

    It ends where the list ends: there is no figure of attributes that are not
    listed.

    Attributes:
        values: with the first 1 to A attributes, [A].
        n: how many distinct images it was measured on; None where a file of an
            earlier version does not say.
        intervals: one a value, as in `Figure`.
        draws: as in `Figure`.
    """

    values: tuple[float, ...]
    n: int | None
    intervals: tuple[Interval, ...] | None = None
    draws: int | None = None

    def __post_init__(self):
        """Raises ValueError where a share, an interval or n is impossible."""
        _check(self, self.values, self.intervals or ())
        if any(not 0.0 <= value <= 1.0 for value in self.values):
            raise ValueError(f"values are {self.values}; expected 0 to 1")
        if self.intervals is not None and len(self.intervals) != len(
            self.values
        ):
            raise ValueError(
                f"there are {len(self.intervals)} intervals; expected one for "
                f"each of {len(self.values)} values"
            )

    def at(self, top: int) -> Figure | None:
        """Returns the figure of the first `top`; None beyond the list."""
        if not 0 < top <= len(self.values):
            return None
        interval = self.intervals[top - 1] if self.intervals else None
        return Figure(self.values[top - 1], self.n, interval, self.draws)

    def last(self) -> Figure | None:
        """Returns the figure of all that are listed; None for an empty list."""
        return self.at(len(self.values))


def share_of(holds: np.ndarray) -> Figure:
    """Returns the share of images where something holds, and its interval.

    Args:
        holds: a yes or no for each image, bool [N], at least one.
    """
    interval = proportions.wilson_interval(int(holds.sum()), len(holds))
    return Figure(float(holds.mean()), len(holds), interval)


def _check(
    measured: Figure | Curve,
    values: tuple[float, ...],
    intervals: tuple[Interval | None, ...],
) -> None:
    if not all(map(math.isfinite, values)):
        raise ValueError(f"{values} has a value that is not finite")
    if measured.n is not None and measured.n < 0:
        raise ValueError(f"n is {measured.n}; expected a count")
    if any(pair is not None and not pair[0] <= pair[1] for pair in intervals):
        raise ValueError(f"{intervals} has an end before its beginning")


def _within(low: float, high: float) -> Callable[[Figure], Figure]:
    def check(measured: Figure) -> Figure:
        if not low <= measured.value <= high:
            raise ValueError(
                f"value is {measured.value}; expected {low} to {high}"
            )
        return measured

    return check


# What a figure may be; checked where a file is written or read.
Share = Annotated[Figure, pydantic.AfterValidator(_within(0.0, 1.0))]
Amount = Annotated[Figure, pydantic.AfterValidator(_within(0.0, math.inf))]
Correlation = Annotated[Figure, pydantic.AfterValidator(_within(-1.0, 1.0))]
