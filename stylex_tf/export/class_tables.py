"""Turns the attributes of all classes into arrays that a graph can hold."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def padded(
    by_class: Mapping[int, Sequence[Mapping[str, Any]]],
    classes: int,
    width: int,
) -> dict[str, np.ndarray]:
    """Lays attributes out as arrays, [K, width], -1 where there is none.

    Args:
        by_class: the attributes of each class, the best first: `coordinate`,
            `direction`, `effect` and `share`.
        classes: K, the number of classes.
        width: attributes of a class, at most.
    """
    tables: dict[str, np.ndarray] = {}
    for name, dtype in (
        ("coordinate", np.int32),
        ("direction", np.int32),
        ("effect", np.float32),
        ("share", np.float32),
    ):
        tables[name] = np.full([classes, width], -1, dtype)
        for target, attributes in by_class.items():
            values = [attribute[name] for attribute in attributes[:width]]
            tables[name][target, : len(values)] = values
    return tables
