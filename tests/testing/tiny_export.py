"""An export of the tiny world, without the process that validates one."""

import pathlib
from unittest import mock

from stylex_tf.export import saved_model, validation
from tests.export import tiny_world


def write(base: pathlib.Path) -> pathlib.Path:
    """Exports the next version into a folder; returns the version's."""
    valid = validation.Verdict(problems=[], differences={})
    with mock.patch.object(validation, "validate", return_value=valid):
        return saved_model.export(
            tiny_world.servable(tiny_world.TinyWorld()),
            base,
            examples=tiny_world.pictures(1),
            assets={},
        ).path
