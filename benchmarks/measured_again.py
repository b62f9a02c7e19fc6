"""Adds one row to the first figures of a run, from the same measured again."""

from collections.abc import Mapping
from typing import Any

from stylex_tf.evaluation import evaluation_file

_ROW = "no_classification_loss"


def with_baseline(
    first: Mapping[str, Any], again: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """Returns the first figures with the row of the baseline, and what differs.

    The first figures stay, whatever came out the second time.

    Args:
        first: plain values of an evaluation without the flips of the same run
            without the classification loss.
        again: those of the same run, measured with them.

    Returns:
        The figures; and by name, "reconstruction.l1", each other figure that
        is not what it was, first and second.
    """
    row = {_ROW: again["sufficiency"][_ROW]}
    figures = {**first, "sufficiency": {**first["sufficiency"], **row}}
    # As of one version, which fills in what the other had no field for.
    before, after = (
        evaluation_file.to_dict(evaluation_file.from_dict(values))
        for values in (figures, again)
    )
    changed = {
        f"{section}.{name}": [value, after[section][name]]
        for section, inner in before.items()
        if isinstance(inner, Mapping)
        for name, value in inner.items()
        if value != after[section][name]
    }
    return figures, changed
