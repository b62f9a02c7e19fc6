"""Defines --config, and --config.<field> for each field of the config."""

import dataclasses
import difflib
import os
import pathlib
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from stylex_tf import config, errors
from stylex_tf.cli import shipped_configs

_FIELD = re.compile(r"--?(?:no)?config\.([\w.]+)")


def define(default: pathlib.Path) -> Any:
    """Defines --config; ends the process where a field does not exist.

    The name of a config that ships is replaced by its file in `sys.argv`, where
    the flag is read.

    Args:
        default: the file that is read where no other is named; it is read at
            once, with the fields that the command line sets.
    """
    # Imported late: it is of the extra `train`, and this of every command.
    from ml_collections import config_flags

    # `bazel run` changes to the tree of the built files.
    start = pathlib.Path(os.environ.get("BUILD_WORKING_DIRECTORY", os.getcwd()))
    try:
        sys.argv[:] = shipped_configs.resolve(sys.argv, start=start)
    except errors.ConfigError as mistake:
        sys.exit(f"error: in the flags: {mistake}")
    try:
        return config_flags.DEFINE_config_file(
            "config",
            str(default),
            "A file that defines get_config(), or the name of one that ships.",
        )
    except KeyError as mistake:
        sys.exit(f"error: in the flags: {explain(mistake, sys.argv)}")


def split_lists(experiment: config.ExperimentConfig) -> None:
    """Makes --config.data.classes=cat,dog two names, where it was one.

    And 0,1 the names "0" and "1", where it was two numbers.
    """
    for field in dataclasses.fields(experiment.data):
        value = getattr(experiment.data, field.name)
        if not isinstance(value, tuple):
            continue
        names = [str(name) for name in value]
        if len(names) == 1:
            names = [name.strip() for name in names[0].split(",")]
        names = [name for name in names if name]
        setattr(experiment.data, field.name, tuple(names))


def explain(mistake: Exception, argv: Sequence[str]) -> str:
    """Returns what is wrong in the flags, and what may have been meant.

    Args:
        mistake: the error that ml_collections raised.
        argv: the command line.
    """
    known = sorted(_names(config.ExperimentConfig(), ""))
    for argument in argv:
        named = _FIELD.match(argument)
        if named and named[1] not in known:
            near = difflib.get_close_matches(named[1], known, n=1)
            meant = f" Did you mean: --config.{near[0]} ?" if near else ""
            return f"the config has no field {named[1]}.{meant}"
    return str(mistake.args[0])


def _names(section: Any, prefix: str) -> Iterator[str]:
    for field in dataclasses.fields(section):
        value = getattr(section, field.name)
        yield prefix + field.name
        if dataclasses.is_dataclass(value):
            yield from _names(value, f"{prefix}{field.name}.")
