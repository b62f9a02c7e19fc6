"""Reads what an exported model says of itself, from its files."""

import json
import pathlib
from typing import Any

from stylex_tf import errors

CONTRACT = "assets/contract.json"
"""Which every export has."""
_CLASS_NAMES = "assets/class_names.json"
# What `describe` answers; exports from before it have some of the others.
_DESCRIPTION = "assets/description.json"
_CONFIG = "assets/config.json"
_OLDER = {
    "ranges": "assets/style_ranges.json",
    "attribute_names": "assets/attribute_names.json",
    "evaluation": "assets/evaluation.json",
    "held_out": "assets/held_out.json",
}


def read(version: pathlib.Path) -> dict[str, Any]:
    """Returns what `describe` answers, or as much of it as an older one tells.

    Args:
        version: the folder of one version.

    Raises:
        UsageError: a file that every export has is missing.
    """
    if (version / _DESCRIPTION).is_file():
        return _read(version, _DESCRIPTION)
    document = {
        **_read(version, CONTRACT),
        "class_names": _read(version, _CLASS_NAMES),
    }
    del document["signatures"]
    if (version / _CONFIG).is_file():
        document["name"] = str(_read(version, _CONFIG).get("name", ""))
    for field, name in _OLDER.items():
        if (version / name).is_file():
            document[field] = _read(version, name)
    return document


def _read(version: pathlib.Path, name: str) -> Any:
    try:
        return json.loads((version / name).read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.UsageError(
            f"{version / name}: {error.strerror}; expected an export of StylEx"
        ) from error
