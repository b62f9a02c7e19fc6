"""Keeps the names that people give attributes, in `attributes/names.json`.

    {"format": "stylex-names/1", "run": "1f0c...", "names": {"12": "glasses"}}

The report exports the file and the next report reads it. A name belongs to a
coordinate, and a coordinate to the weights of one generator: `run` says whose.
"""

import json
import pathlib
from collections.abc import Mapping

from stylex_tf import errors

FORMAT = "stylex-names/1"
FILE_NAME = "names.json"
LONGEST = 80
"""Characters of a name."""


def load(path: pathlib.Path, run: str, coordinates: int) -> dict[int, str]:
    """Reads the names of a run's coordinates; none where there is no file.

    Args:
        path: the path of names.json.
        run: whose names are expected.
        coordinates: how many the run has.

    Raises:
        NamesError: the file is not what a report exports, or another run's.
    """
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise errors.NamesError(f"{path} is not JSON: {error}") from None
    if not isinstance(content, Mapping) or content.get("format") != FORMAT:
        raise errors.NamesError(
            f'{path}: expected "format": "{FORMAT}", as a report exports it'
        )
    if content.get("run") != run:
        raise errors.NamesError(
            f"{path} names the attributes of run {content.get('run')!r}; "
            f"expected {run!r}. Export it from this run's report, or remove it"
        )
    names = content.get("names")
    if not isinstance(names, Mapping):
        raise errors.NamesError(
            f'{path}: expected "names": {{"12": "glasses", ...}}'
        )
    return {
        _coordinate(path, key, coordinates): _name(path, key, name)
        for key, name in names.items()
    }


def _coordinate(path: pathlib.Path, key: str, coordinates: int) -> int:
    if not (key.isascii() and key.isdecimal() and int(key) < coordinates):
        raise errors.NamesError(
            f"{path} names coordinate {key!r}; expected 0 to {coordinates - 1}"
        )
    return int(key)


def _name(path: pathlib.Path, key: str, name: object) -> str:
    if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST:
        raise errors.NamesError(
            f"{path}: the name of coordinate {key} is {name!r}; expected 1 to "
            f"{LONGEST} characters"
        )
    return name.strip()
