"""Turns image files of any kind into square RGB arrays of one size."""

import contextlib
import io
import math
import os
import pathlib
import stat
import warnings
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageOps

from stylex_tf import choice, stand_ins
from stylex_tf.data import dicom, other_pictures

# Names with other endings are not taken for images.
SUFFIXES = frozenset(
    ".bmp .dcm .dicom .gif .jfif .jpe .jpeg .jpg .pgm .png .pnm .ppm .tif "
    ".tiff .webp".split()
)
# What systems and network drives keep beside a user's files.
_OF_SYSTEMS = frozenset(
    ("@eaDir", "#recycle", "$RECYCLE.BIN", "RECYCLER", "lost+found")
    + ("System Volume Information",)
)
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
"""What is read. Pillow knows more, of which some start programs (EPS)."""
MAX_FILE_BYTES = 256 << 20
"""A file of more bytes is not read."""
# A picture that would be larger when decoded is refused before it is.
_MAX_BYTES = 256 << 20
# Pillow's own pixels have four bytes; grey of more than 8 bits is computed in
# float64.
_PIXEL_BYTES = 4
_DEEP_PIXEL_BYTES = 16


class Crop(choice.Choice):
    """What becomes of a picture that is not square, see `decode`."""

    CENTER = "center"
    PAD = "pad"


class UnreadableError(ValueError):
    """A file is not an image that we can read; the message is the reason."""


Box = tuple[float, float, float, float]


def decode(
    encoded: bytes,
    resolution: int,
    *,
    box: Box | None = None,
    crop: str = Crop.CENTER,
) -> np.ndarray:
    """Decodes an image file and makes a square of it, resized.

    EXIF orientation is applied; transparent images are laid on white; of an
    animation the first frame is taken.

    Args:
        encoded: the bytes of the file.
        resolution: height and width of the result.
        box: left, top, width and height in pixels of what to crop to; None
            leaves it to `crop`.
        crop: "center" takes the central square; "pad" shrinks the whole
            picture until it fits, and repeats its border.

    Returns:
        The picture, uint8 [resolution, resolution, 3].

    Raises:
        UnreadableError: with the reason.
    """
    with reading(encoded):
        image = _open(encoded)
        image = _to_rgb(ImageOps.exif_transpose(image))
        if box:
            return square(_around(image, box), resolution)
        return square(image, resolution, crop=crop)


def is_visible(name: str) -> bool:
    """Says whether a file is neither hidden nor a system's own.

    Args:
        name: of the file, below the folder that was given.
    """
    return not any(
        part.startswith((".", "__MACOSX")) or part in _OF_SYSTEMS
        for part in name.split("/")
    )


def recognise(encoded: bytes) -> None:
    """Tells from its start whether a file is an image; decodes no pixel.

    Raises:
        UnreadableError: it is none, or too large; with the reason.
    """
    with reading(encoded):
        if not dicom.is_dicom(encoded):
            _open_start(encoded).close()


def read_file(path: pathlib.Path) -> bytes:
    """Reads a file, if it is no device or pipe, and not too large.

    It is opened without waiting: a pipe that nobody writes into has no end.

    Raises:
        UnreadableError: it is not one, or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError("not a regular file")
            check_file_bytes(status.st_size)
            return file.read(MAX_FILE_BYTES)
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error


def check_file_bytes(size: int) -> None:
    """Raises UnreadableError for a file that is too large."""
    if size > MAX_FILE_BYTES:
        raise UnreadableError(
            f"{size:,} bytes; at most {MAX_FILE_BYTES:,} are read"
        )


@contextlib.contextmanager
def reading(encoded: bytes) -> Iterator[None]:
    """Turns whatever goes wrong with a file into an UnreadableError.

    Args:
        encoded: the bytes of the file, which is decoded within.
    """
    if not encoded:
        raise UnreadableError("the file is empty")
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata and of large images; the first does
            # not matter here and the second is refused below.
            warnings.simplefilter("ignore")
            yield
    except UnreadableError:
        raise
    except Image.UnidentifiedImageError as error:
        raise UnreadableError(_unidentified(encoded)) from error
    except Exception as error:
        # A broken file makes a decoder raise whatever it likes.
        raise UnreadableError(str(error) or type(error).__name__) from error


def _unidentified(encoded: bytes) -> str:
    """Says what a file may be of which no image was made."""
    known = other_pictures.what(encoded)
    if known:
        return known
    known = stand_ins.what(encoded)
    if known:
        return f"not an image, but {known}"
    return "not an image, or of an unknown format"


def _open(encoded: bytes) -> Image.Image:
    if dicom.is_dicom(encoded):
        return dicom.to_image(
            encoded, max_pixels=_MAX_BYTES // _DEEP_PIXEL_BYTES
        )
    image = _open_start(encoded)
    image.load()
    return image


def _open_start(encoded: bytes) -> Image.Image:
    """Opens a picture of a size that is read; its pixels are not decoded."""
    image: Image.Image = Image.open(io.BytesIO(encoded), formats=FORMATS)
    _check_size(image)
    return image


def _check_size(image: Image.Image) -> None:
    deep = image.mode.startswith("I") or image.mode == "F"
    each = _DEEP_PIXEL_BYTES if deep else _PIXEL_BYTES
    if image.width * image.height * each > _MAX_BYTES:
        raise UnreadableError(
            f"{image.width} x {image.height} pixels; at most "
            f"{_MAX_BYTES // each:,} are read"
        )


def square(
    image: Image.Image, resolution: int, *, crop: str = Crop.CENTER
) -> np.ndarray:
    """Makes a square of an RGB image: its centre, or all of it; see `decode`.

    `stylex_tf/export/image_codec.py` does the same in an exported graph.
    """
    if crop == Crop.PAD:
        return _padded(image, resolution)
    side = min(image.size)
    left = (image.width - side) // 2
    top = (image.height - side) // 2
    image = image.crop((left, top, left + side, top + side))
    if side != resolution:
        image = image.resize((resolution, resolution), Image.Resampling.LANCZOS)
    return np.asarray(image)


def _padded(image: Image.Image, resolution: int) -> np.ndarray:
    longest = max(image.size)
    # Rounded half up, in whole numbers, as the graph does it.
    width, height = (
        max(1, (2 * length * resolution + longest) // (2 * longest))
        for length in image.size
    )
    if (width, height) != image.size:
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    # The larger half of an odd number comes after.
    widths = [
        ((resolution - length) // 2, (resolution - length + 1) // 2)
        for length in (height, width)
    ]
    return np.pad(np.asarray(image), [*widths, (0, 0)], mode="edge")


def _around(image: Image.Image, box: Box) -> Image.Image:
    """Returns the smallest square around a box, moved into the picture.

    The middle of a box is shown where it is longer than the shorter side.
    """
    left, top, width, height = box
    if not (0 <= left < image.width and 0 <= top < image.height):
        raise UnreadableError(
            f"the box begins at {left:g}, {top:g}, outside of "
            f"{image.width} x {image.height} pixels"
        )
    side = min(math.ceil(max(width, height)), *image.size)
    x, y = (
        round(min(max(start + (extent - side) / 2, 0), size - side))
        for start, extent, size in (
            (left, width, image.width),
            (top, height, image.height),
        )
    )
    return image.crop((x, y, x + side, y + side))


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _deep_grey_to_rgb(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def _deep_grey_to_rgb(image: Image.Image) -> Image.Image:
    """Scales grey of more than 8 bits, which pillow would clip."""
    values = np.asarray(image).astype(np.float64)
    if not np.isfinite(values).all() or values.min() < 0:
        raise UnreadableError("grey values below 0 or not finite")
    most = values.max()
    # Unsigned 16 bits unless the values say otherwise.
    limit = 1.0 if image.mode == "F" and most <= 1 else 65535.0
    if most > limit:
        raise UnreadableError(f"grey values up to {most:g}; expected 16 bits")
    grey = np.rint(values * (255 / limit)).astype(np.uint8)
    return Image.fromarray(grey).convert("RGB")
