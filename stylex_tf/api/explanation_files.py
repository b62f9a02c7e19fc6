"""Writes an explanation into a folder, and reads it: JSON, npz, PNG."""

import dataclasses
import io
import json
import pathlib
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from PIL import Image

from stylex_tf import atomic_folder, errors

# Kept as files, since people want to look at them.
PICTURES = ("images", "reconstructions", "edited")

# Four times the largest resolution that a model can have.
_MAX_PIXELS = 1 << 22
_JSON = "explanation.json"
_NPZ = "explanation.npz"
# Raised when what the files mean changes.
_FORMAT = "stylex explanation 1"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """What is stored; N images, A attributes, R pixels."""

    # Plain JSON.
    document: Mapping[str, Any]
    # Arrays of numbers, by name; "coordinates" is int [N, A], -1 where nothing
    # is.
    arrays: Mapping[str, np.ndarray]
    # PICTURES: uint8 [N, R, R, 3], [N, R, R, 3] and [N, A, R, R, 3].
    pictures: Mapping[str, np.ndarray]


def write(folder: pathlib.Path, parts: Parts) -> pathlib.Path:
    """Writes a folder, which appears when it is complete.

    Raises:
        ExistsError: it holds something.
    """
    with atomic_folder.new_directory(folder) as temporary:
        text = json.dumps(
            {"format": _FORMAT, **parts.document}, indent=1, ensure_ascii=False
        )
        (temporary / _JSON).write_text(text + "\n", encoding="utf-8")
        with (temporary / _NPZ).open("wb") as file:
            np.savez_compressed(file, **parts.arrays)
        for name, place, file_name in _places(parts.arrays["coordinates"]):
            picture = Image.fromarray(parts.pictures[name][place])
            picture.save(temporary / file_name)
    return folder


def read(folder: pathlib.Path) -> Parts:
    """Reads a folder.

    Raises:
        UsageError: a file is missing or damaged, or of another format.
    """
    document = _read_json(folder / _JSON)
    if not isinstance(document, dict) or document.pop("format", "") != _FORMAT:
        raise errors.UsageError(
            f"{folder / _JSON} does not say format {_FORMAT!r}; expected a "
            "folder that Explanation.save wrote"
        )
    arrays = _read_npz(folder / _NPZ)
    return Parts(
        document=document,
        arrays=arrays,
        pictures=_read_pictures(folder, arrays["coordinates"]),
    )


def _places(
    coordinates: np.ndarray,
) -> Iterator[tuple[str, tuple[int, ...], str]]:
    """Yields array, index and file of every picture that there is."""
    for n, row in enumerate(coordinates):
        yield "images", (n,), f"{n:04d}.png"
        yield "reconstructions", (n,), f"{n:04d}-before.png"
        for a in np.flatnonzero(row >= 0):
            yield "edited", (n, int(a)), f"{n:04d}-{a + 1}.png"


def _read_json(path: pathlib.Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.UsageError(
            f"{path}: {error.strerror}; expected a folder that "
            "Explanation.save wrote"
        ) from error
    except ValueError as error:
        raise errors.UsageError(f"{path} is no JSON: {error}") from error


def _read_npz(path: pathlib.Path) -> dict[str, np.ndarray]:
    try:
        # Without pickle, so that no code in it is run.
        with np.load(path, allow_pickle=False) as stored:
            arrays = dict(stored)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise errors.UsageError(f"{path} cannot be read: {error}") from error
    if "coordinates" not in arrays or arrays["coordinates"].ndim != 2:
        raise errors.UsageError(f"{path} has no coordinates, [N, A]")
    return arrays


def _read_pictures(
    folder: pathlib.Path, coordinates: np.ndarray
) -> dict[str, np.ndarray]:
    """Reads every PNG, into arrays of one size; 0 where there is none."""
    count, attributes = coordinates.shape
    read = [
        (name, place, _read_picture(folder / file_name))
        for name, place, file_name in _places(coordinates)
    ]
    size = read[0][2].shape[0] if read else 0
    pictures = {
        name: np.zeros([*shape, size, size, 3], np.uint8)
        for name, shape in zip(
            PICTURES,
            ([count], [count], [count, attributes]),
            strict=True,
        )
    }
    for name, place, pixels in read:
        if pixels.shape != (size, size, 3):
            raise errors.UsageError(
                f"{folder}: {name} {list(place)} has {pixels.shape[1]} x "
                f"{pixels.shape[0]} pixels; expected {size} x {size}"
            )
        pictures[name][place] = pixels
    return pictures


def _read_picture(path: pathlib.Path) -> np.ndarray:
    try:
        content = io.BytesIO(path.read_bytes())
        with Image.open(content, formats=["PNG"]) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise ValueError(
                    f"{image.width} x {image.height} pixels; no model draws "
                    "as many"
                )
            return np.asarray(image.convert("RGB"))
    except (OSError, SyntaxError, ValueError) as error:
        raise errors.UsageError(f"{path} cannot be read: {error}") from error
