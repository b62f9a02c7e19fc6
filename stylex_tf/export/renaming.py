"""Publishes an exported model again, with more that it says of itself.

A name is what a person saw on pictures, often of a model that was exported long
ago, and whose run is gone; so are figures of held-out images that are measured
later. Nothing else changes: graphs and weights are those of the version that
was there, and every answer that was recorded is asked for again. An export of
before `describe` gets that signature, for which it is saved anew; of all others
the files of the weights stay byte for byte.
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
    rewording,
    signatures,
    validation,
    warmup,
)

_ASSETS = "assets"


def publish(
    version: pathlib.Path,
    names: Mapping[int, str] | None = None,
    *,
    held_out: Mapping[str, Any] | None = None,
) -> pathlib.Path:
    """Publishes the next version of a model, which says this of itself.

    Args:
        version: the folder of the version that is there; it stays as it is.
        names: of style coordinates, all that the model shall have; None: those
            that it has.
        held_out: what `HeldOut.to_dict` returns; None: what it has.

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
        "attribute_names": {},
        **description_files.read(version),
    }
    if names is not None:
        document["attribute_names"] = {
            str(coordinate): name for coordinate, name in sorted(names.items())
        }
    if held_out is not None:
        document["held_out"] = held_out
    with atomic_folder.new_version(version.parent) as new:
        _save(version, new.folder, document)
        problems = validation.validate(new.folder).problems
        if problems:
            raise errors.ExportError(
                f"what is said anew of {version} was not published: with it "
                f"the model answers otherwise: {'; '.join(problems)}"
            )
        return new.publish()


def _save_anew(version: pathlib.Path, folder: pathlib.Path, text: str) -> None:
    """Saves a model of before `describe` with that signature."""
    with plain_paths.of(version) as plain:
        loaded = tf.saved_model.load(str(plain))
    model = _Named(loaded, text)
    functions = {
        **loaded.signatures,
        signatures.DESCRIBE.name: model.describe.get_concrete_function(),
    }
    tf.saved_model.save(model, str(folder), signatures=functions)


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
    text = json.dumps(document, allow_nan=False)
    describe = signatures.DESCRIBE.name
    before = [
        record.outputs["description"][0].decode()
        for record in warmup.read(version)
        if record.signature == describe
    ]
    if before:
        rewording.copy(version, folder, before[0], text)
    else:
        _save_anew(version, folder, text)
    shutil.copytree(version / _ASSETS, folder / _ASSETS, dirs_exist_ok=True)
    contents = {
        "contract": _contract(version),
        "description": document,
        "attribute_names": document["attribute_names"],
    }
    # Once a file of its own, which must not say otherwise.
    if (version / _ASSETS / "held_out.json").is_file():
        contents["held_out"] = document["held_out"]
    for name, content in contents.items():
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
