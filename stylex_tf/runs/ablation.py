"""Reads the baseline of a run: the same, without the classification loss."""

import dataclasses
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

from stylex_tf import errors, run_folder
from stylex_tf.evaluation import evaluation_file, record
from stylex_tf.runs import begun_inputs
from stylex_tf.runs import trained as trained_lib

_LOSS = "loss.classification"
# Asks the classifier as well: it may be off, or what it is in the run.
_REMAINDER = "loss.remainder"
# What a run is called, where things lie, and how it is exported. That both
# explain one classifier is seen from the file that the path names.
_FREE = (
    "name",
    "classifier.path",
    "data.cache_dir",
    "training.tpu",
    "export.storage",
)


def read(
    trained: trained_lib.TrainedRun, directory: pathlib.Path
) -> record.Evaluation:
    """Reads the figures of the same run without the classification loss.

    Args:
        trained: the run with it.
        directory: the folder of the run without.

    Raises:
        RunFolderError: there is no such run, it was not evaluated, its config
            differs in more than `loss.classification`, `loss.remainder` and
            names and places, or it explains another classifier.
    """
    folder = run_folder.RunFolder(directory.absolute())
    settings = trained_lib.read_config(folder)
    if not folder.evaluation.is_file():
        raise errors.RunFolderError(
            f"{folder.evaluation}: no such file; expected an evaluated run"
        )
    mine = dict(_fields(dataclasses.asdict(trained.settings)))
    mine[_LOSS] = 0.0
    for name, value in _fields(dataclasses.asdict(settings)):
        if name in _FREE or value == mine[name]:
            continue
        if name == _REMAINDER and not value:
            continue
        whose = "" if name == _LOSS else f", as in {trained.folder.root}"
        raise errors.RunFolderError(
            f"{directory}: {name} is {value!r}; expected {mine[name]!r}{whose}"
        )
    _check_classifier(trained, directory, begun_inputs.of_classifier(folder))
    return evaluation_file.read(folder.evaluation)


def _check_classifier(
    trained: trained_lib.TrainedRun, directory: pathlib.Path, digest: str
) -> None:
    expected = begun_inputs.of_classifier(trained.folder)
    if digest and digest == expected:
        return
    raise errors.RunFolderError(
        f"{directory} explains another classifier than {trained.folder.root}: "
        f"the SHA-256 of its file is {digest or 'unknown'}; expected "
        f"{expected or 'unknown'}. Train it with --config.classifier.path, the "
        "file of the first"
    )


def _fields(
    values: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Any]]:
    """Yields every field of a config, "loss.remainder" and its value."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _fields(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
