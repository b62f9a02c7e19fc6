"""Takes mean and range of every figure over runs."""

from collections.abc import Mapping, Sequence
from typing import Any


def summarize(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Returns mean, range and images of every figure that all runs have.

    Args:
        runs: plain values of evaluations (`evaluation_file.to_dict`).

    Returns:
        For each figure `mean`, `low` and `high`, and the `n` of each run; `of`
        is there where one counts attributes or causes, not images.
    """
    summary: dict[str, Any] = {}
    for name, first in runs[0].items():
        values = [run.get(name) for run in runs]
        if not all(isinstance(value, Mapping) for value in values):
            continue
        if all("value" in value for value in values):
            summary[name] = _figure([(x["value"], x["n"]) for x in values])
            counted = [x.get("of", "images") for x in values]
            if set(counted) != {"images"}:
                summary[name]["of"] = counted
        elif all("values" in value for value in values):
            length = min(len(value["values"]) for value in values)
            summary[name] = [
                _figure([(x["values"][i], x["n"]) for x in values])
                for i in range(length)
            ]
        elif isinstance(first, Mapping) and name != "run":
            summary[name] = summarize(values)
    return summary


def _figure(measured: Sequence[tuple[float, int | None]]) -> dict[str, Any]:
    values = [value for value, _ in measured]
    return {
        "mean": sum(values) / len(values),
        "low": min(values),
        "high": max(values),
        "n": [images for _, images in measured],
    }
