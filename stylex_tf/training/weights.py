"""Saves weights under names of ours, in one file that ships them.

A name is the way to a weight through our own modules, such as
`encoder/trunk/b64/conv0/kernel`: it says nothing of how Keras calls or counts
its objects, so that each version of Keras can read what another wrote.
"""

import dataclasses
import io
import json
import os
import pathlib
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from stylex_tf import atomic_file, errors, keras_line
from stylex_tf.training import networks as networks_lib

_NETWORKS = ("mapping", "generator", "encoder", "discriminator")
_ABOUT = "about.json"
_PICTURES = "pictures.npy"
_FORMAT = 1


@dataclasses.dataclass(frozen=True)
class Weights:
    """The weights of a trained model.

    Attributes:
        arrays: by name.
        about: where they come from, among it `step` and the data's `cut`.
        pictures: hashes of the pictures that they were trained on, uint64 [N],
            as in `data.records.picture_hashes`; empty: not known.
    """

    arrays: Mapping[str, np.ndarray]
    about: Mapping[str, Any]
    pictures: np.ndarray = dataclasses.field(
        default_factory=lambda: np.zeros(0, np.uint64)
    )


def named(networks: networks_lib.Networks) -> dict[str, tf.Variable]:
    """Returns every weight of networks by its name.

    Raises:
        ValueError: a trainable weight has no name, or two have one.
    """
    by_path: dict[str, tf.Variable] = {}
    trainable = 0
    for name in _NETWORKS:
        network = getattr(networks, name)
        if network is None:
            continue
        trainable += len(network.trainable_variables)
        for path, variable in _walk(network, name):
            if path in by_path and by_path[path] is not variable:
                raise ValueError(f"two weights have the name {path}")
            by_path[path] = variable
    if sum(weight.trainable for weight in by_path.values()) != trainable:
        raise ValueError(
            f"{trainable} weights are trained, of which some have no name: "
            f"{sorted(by_path)}"
        )
    return by_path


def of(networks: networks_lib.Networks, about: Mapping[str, Any]) -> Weights:
    """Returns a copy of the weights of networks."""
    arrays = {
        name: variable.numpy() for name, variable in named(networks).items()
    }
    return Weights(arrays, about)


def save(path: str | os.PathLike[str], weights: Weights) -> pathlib.Path:
    """Writes weights to one file, in float16.

    Raises:
        ExportError: a weight is too large for float16.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        about = {"format": _FORMAT, **weights.about}
        file.writestr(_entry(_ABOUT), json.dumps(about, indent=2))
        for name, array in sorted(weights.arrays.items()):
            with np.errstate(over="ignore"):
                half = array.astype(np.float16)
            if not np.isfinite(half).all():
                raise errors.ExportError(
                    f"{name} is {np.abs(array).max():g} somewhere; float16 "
                    f"holds at most {np.finfo(np.float16).max:g}"
                )
            file.writestr(_entry(f"{name}.npy"), _npy(half))
        if len(weights.pictures):
            file.writestr(_entry(_PICTURES), _npy(weights.pictures))
    return atomic_file.write(path, content.getvalue())


def load(path: str | os.PathLike[str]) -> Weights:
    """Reads what `save` wrote.

    Raises:
        CheckpointError: it is no such file, or damaged.
    """
    try:
        with zipfile.ZipFile(path) as file:
            about = json.loads(file.read(_ABOUT))
            arrays = {
                name: np.load(io.BytesIO(file.read(name)), allow_pickle=False)
                for name in file.namelist()
                if name != _ABOUT
            }
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise errors.CheckpointError(
            f"{path}: no weights of save_weights, or damaged: {error}"
        ) from error
    if not isinstance(about, dict) or about.get("format") != _FORMAT:
        raise errors.CheckpointError(
            f"{path}: expected weights of format {_FORMAT}"
        )
    pictures = arrays.pop(_PICTURES, np.zeros(0, np.uint64))
    return Weights(
        {name.removesuffix(".npy"): array for name, array in arrays.items()},
        about,
        pictures,
    )


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    """Describes a member without a date, so that equal weights are equal."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _walk(
    layer: keras.layers.Layer, path: str
) -> Iterator[tuple[str, tf.Variable]]:
    """Yields the weights below a layer, in the order of its attributes."""
    for attribute, value in vars(layer).items():
        # Keras keeps lists of everything in attributes of its own.
        if attribute.startswith("_"):
            continue
        if isinstance(value, keras.layers.Layer):
            yield from _walk(value, f"{path}/{attribute}")
        elif keras_line.is_weight(value):
            yield f"{path}/{attribute}", keras_line.variable(value)
        else:
            for part in _layers_in(value):
                yield from _walk(part, f"{path}/{part.name}")


def _layers_in(value: Any) -> Iterator[keras.layers.Layer]:
    """Yields the layers of lists and mappings, however deep they lie."""
    if isinstance(value, keras.layers.Layer):
        yield value
    elif isinstance(value, (list, tuple, Mapping)):
        parts = value.values() if isinstance(value, Mapping) else value
        for part in parts:
            yield from _layers_in(part)
