"""Turns images of any kind into the PNG or JPEG that a model takes."""

import dataclasses
import io
import math
import os
import pathlib
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from stylex_tf import errors
from stylex_tf.data import dicom, passed_over, pictures
from stylex_tf.export import signatures

# A picture larger than this is refused before it is decoded.
_MAX_DECODED_PIXELS = 100_000_000
# Formats that the model decodes itself.
_TAKEN = ("PNG", "JPEG")
# Modes that a PNG holds, and the model decodes, as they are.
_PNG_MODES = ("1", "I", "I;16", "L", "LA", "P", "RGB", "RGBA")
# How many files that cannot be used a message names.
_SHOWN = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """One image, ready to be asked about."""

    # Its path, or its place among the images given.
    id: str
    # PNG or JPEG.
    encoded: bytes
    # What the model sees: a square, uint8 [R, R, 3]. A JPEG's pixels
    # may differ by a level from those that TensorFlow decodes.
    pixels: np.ndarray


def read(
    images: Any,
    *,
    resolution: int,
    max_pixels: int,
    value_range: tuple[float, float] = (-1.0, 1.0),
    crop: str | None = None,
    own_crop: str = pictures.Crop.CENTER,
) -> list[Picture]:
    """Reads all images, before any work begins.

    Args:
        images: one image or several: a path, a folder of images, a PIL image,
            an array or tensor [H, W, C] or [N, H, W, C] with one, three or
            four channels, uint8 or float; a sequence of these, or a
            `tf.data.Dataset` of images, of batches, or of tuples that begin
            with one.
        resolution: R, height and width of the model's images.
        max_pixels: that the model decodes; a larger image is made smaller.
        value_range: the darkest and the brightest value of float images.
        crop: how an image is cut that is not square: "center" takes the
            centre, "pad" all of it, with its border repeated; None: as the
            model does it.
        own_crop: what the model does itself.

    Raises:
        UsageError: there are none, or some cannot be used; the message names
            them.
    """
    low, high = value_range
    crop = own_crop if crop is None else crop
    _check_asked(value_range, crop)
    readable: list[Picture] = []
    problems: dict[str, str] = {}
    count = 0
    lowest = np.inf
    for count, image in enumerate(_each(images), start=1):
        name = _name(image, count - 1)
        if _is_float(image):
            lowest = min(lowest, image.min(initial=np.inf))
        try:
            encoded = _fitting(_encode(image, value_range), max_pixels)
            pixels = pictures.decode(encoded, resolution, crop=crop)
            if crop != own_crop:
                # A square is the same to either.
                encoded = png(Image.fromarray(pixels))
            readable.append(Picture(id=name, encoded=encoded, pixels=pixels))
        except (errors.UsageError, pictures.UnreadableError) as error:
            problems[name] = str(error)
    if problems:
        raise errors.UsageError(_listed(problems, count))
    if not readable:
        raise errors.UsageError("there are no images")
    if low < 0 <= lowest < np.inf:
        warnings.warn(
            f"no float is below 0, and the range is {low:g} to {high:g}: are "
            "these images in [0, 1]? Then say value_range=(0, 1)",
            stacklevel=3,
        )
    return readable


def _check_asked(value_range: tuple[float, float], crop: str) -> None:
    """Raises UsageError where no image could be read so."""
    low, high = value_range
    if not low < high:
        raise errors.UsageError(
            f"value_range is {value_range}; expected (darkest, brightest)"
        )
    if crop not in pictures.Crop.names():
        raise errors.UsageError(
            f"crop is {crop!r}; expected "
            + " or ".join(map(repr, pictures.Crop.names()))
        )


def in_folder(folder: pathlib.Path) -> list[pathlib.Path]:
    """Returns every image file under a folder, sorted.

    Raises:
        UsageError: there is none.
    """
    files = sorted(
        file
        for file in folder.rglob("*")
        if file.suffix.lower() in pictures.SUFFIXES
        and pictures.is_visible(file.relative_to(folder).as_posix())
        and file.is_file()
    )
    if not files:
        raise errors.UsageError(f"{folder} is a folder without images")
    return files


def _in_given(folder: pathlib.Path) -> list[pathlib.Path]:
    """Returns the images of a folder; warns of pictures of other kinds."""
    counted = passed_over.under(folder)
    if counted:
        warnings.warn(passed_over.told(folder, counted), stacklevel=2)
    return in_folder(folder)


def check_named(path: str | os.PathLike) -> None:
    """Raises UsageError for a name that is empty: it would be this folder's."""
    if not str(path).strip():
        raise errors.UsageError(
            "the name of an image is empty; expected a file or folder, '.' for "
            "the current one"
        )


def file_bytes(
    path: pathlib.Path, *, max_pixels: int = signatures.MAX_PIXELS
) -> bytes:
    """Returns a PNG or JPEG that the model takes: the file, where it is one.

    Args:
        path: the path of an image of any kind.
        max_pixels: that the model decodes; a larger image is made smaller.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return _fitting(_encode(path, (-1.0, 1.0)), max_pixels)
    except pictures.UnreadableError as error:
        raise errors.UsageError(str(error)) from error


def unusable(paths: Iterable[pathlib.Path]) -> dict[str, str]:
    """Decodes every file, one after the other, and keeps none.

    Returns:
        Why files cannot be used, by their names; those alone.
    """
    problems = {}
    for path in paths:
        try:
            pictures.decode(file_bytes(path), 1)
        except (errors.UsageError, pictures.UnreadableError) as error:
            problems[str(path)] = str(error)
    return problems


def check(paths: Sequence[pathlib.Path]) -> None:
    """Raises UsageError, with their names, where files cannot be used."""
    if not paths:
        raise errors.UsageError("there are no images")
    problems = unusable(paths)
    if problems:
        raise errors.UsageError(_listed(problems, len(paths)))


def decode_png(content: bytes) -> np.ndarray:
    """Decodes a PNG that a model answered, uint8 [H, W, 3]."""
    with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
        _check_pixels(image.width, image.height)
        return np.asarray(image.convert("RGB"))


def png(image: Image.Image) -> bytes:
    """Encodes an image as the bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def _listed(problems: Mapping[str, str], count: int) -> str:
    """Says which of the images cannot be used, and why; the first few."""
    more = len(problems) - _SHOWN
    shown = list(problems.items())[:_SHOWN]
    return (
        f"{len(problems)} of {count} images cannot be used: "
        + "; ".join(f"{name}: {reason}" for name, reason in shown)
        + (f"; and {more} more" if more > 0 else "")
    )


def _fitting(encoded: bytes, max_pixels: int) -> bytes:
    """Returns the same file, or a PNG of it that the model takes."""
    with pictures.reading(encoded):
        with Image.open(io.BytesIO(encoded), formats=_TAKEN) as opened:
            width, height = opened.size
            if width * height <= max_pixels:
                return encoded
            _check_pixels(width, height)
            image = ImageOps.exif_transpose(opened)
            if image.mode not in _PNG_MODES or image.mode == "P":
                image = image.convert("RGBA" if _is_clear(image) else "RGB")
    share = math.sqrt(max_pixels / (width * height))
    return png(
        image.resize(
            (
                max(1, math.floor(image.width * share)),
                max(1, math.floor(image.height * share)),
            ),
            Image.Resampling.BOX,
        )
    )


def _each(images: Any) -> Iterator[Any]:
    """Yields one image after another; takes batches and folders apart."""
    # Who has a tensor has imported TensorFlow; nobody else needs it.
    tf = sys.modules.get("tensorflow")
    if tf is not None and isinstance(images, tf.data.Dataset):
        if images.cardinality() == tf.data.INFINITE_CARDINALITY:
            raise errors.UsageError(
                "the dataset never ends; expected dataset.take(n)"
            )
        for element in images:
            first = element[0] if isinstance(element, tuple) else element
            yield from _each(first)
    elif isinstance(images, (str, os.PathLike)):
        check_named(images)
        path = pathlib.Path(images).expanduser()
        yield from _in_given(path) if path.is_dir() else [images]
    elif isinstance(images, Image.Image):
        yield images
    elif isinstance(images, np.ndarray) or (
        tf is not None and isinstance(images, (tf.Tensor, tf.Variable))
    ):
        array = np.asarray(images)
        if array.ndim == 4:
            yield from array
        else:
            yield array
    elif isinstance(images, Iterable) and not isinstance(images, (bytes, dict)):
        for image in images:
            yield from _each(image)
    else:
        raise errors.UsageError(
            f"images is {type(images).__name__}; expected paths, PIL images, "
            "arrays or a tf.data.Dataset"
        )


def _is_float(image: Any) -> bool:
    return isinstance(image, np.ndarray) and np.issubdtype(
        image.dtype, np.floating
    )


def _name(image: Any, index: int) -> str:
    if isinstance(image, (str, os.PathLike)):
        # A name of other bytes than UTF-8 could not be written anywhere.
        return str(image).encode("utf-8", "backslashreplace").decode()
    return f"image {index}"


def _encode(image: Any, value_range: tuple[float, float]) -> bytes:
    if isinstance(image, np.ndarray):
        image = Image.fromarray(_pixels(image, value_range))
    if isinstance(image, Image.Image):
        return _png(image)
    if "://" in str(image):
        raise errors.UsageError(
            "is an address, and nothing is fetched from the network; expected "
            "a file"
        )
    content = pictures.read_file(pathlib.Path(image).expanduser())
    with pictures.reading(content):
        if dicom.is_dicom(content):
            return png(dicom.to_image(content, max_pixels=_MAX_DECODED_PIXELS))
        with Image.open(
            io.BytesIO(content), formats=pictures.FORMATS
        ) as opened:
            _check_pixels(opened.width, opened.height)
            # As it is: our own decoding of a JPEG could differ by a level.
            return content if opened.format in _TAKEN else _png(opened)


def _check_pixels(width: int, height: int) -> None:
    if width * height > _MAX_DECODED_PIXELS:
        raise errors.UsageError(
            f"{width} x {height} pixels; at most {_MAX_DECODED_PIXELS:,} are "
            "read"
        )


def _png(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    if upright.mode == "F":
        raise errors.UsageError(
            "a PIL image of floats; expected an array [H, W, 1], and its "
            "value_range"
        )
    if upright.mode not in _PNG_MODES:
        upright = upright.convert("RGBA" if _is_clear(upright) else "RGB")
    return png(upright)


def _is_clear(image: Image.Image) -> bool:
    return image.has_transparency_data


def _pixels(array: np.ndarray, value_range: tuple[float, float]) -> np.ndarray:
    """Turns an array, uint8 or float [H, W, C], into uint8 for PIL."""
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or not array.size:
        raise errors.UsageError(
            f"an array of shape {list(array.shape)}; expected [H, W, C] or "
            "[N, H, W, C] with C = 1, 3 or 4 (grey: array[..., None])"
        )
    if _is_float(array):
        low, high = value_range
        values = array.astype(np.float64)
        # Not "outside": a NaN must fail too. float16 is off by a thousandth.
        slack = 1e-2 * (high - low)
        if not (low - slack <= values.min() <= values.max() <= high + slack):
            raise errors.UsageError(
                f"floats from {values.min():g} to {values.max():g}; expected "
                f"{low:g} to {high:g}, or say value_range=(darkest, brightest)"
            )
        share = np.clip((values - low) / (high - low), 0.0, 1.0)
        array = np.rint(255.0 * share).astype(np.uint8)
    if array.dtype == np.uint16:
        # All of their 16 bits: 65,535 is white.
        array = np.rint(array / 257.0).astype(np.uint8)
    if array.dtype != np.uint8:
        raise errors.UsageError(
            f"an array of {array.dtype}; expected uint8, uint16 or floats"
        )
    return array[..., 0] if array.shape[2] == 1 else array
