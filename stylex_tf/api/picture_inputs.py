"""Images of any kind, as the PNG or JPEG bytes that a model takes."""

import dataclasses
import io
import os
import pathlib
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image, ImageOps

from stylex_tf import errors
from stylex_tf.data import pictures

# Formats that the model decodes itself.
_TAKEN = ("PNG", "JPEG")
# Modes that a PNG holds, and the model decodes, as they are.
_PNG_MODES = ("1", "I", "I;16", "L", "LA", "P", "RGB", "RGBA")
_SHOWN = 5


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """One image, ready to be asked about."""

    # Its path, or its place among the images given.
    id: str
    # PNG or JPEG.
    encoded: bytes
    # What the model sees: the centre square, uint8 [R, R, 3]. A JPEG's pixels
    # may differ by a level from those that TensorFlow decodes.
    pixels: np.ndarray


def read(
    images: Any,
    *,
    resolution: int,
    max_pixels: int,
    value_range: tuple[float, float] = (-1.0, 1.0),
) -> list[Picture]:
    """Reads all images, before any work begins.

    Args:
        images: one image or several: a path, a PIL image, an array or tensor
            [H, W, C] or [N, H, W, C] with one, three or four channels, uint8
            or float; a sequence of these, or a `tf.data.Dataset` of images,
            of batches, or of tuples that begin with one.
        resolution: R, height and width of the model's images.
        max_pixels: of an image.
        value_range: the darkest and the brightest value of float images.

    Raises:
        UsageError: there are none, or some cannot be used; the message names
            them.
    """
    low, high = value_range
    if not low < high:
        raise errors.UsageError(
            f"value_range is {value_range}; expected (darkest, brightest)"
        )
    found, problems, count = [], [], 0
    lowest = np.inf
    for count, image in enumerate(_each(images), start=1):
        name = _name(image, count - 1)
        if _is_float(image):
            lowest = min(lowest, image.min(initial=np.inf))
        try:
            encoded = _encode(image, value_range)
            with Image.open(io.BytesIO(encoded)) as header:
                width, height = header.size
            if width * height > max_pixels:
                raise errors.UsageError(
                    f"{width} x {height} pixels; the model takes at most "
                    f"{max_pixels:,}"
                )
            pixels = pictures.decode(encoded, resolution)
            found.append(Picture(id=name, encoded=encoded, pixels=pixels))
        except (errors.UsageError, pictures.UnreadableError) as error:
            problems.append(f"{name}: {error}")
    if problems:
        more = len(problems) - _SHOWN
        raise errors.UsageError(
            f"{len(problems)} of {count} images cannot be used: "
            + "; ".join(problems[:_SHOWN])
            + (f"; and {more} more" if more > 0 else "")
        )
    if not found:
        raise errors.UsageError("there are no images")
    if low < 0 <= lowest < np.inf:
        warnings.warn(
            f"no float is below 0, and the range is {low:g} to {high:g}: are "
            "these images in [0, 1]? Then say value_range=(0, 1)",
            stacklevel=3,
        )
    return found


def _each(images: Any) -> Iterator[Any]:
    """One image after another; batches are taken apart."""
    if isinstance(images, tf.data.Dataset):
        if images.cardinality() == tf.data.INFINITE_CARDINALITY:
            raise errors.UsageError(
                "the dataset never ends; expected dataset.take(n)"
            )
        for element in images:
            first = element[0] if isinstance(element, tuple) else element
            yield from _each(first)
    elif isinstance(images, (str, os.PathLike, Image.Image)):
        yield images
    elif isinstance(images, (np.ndarray, tf.Tensor, tf.Variable)):
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
        return str(image)
    return f"image {index}"


def _encode(image: Any, value_range: tuple[float, float]) -> bytes:
    if isinstance(image, np.ndarray):
        image = Image.fromarray(_pixels(image, value_range))
    if isinstance(image, Image.Image):
        return _png(image)
    path = pathlib.Path(image).expanduser()
    if path.is_dir():
        raise errors.UsageError(
            "is a folder; expected files, such as pathlib.Path(...).glob('*')"
        )
    try:
        content = path.read_bytes()
        with Image.open(io.BytesIO(content)) as opened:
            # As it is: our own decoding of a JPEG could differ by a level.
            return content if opened.format in _TAKEN else _png(opened)
    except Image.UnidentifiedImageError as error:
        raise errors.UsageError("not an image") from error
    except Image.DecompressionBombError as error:
        raise errors.UsageError(str(error)) from error
    except OSError as error:
        raise errors.UsageError(error.strerror or str(error)) from error


def _png(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    if upright.mode == "F":
        raise errors.UsageError(
            "a PIL image of floats; expected an array [H, W, 1], and its "
            "value_range"
        )
    if upright.mode not in _PNG_MODES:
        clear = upright.has_transparency_data
        upright = upright.convert("RGBA" if clear else "RGB")
    buffer = io.BytesIO()
    upright.save(buffer, format="PNG")
    return buffer.getvalue()


def _pixels(array: np.ndarray, value_range: tuple[float, float]) -> np.ndarray:
    """One array, uint8 or float [H, W, C], as uint8 that PIL takes."""
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
    if array.dtype != np.uint8:
        raise errors.UsageError(
            f"an array of {array.dtype}; expected uint8, or floats"
        )
    return array[..., 0] if array.shape[2] == 1 else array
