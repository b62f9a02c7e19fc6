"""How many decisions flip as more of the top attributes are moved."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from stylex_tf.report import lookup


@dataclasses.dataclass(frozen=True, slots=True)
class FlipPoint:
    """Decisions flipped by the top `top` attributes moved together."""

    top: int
    rate: float
    interval: tuple[float, float] | None
    random: float | None


def points(evaluation: Mapping[str, Any]) -> tuple[FlipPoint, ...]:
    """The points of the chart of flip rates; empty where not measured."""
    rates = lookup.lookup(evaluation, "sufficiency.flip_rate") or []
    intervals = lookup.lookup(evaluation, "sufficiency.interval")
    random = lookup.lookup(evaluation, "sufficiency.baselines.random")
    return tuple(
        FlipPoint(
            index + 1,
            rate,
            tuple(intervals[index]) if intervals else None,
            random[index] if random else None,
        )
        for index, rate in enumerate(rates)
    )
