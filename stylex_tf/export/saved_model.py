"""Publishes a servable as `base/<version>/`, if it keeps its word.

Servers poll the base folder for integers, so a version is written under a
name that is none, validated there, and renamed when all is well.
"""

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import atomic_folder, disk_room, errors, plain_paths
from stylex_tf.export import (
    half_storage,
    manifest,
    servables,
    storage_kind,
    validation,
    warmup,
)

# Written by `export` itself.
_OWN_ASSETS = ("contract", "class_names", "description", "storage")


@dataclasses.dataclass(frozen=True)
class Published:
    """A version that can be served.

    Attributes:
        path: its folder.
        figures: the content of `assets/storage.json`: `storage`, the `bytes`
            of the weights, as they were (`model_bytes`) too, and the largest
            `probability_difference` from the model in memory, of so many
            reconstructed `images`.
    """

    path: pathlib.Path
    figures: dict[str, Any]


def export(
    servable: servables.Servable,
    base_dir: str | pathlib.Path,
    *,
    examples: Sequence[bytes],
    assets: Mapping[str, Any],
    storage: str = storage_kind.Storage.FLOAT32,
) -> Published:
    """Saves the model as the next version; all of it appears, or nothing.

    Before it appears, it is loaded in a process without our package and asked
    by every signature, and must answer as the model in memory; in float16, as
    itself, loaded here.

    Args:
        servable: what to save.
        base_dir: the folder of all versions; made if missing.
        examples: encoded images to try the stored weights on, at least one;
            none of them stays with the model.
        assets: what explains the model, plain JSON by name, each written to
            `assets/<name>.json`. `contract`, `class_names`, `description` and
            `storage` are added.
        storage: the storage of the weights, a `Storage`.

    Raises:
        ValueError: an asset is not JSON, holds NaN, or has a name of ours;
            or there is no example.
        ExportError: the saved model answers otherwise, or not in finite
            numbers; or it cannot be stored so; or the disk has too little room.
    """
    if not examples:
        raise ValueError("there is no example to try the export on")
    taken = [name for name in _OWN_ASSETS if name in assets]
    if taken:
        raise ValueError(f"assets are written by export itself: {taken}")
    # Before the model is saved: this is the likelier to fail.
    texts = {name: _to_json(asset) for name, asset in assets.items()}
    texts |= {
        "contract": _to_json(servable.contract()),
        "class_names": _to_json(list(servable.class_names)),
        "description": _to_json(servable.description()),
    }
    disk_room.require(
        base_dir,
        _bytes(servable.variables)
        * (0.5 if storage == storage_kind.Storage.FLOAT16 else 1.0),
        "this export needs at least",
        errors.ExportError,
    )
    with atomic_folder.new_version(pathlib.Path(base_dir)) as version:
        figures = _save(servable, version.folder, examples, texts, storage)
        problems = validation.validate(version.folder).problems
        if problems:
            raise errors.ExportError(
                "the saved model is not the model in memory, and was not "
                f"published: {'; '.join(problems)}"
            )
        return Published(version.publish(), figures)


def _save(
    servable: servables.Servable,
    directory: pathlib.Path,
    examples: Sequence[bytes],
    texts: Mapping[str, str],
    storage: str,
) -> dict[str, Any]:
    """Writes every file of an export; returns `assets/storage.json`."""
    model = (
        half_storage.HalfStored(servable)
        if storage == storage_kind.Storage.FLOAT16
        else servable
    )
    tf.saved_model.save(
        model, str(directory), signatures=model.concrete_functions()
    )
    # In float16 there is none in memory that could be asked.
    with plain_paths.of(directory) as plain:
        stored = (
            servable if model is servable else tf.saved_model.load(str(plain))
        )
    figures = {
        "storage": storage,
        "bytes": _bytes(model.variables),
        "model_bytes": _bytes(servable.variables),
        "probability_difference": _probability_difference(
            servable, stored, examples
        ),
        "images": len(examples),
    }
    folder = directory / "assets"
    folder.mkdir(exist_ok=True)
    for name, text in {**texts, "storage": _to_json(figures)}.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    asked = warmup.requests(servable)
    warmup.write(directory, asked, _answers(stored, asked))
    manifest.write(directory)
    return figures


def _answers(
    model: Any, asked: Mapping[str, Mapping[str, tf.Tensor]]
) -> dict[str, Mapping[str, tf.Tensor]]:
    return {
        name: getattr(model, name)(**inputs) for name, inputs in asked.items()
    }


def _bytes(variables: Sequence[tf.Variable]) -> int:
    return sum(
        variable.shape.num_elements() * variable.dtype.size
        for variable in variables
    )


def _probability_difference(
    full: servables.Servable,
    stored: Any,
    examples: Sequence[bytes],
) -> float:
    """Returns how far the classifier's answers are apart at most."""
    if stored is full:
        return 0.0
    # What is not finite is found when the export is validated.
    return max(
        float(np.nan_to_num(np.max(np.abs(some - other)), nan=1.0))
        for some, other in (
            [
                model.reconstruct(image_bytes=tf.constant([example]))[
                    "probabilities"
                ].numpy()
                for model in (full, stored)
            ]
            for example in examples
        )
    )


def _to_json(asset: Any) -> str:
    return json.dumps(asset, indent=2, allow_nan=False) + "\n"
