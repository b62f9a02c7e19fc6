"""Writes a typed `Evaluation` as `evaluation.json`, and reads it back.

One schema wherever the file stands. A file of an earlier version is read as
far as it goes: what it does not have was not measured.
"""

import dataclasses
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import pydantic

from stylex_tf import atomic_file, errors
from stylex_tf.evaluation import earlier_layout, record

FORMAT = 2
"""The version of the layout; files of the first have no such entry."""

_ADAPTER = pydantic.TypeAdapter(record.Evaluation)


def to_dict(evaluation: record.Evaluation) -> dict[str, Any]:
    """Returns plain values, ready for JSON.

    Raises:
        ValueError: a figure cannot be what it is said to be, for example a
            share above 1.
    """
    values = dataclasses.asdict(evaluation)
    try:
        _validate(values, "evaluation")
    except errors.EvaluationError as error:
        # No file is wrong, but what measured it.
        raise ValueError(str(error)) from error
    # Through JSON, which has no tuples: the same however it is handed on.
    return json.loads(json.dumps({"format": FORMAT, **values}))


def from_dict(
    values: Mapping[str, Any], *, where: str = "evaluation"
) -> record.Evaluation:
    """Returns what `to_dict` gave, of this version or of an earlier one.

    Args:
        values: parsed JSON.
        where: named in errors.

    Raises:
        errors.EvaluationError: it is no evaluation, or of a later version.
    """
    if not isinstance(values, Mapping):
        raise errors.EvaluationError(
            f"{where}: found a {type(values).__name__}; expected an object"
        )
    version = values.get("format", 1)
    if version == 1:
        values = earlier_layout.convert(values)
    elif version != FORMAT:
        raise errors.EvaluationError(
            f"{where}: format is {version!r}; expected at most {FORMAT}"
        )
    return _validate(values, where)


def write(evaluation: record.Evaluation, path: str | os.PathLike[str]) -> None:
    """Writes the file whole or not at all.

    Raises:
        ValueError: as `to_dict`.
    """
    content = json.dumps(to_dict(evaluation), indent=2, allow_nan=False)
    atomic_file.write(path, (content + "\n").encode())


def read(path: str | os.PathLike[str]) -> record.Evaluation:
    """Reads what `write` wrote, of this version or of an earlier one.

    Raises:
        errors.EvaluationError: there is no such file, or it is no evaluation.
    """
    path = pathlib.Path(path)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise errors.EvaluationError(
            f"{path}: no such file; expected the figures of a finished run"
        ) from error
    except ValueError as error:
        raise errors.EvaluationError(f"{path}: not JSON: {error}") from error
    return from_dict(values, where=str(path))


def _validate(values: Mapping[str, Any], where: str) -> record.Evaluation:
    try:
        return _ADAPTER.validate_python(values)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise errors.EvaluationError(
            f"{where}: {name}: {first['msg']}"
        ) from error
