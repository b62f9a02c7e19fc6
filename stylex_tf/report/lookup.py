"""Reading evaluation.json, where every part may be null or absent."""

from collections.abc import Mapping
from typing import Any


def lookup(evaluation: Mapping[str, Any], path: str) -> Any:
    """Follows a dotted path; None where a step of it is not known."""
    value: Any = evaluation
    for key in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value
