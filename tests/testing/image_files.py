"""Tiny image files, folders of them, and idx files, for tests of the data."""

import gzip
import io
import pathlib
import struct
import zipfile

import numpy as np
from PIL import Image


def encode(image: np.ndarray, kind: str = "PNG", **options) -> bytes:
    """An array as an image file."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, format=kind, **options)
    return file.getvalue()


def noise(seed: int, height: int = 12, width: int = 12) -> np.ndarray:
    """A picture unlike any other, uint8 [H, W, 3]."""
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (height, width, 3), dtype=np.uint8)


def write(path: pathlib.Path, content: bytes) -> None:
    """Writes a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def class_folders(
    root: pathlib.Path,
    classes=("cat", "dog"),
    images: int = 10,
    first: int = 0,
) -> pathlib.Path:
    """A folder with one sub-folder a class, of different pictures.

    Folders with other `first` have other pictures.
    """
    for label, name in enumerate(classes):
        for number in range(images):
            content = encode(noise(1000 * label + first + number))
            write(root / name / f"{number:02d}.png", content)
    return root


def zip_folder(folder: pathlib.Path, path: pathlib.Path) -> pathlib.Path:
    """Everything below a folder, as a zip."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder.parent))
    return path


def idx_bytes(array: np.ndarray) -> bytes:
    """An array of bytes as an idx file."""
    header = struct.pack(f">I{array.ndim}I", 0x800 + array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def idx_folder(
    folder: pathlib.Path,
    train_labels,
    test_labels,
    size: int = 28,
    compress: bool = True,
) -> pathlib.Path:
    """The four idx files; training image i is grey of the value i + 1.

    The test images go on from 101.
    """
    for prefix, labels, first in (
        ("train", train_labels, 1),
        ("t10k", test_labels, 101),
    ):
        values = np.arange(first, len(labels) + first, dtype=np.uint8)
        images = np.tile(values[:, None, None], (1, size, size))
        for kind, array in (
            ("images-idx3", images),
            ("labels-idx1", np.array(labels, np.uint8)),
        ):
            content = idx_bytes(array)
            if compress:
                content = gzip.compress(content)
            suffix = ".gz" if compress else ""
            write(folder / f"{prefix}-{kind}-ubyte{suffix}", content)
    return folder
