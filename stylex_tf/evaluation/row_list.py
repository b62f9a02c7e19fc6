"""Joins all rows of the one table, in the order in which they are read."""

from stylex_tf.evaluation import (
    attribute_rows,
    figure,
    flip_rows,
    model_rows,
    record,
    rows,
)
from stylex_tf.evaluation.printing import Unit
from stylex_tf.evaluation.rows import Good, Row


def groups(evaluation: record.Evaluation) -> tuple[rows.Group, ...]:
    """Returns all rows.

    Args:
        evaluation: says how many attributes are listed, which decides what
            "top k" there is.
    """
    return (
        model_rows.CLASSIFIER,
        model_rows.RECONSTRUCTIONS,
        *flip_rows.groups(evaluation),
        attribute_rows.LISTED,
        attribute_rows.EDITS,
        model_rows.REALISM,
        attribute_rows.INDEPENDENCE,
        attribute_rows.TRUTH,
        _RUN,
    )


def fill(evaluation: record.Evaluation) -> tuple[rows.LineGroup, ...]:
    """Returns the whole table, filled in."""
    return rows.fill(groups(evaluation), evaluation)


def _counted(value: float | None) -> figure.Figure | None:
    return None if value is None else figure.Figure(value, None)


_RUN = rows.Group(
    "Run",
    (
        Row(
            name="images seen in training",
            get=lambda e: _counted(e.run.images_seen),
            unit=Unit.COUNT,
            good=Good.NEITHER,
            reading="Each image counts as often as it was seen.",
        ),
        Row(
            name="seconds",
            get=lambda e: _counted(e.run.seconds),
            unit=Unit.COUNT,
            good=Good.NEITHER,
            reading="Training, search and evaluation.",
        ),
    ),
)
