"""Reads MNIST's idx files: MNIST, Fashion-MNIST, and others of their kind."""

import dataclasses
import gzip
import logging
import math
import pathlib
import struct
import urllib.request
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, cast

import numpy as np
from PIL import Image

from stylex_tf import atomic_file, errors
from stylex_tf.data import pictures
from stylex_tf.data.records import tfrecords

_IMAGES_MAGIC = 0x00000803
_LABELS_MAGIC = 0x00000801
_PREFIXES = {"train": "train", "test": "t10k"}
_KINDS = ("images-idx3", "labels-idx1")
_TIMEOUT_SECONDS = 30
# Images of one file; EMNIST, the largest of its kind, has 550 million bytes.
_MAX_BYTES = 2 << 30

_DIGITS = tuple(str(digit) for digit in range(10))
_GARMENTS = (
    "T-shirt",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)


@dataclasses.dataclass(frozen=True)
class Known:
    """A public data set.

    Attributes:
        class_names: in the order of the labels.
        folders: where its files may be.
        url: from where they can be had.
        first_labels: the first ten training labels, by which it is known.
    """

    class_names: tuple[str, ...]
    folders: tuple[str, ...]
    url: str
    first_labels: tuple[int, ...]


# The last folder is where a download goes; Keras looks there as well.
KNOWN: Mapping[str, Known] = {
    "fashion_mnist": Known(
        class_names=_GARMENTS,
        folders=(
            # Debian's package dataset-fashion-mnist.
            "/usr/share/datasets/fashion-mnist",
            "~/.keras/datasets/fashion-mnist",
        ),
        url="https://storage.googleapis.com/tensorflow/tf-keras-datasets",
        first_labels=(9, 0, 0, 3, 0, 2, 7, 2, 5, 5),
    ),
    "mnist": Known(
        class_names=_DIGITS,
        folders=("~/.keras/datasets/mnist",),
        url="https://storage.googleapis.com/cvdf-datasets/mnist",
        first_labels=(5, 0, 4, 1, 9, 2, 1, 3, 1, 4),
    ),
}


def is_idx_folder(folder: pathlib.Path) -> bool:
    """Says whether a folder holds the four files."""
    return all(_find(folder, *key) for key in _files())


def locate(name: str, known: Mapping[str, Known] = KNOWN) -> pathlib.Path:
    """Finds the folder of a known data set; downloads it if it must.

    Raises:
        DataError: it is nowhere; names all the places.
    """
    folders = [pathlib.Path(f).expanduser() for f in known[name].folders]
    for folder in folders:
        if is_idx_folder(folder):
            return folder
    try:
        _download(known[name].url, folders[-1])
    except OSError as error:
        places = ", ".join(map(str, folders))
        raise errors.DataError(
            f"{name}: the four idx files (train-images-idx3-ubyte.gz, ...) are "
            f"in none of {places}, and could not be downloaded from "
            f"{known[name].url}: {error}. Give the folder "
            "that has them as the source instead, or install Debian's "
            "dataset-fashion-mnist for Fashion-MNIST"
        ) from error
    return folders[-1]


class IdxFolder:
    """The images of a folder of four idx files.

    Attributes:
        class_names: in the order of our labels.
    """

    def __init__(self, folder: pathlib.Path, *, classes: Sequence[str] = ()):
        """Reads the files.

        Args:
            folder: holds the four files, compressed or not.
            classes: the classes to keep, in the order of our labels; empty
                keeps all.

        Raises:
            DataError: a file is missing or not what its name says, or a class
                is unknown.
        """
        self._arrays = {}
        for split in _PREFIXES:
            images = _read_one(folder, split, "images-idx3", _IMAGES_MAGIC)
            labels = _read_one(folder, split, "labels-idx1", _LABELS_MAGIC)
            if len(images) != len(labels):
                raise errors.DataError(
                    f"{folder}: {len(images)} {split} images but "
                    f"{len(labels)} labels"
                )
            self._arrays[split] = images, labels
        names = _class_names(self._arrays["train"][1])
        for wanted in classes:
            if wanted not in names:
                raise errors.DataError(
                    f"{folder}: no class {wanted!r}; found {list(names)}"
                )
        self.class_names = tuple(classes) or names
        self._labels = {
            names.index(name): label
            for label, name in enumerate(self.class_names)
        }

    def __len__(self) -> int:
        """Counts the images of the classes kept."""
        return sum(
            int(np.isin(labels, list(self._labels)).sum())
            for _, labels in self._arrays.values()
        )

    def examples(
        self, resolution: int, *, few: int = 0
    ) -> Iterator[tuple[str, tfrecords.Example]]:
        """Yields the images of the classes kept, as split and example.

        Args:
            resolution: R, height and width of the images.
            few: only so many, evenly spread: files may be sorted by class; 0
                is all.
        """
        kept = [
            (split, int(number))
            for split, (_, labels) in self._arrays.items()
            for number in np.flatnonzero(np.isin(labels, list(self._labels)))
        ]
        if few:
            few = min(few, len(kept))
            kept = [kept[place * len(kept) // few] for place in range(few)]
        for split, number in kept:
            images, labels = self._arrays[split]
            yield (
                split,
                tfrecords.Example(
                    image=_resize(images[number], resolution),
                    label=self._labels[int(labels[number])],
                    id=f"{split}-{number:05d}",
                ),
            )


def _resize(grey: np.ndarray, resolution: int) -> np.ndarray:
    """Resizes [H, W] to [R, R, 3]; 28 pixels get a border: nothing blurs."""
    if grey.shape == (28, 28) and resolution != 28:
        grey = np.pad(grey, 2)
    return pictures.square(Image.fromarray(grey).convert("RGB"), resolution)


def _class_names(labels: np.ndarray) -> tuple[str, ...]:
    """Returns the names of a data set's classes, or the numbers."""
    for known in KNOWN.values():
        if tuple(labels[:10].tolist()) == known.first_labels:
            return known.class_names
    return tuple(str(label) for label in range(int(labels.max()) + 1))


def _files() -> list[tuple[str, str]]:
    return [(split, kind) for split in _PREFIXES for kind in _KINDS]


def _find(folder: pathlib.Path, split: str, kind: str) -> pathlib.Path | None:
    stem = _PREFIXES[split]
    for name in (
        f"{stem}-{kind}-ubyte",
        f"{stem}-{kind.replace('-', '.')}-ubyte",
    ):
        for suffix in ("", ".gz"):
            path = folder / f"{name}{suffix}"
            if path.is_file():
                return path
    return None


def _read_one(
    folder: pathlib.Path, split: str, kind: str, magic: int
) -> np.ndarray:
    path = _find(folder, split, kind)
    if path is None:
        raise errors.DataError(
            f"{folder}: no {_PREFIXES[split]}-{kind}-ubyte, with or without .gz"
        )
    return read(path, magic)


def read(path: pathlib.Path, magic: int) -> np.ndarray:
    """Reads one idx file of bytes, compressed or not.

    Raises:
        DataError: the magic number or the length is another than expected.
    """
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        try:
            file = gzip.GzipFile(fileobj=raw) if packed else raw
            return _read_array(path, cast(IO[bytes], file), magic)
        except (OSError, EOFError, zlib.error) as error:
            raise errors.DataError(
                f"{path}: broken gzip file: {error}"
            ) from error


def _read_array(path: pathlib.Path, file: IO[bytes], magic: int) -> np.ndarray:
    """Reads as many bytes as the header says, and no more than are allowed."""
    rank = magic & 0xFF
    header = file.read(4 + 4 * rank)
    beginning = header[:4].hex()
    if beginning != f"{magic:08x}":
        raise errors.DataError(
            f"{path}: begins with {beginning or 'nothing'}; expected the magic "
            f"number {magic:08x}"
        )
    if len(header) < 4 + 4 * rank:
        raise errors.DataError(f"{path}: ends within its header")
    shape = struct.unpack(f">{rank}I", header[4:])
    expected = math.prod(shape)
    if not 0 < expected <= _MAX_BYTES:
        raise errors.DataError(
            f"{path}: its header says shape {shape}, which is {expected:,} "
            f"bytes; expected 1 to {_MAX_BYTES:,}"
        )
    content = file.read(expected + 1)
    if len(content) != expected:
        more = "more than " if len(content) > expected else ""
        raise errors.DataError(
            f"{path}: {more}{min(len(content), expected):,} bytes follow its "
            f"header, which says shape {shape}, which is {expected:,} bytes"
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


def _download(url: str, folder: pathlib.Path) -> None:
    for split, kind in _files():
        name = f"{_PREFIXES[split]}-{kind}-ubyte.gz"
        if (folder / name).exists():
            continue
        logging.info("Downloading %s/%s", url, name)
        with urllib.request.urlopen(
            f"{url}/{name}", timeout=_TIMEOUT_SECONDS
        ) as response:
            content = response.read()
        atomic_file.write(folder / name, content)
