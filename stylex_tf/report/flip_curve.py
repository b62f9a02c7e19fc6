"""Lists how many decisions flip as more of the top attributes move."""

import dataclasses

from stylex_tf.evaluation import record


@dataclasses.dataclass(frozen=True, slots=True)
class FlipPoint:
    """Decisions flipped by the top `top` attributes moved together."""

    top: int
    rate: float
    interval: tuple[float, float] | None
    random: float | None


def points(evaluation: record.Evaluation) -> tuple[FlipPoint, ...]:
    """Returns the points of the chart of flip rates, if measured."""
    curve, random = evaluation.sufficiency.flips, evaluation.sufficiency.random
    if curve is None:
        return ()
    points_of_curve = []
    for top, rate in enumerate(curve.values, start=1):
        baseline = random.at(top) if random else None
        points_of_curve.append(
            FlipPoint(
                top,
                rate,
                curve.intervals[top - 1] if curve.intervals else None,
                baseline.value if baseline else None,
            )
        )
    return tuple(points_of_curve)
