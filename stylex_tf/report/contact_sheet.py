"""Puts images in rows and columns, as one image and as a PNG."""

import io
import os
import pathlib

import numpy as np
from PIL import Image

from stylex_tf import atomic_file


def grid(images: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Lays images out row by row; cells that are left over are white.

    Args:
        images: uint8 [N, H, W, C], N at most rows * columns.
        rows: images from top to bottom.
        columns: images from left to right.

    Returns:
        One image, uint8 [rows * H, columns * W, C].

    Raises:
        ValueError: the images are not uint8 NHWC, or do not fit.
    """
    if images.dtype != np.uint8 or images.ndim != 4:
        raise ValueError(
            f"images are {images.dtype} {images.shape}; expected uint8 NHWC"
        )
    count, height, width, channels = images.shape
    if count > rows * columns:
        raise ValueError(
            f"{count} images do not fit in {rows} rows of {columns}"
        )
    cells = np.full(
        (rows * columns, height, width, channels), 255, dtype=np.uint8
    )
    cells[:count] = images
    cells = cells.reshape(rows, columns, height, width, channels)
    # Row of cells, row of pixels, column of cells, column of pixels.
    return cells.transpose(0, 2, 1, 3, 4).reshape(
        rows * height, columns * width, channels
    )


def write_png(path: str | os.PathLike[str], image: np.ndarray) -> pathlib.Path:
    """Writes one image, uint8 [H, W, 3], atomically."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="PNG", optimize=True)
    return atomic_file.write(path, buffer.getvalue())
