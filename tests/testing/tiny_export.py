"""An export of the tiny world, without the process that validates one."""

import pathlib
from collections.abc import Mapping
from typing import Any
from unittest import mock

from stylex_tf.export import saved_model, validation
from tests.export import tiny_world


def unvalidated():
    """Finds every export valid, without the process that validates one."""
    valid = validation.Verdict(problems=[], differences={})
    return mock.patch.object(validation, "validate", return_value=valid)


def write(
    base: pathlib.Path, assets: Mapping[str, Any] | None = None
) -> pathlib.Path:
    """Exports the next version into a folder; returns the version's."""
    with unvalidated():
        return saved_model.export(
            tiny_world.servable(tiny_world.TinyWorld()),
            base,
            examples=tiny_world.pictures(2),
            assets=assets or {},
        ).path
