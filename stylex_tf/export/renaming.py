"""Publishes an exported model again, with other names of its attributes.

A name is what a person saw on pictures, often of a model that was exported long
ago, and whose run is gone. Nothing else changes: graphs and weights are those
of the version that was there, and every answer that was recorded is asked for
again. An export of before `describe` gets that signature.
"""

import json
import pathlib
import shutil
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import atomic_folder, errors, plain_paths
from stylex_tf.export import (
    describing,
    description_files,
    manifest,
    signatures,
    validation,
    warmup,
)

_ASSETS = "assets"


def publish(version: pathlib.Path, names: Mapping[int, str]) -> pathlib.Path:
    """Publishes the next version of a model, with these names.

    Args:
        version: the folder of the version that is there; it stays as it is.
        names: of style coordinates, all that the model shall have.

    Returns:
        The folder of the new version; all of it appears, or nothing.

    Raises:
        UsageError: the version is not what was exported.
        ExportError: the new one answers otherwise than the one that is there.
    """
    problems = manifest.problems(version)
    if problems:
        raise errors.UsageError(
            f"{version} is not what was exported: {'; '.join(problems[:3])}"
        )
    document = {
        "format": signatures.DESCRIPTION_FORMAT,
        **description_files.read(version),
        "attribute_names": {
            str(coordinate): name for coordinate, name in sorted(names.items())
        },
    }
    with atomic_folder.new_version(version.parent) as new:
        _save(version, new.folder, document)
        problems = validation.validate(new.folder).problems
        if problems:
            raise errors.ExportError(
                f"with its new names {version} answers otherwise, and was not "
                f"published: {'; '.join(problems)}"
            )
        return new.publish()


class _Named(tf.Module):
    """The signatures of a loaded model, and what it says of itself."""

    def __init__(self, loaded: Any, text: str):
        super().__init__(name="servable")
        # What the functions read must be saved with them.
        for name in ("weights", "resources"):
            if hasattr(loaded, name):
                setattr(self, name, getattr(loaded, name))
        for name in loaded.signatures:
            setattr(self, name, getattr(loaded, name))
        (format,) = signatures.DESCRIBE.inputs
        self.describe = tf.function(
            lambda format: describing.answer(text, format),
            input_signature=[tf.TensorSpec([None], tf.int32, name=format)],
            autograph=False,
        )


def _save(
    version: pathlib.Path, folder: pathlib.Path, document: Mapping[str, Any]
) -> None:
    """Writes every file of the new version."""
    with plain_paths.of(version) as plain:
        loaded = tf.saved_model.load(str(plain))
    text = json.dumps(document, allow_nan=False)
    model = _Named(loaded, text)
    describe = signatures.DESCRIBE.name
    functions = {
        **loaded.signatures,
        describe: model.describe.get_concrete_function(),
    }
    tf.saved_model.save(model, str(folder), signatures=functions)
    shutil.copytree(version / _ASSETS, folder / _ASSETS, dirs_exist_ok=True)
    for name, content in (
        ("contract", _contract(version)),
        ("description", document),
        ("attribute_names", document["attribute_names"]),
    ):
        (folder / _ASSETS / f"{name}.json").write_text(
            json.dumps(content, indent=2, allow_nan=False) + "\n",
            encoding="utf-8",
        )
    records = [
        record
        for record in warmup.read(version)
        if record.signature != describe
    ]
    asked = {record.signature: record.inputs for record in records}
    answers = {record.signature: record.outputs for record in records}
    form = np.array([signatures.DESCRIPTION_FORMAT], np.int32)
    asked[describe] = {"format": form}
    answers[describe] = {"description": np.array([text.encode()], object)}
    warmup.write(folder, asked, answers)
    manifest.write(folder)


def _contract(version: pathlib.Path) -> dict[str, Any]:
    """Returns the contract of a version, with `describe` in it."""
    path = version / _ASSETS / "contract.json"
    contract = json.loads(path.read_text(encoding="utf-8"))
    (described_as,) = (
        entry
        for name, entry in signatures.to_dict(
            contract["sizes"], style_strength=contract["style_strength"]
        )["signatures"].items()
        if name == signatures.DESCRIBE.name
    )
    contract["signatures"][signatures.DESCRIBE.name] = described_as
    return contract
