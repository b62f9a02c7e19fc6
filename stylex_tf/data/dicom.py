"""Turns DICOM files, of medical scanners, into pictures; by `pydicom`.

The package is optional: the extra `dicom`. Nothing of a file but its pixels,
and how they are to be shown, is looked at.
"""

import importlib
import io
from typing import Any

import numpy as np
from PIL import Image

from stylex_tf import extras

_MARK = b"DICM"
_MARK_PLACE = 128
_HOW = extras.how("dicom")
_GREY = ("MONOCHROME1", "MONOCHROME2")
# The largest value that is shown.
_WHITE = 255.0


class DicomError(ValueError):
    """A file is no DICOM file that can be shown; the message is the reason."""


def is_dicom(content: bytes) -> bool:
    """Returns whether the bytes of a file begin as DICOM says."""
    return content[_MARK_PLACE : _MARK_PLACE + len(_MARK)] == _MARK


def to_image(content: bytes, *, max_pixels: int) -> Image.Image:
    """Returns the picture of a DICOM file, grey or RGB, of 8 bits.

    Args:
        content: the bytes of the file.
        max_pixels: a larger picture is refused before it is decoded.

    Raises:
        DicomError: the package is not installed, the file has no picture, or
            several, or is compressed in a way that pydicom cannot undo.
    """
    try:
        pydicom: Any = importlib.import_module("pydicom")
    except ModuleNotFoundError as error:
        raise DicomError(
            f"a DICOM file, which needs the package pydicom: {_HOW}"
        ) from error
    try:
        dataset = pydicom.dcmread(io.BytesIO(content))
        size = int(dataset.Rows) * int(dataset.Columns)
        if size > max_pixels:
            raise DicomError(
                f"{dataset.Columns} x {dataset.Rows} pixels; at most "
                f"{max_pixels:,} are read"
            )
        return Image.fromarray(shown(dataset))
    except DicomError:
        raise
    # pydicom raises anything of a file that is damaged, or whose compression
    # needs another package.
    except Exception as error:
        raise DicomError(
            f"a DICOM file that cannot be read: {error}"
        ) from error


def shown(dataset: Any) -> np.ndarray:
    """Returns what a viewer shows, uint8 [H, W] or [H, W, 3].

    Numbers become what they measure (RescaleSlope, RescaleIntercept); then the
    file's first window, or else its darkest to its brightest number, becomes
    black to white; MONOCHROME1 is turned over. DICOM PS3.3 C.11.2.1.2.

    Args:
        dataset: with the attributes of DICOM's standard, and `pixel_array`.

    Raises:
        DicomError: it holds several pictures, or is of another kind.
    """
    if int(getattr(dataset, "NumberOfFrames", None) or 1) > 1:
        raise DicomError(
            f"a DICOM file of {dataset.NumberOfFrames} pictures; expected one"
        )
    kind = str(dataset.PhotometricInterpretation)
    pixels = np.asarray(dataset.pixel_array)
    if pixels.ndim == 3 and pixels.shape[2] == 3:
        # pydicom, from 3 on, has turned other colours into RGB.
        most = 2.0 ** int(dataset.BitsStored) - 1.0
        return np.rint(pixels * (_WHITE / most)).astype(np.uint8)
    if pixels.ndim != 2 or kind not in _GREY:
        raise DicomError(
            f"a DICOM file in {kind} of shape {pixels.shape}; expected grey or "
            "RGB"
        )
    values = pixels.astype(np.float64)
    values *= float(getattr(dataset, "RescaleSlope", None) or 1.0)
    values += float(getattr(dataset, "RescaleIntercept", None) or 0.0)
    low, high = _window(dataset, values)
    share = np.clip((values - low) / max(high - low, 1e-9), 0.0, 1.0)
    if kind == "MONOCHROME1":
        share = 1.0 - share
    return np.rint(_WHITE * share).astype(np.uint8)


def _window(dataset: Any, values: np.ndarray) -> tuple[float, float]:
    """Says what is black and what is white."""
    center = _first(getattr(dataset, "WindowCenter", None))
    width = _first(getattr(dataset, "WindowWidth", None))
    if center is None or width is None or width <= 1:
        return float(values.min()), float(values.max())
    # From the standard: c - 0.5 is the middle of w - 1 steps.
    return center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2


def _first(value: Any) -> float | None:
    """Takes a number, or the first where a file has a list of several."""
    if value is None or str(value) == "":
        return None
    try:
        return float(value)
    except TypeError:
        return float(value[0]) if len(value) else None
