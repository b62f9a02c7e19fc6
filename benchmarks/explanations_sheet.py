"""Draws what several explanations say of the same pictures, one a row."""

import dataclasses
import io
import pathlib
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from stylex_tf import atomic_file, errors
from stylex_tf.report import lettering

# Pixels.
_SIDE, _GAP, _MARGIN, _TEXT = 128, 4, 20, 13
_HEADING = 38
_JPEG_QUALITY = 80
SUFFIXES = (".jpg", ".png")


@dataclasses.dataclass(frozen=True, eq=False)
class Column:
    """One kind of picture, of every image.

    Attributes:
        heading: above it.
        pictures: uint8 [N, H, W, 3].
        probabilities: of the class that each image is led to, [N].
        decided: whether the classifier decides for that class, bool [N].
    """

    heading: str
    pictures: np.ndarray
    probabilities: np.ndarray
    decided: np.ndarray


def draw(blocks: Sequence[tuple[str, Sequence[Column]]]) -> Image.Image:
    """Draws blocks of rows beside one another.

    Args:
        blocks: each a title and its columns, of equally many images.

    Returns:
        An RGB image.
    """
    across = [len(columns) * (_SIDE + _GAP) for _, columns in blocks]
    down = max(len(columns[0].pictures) for _, columns in blocks)
    sheet = Image.new(
        "RGB",
        (
            sum(across) + _MARGIN * (len(blocks) + 1),
            2 * _HEADING + down * (_SIDE + _GAP) + _MARGIN,
        ),
        "white",
    )
    pen, left = ImageDraw.Draw(sheet), _MARGIN
    for (title, columns), width in zip(blocks, across, strict=True):
        pen.text((left, _GAP), title, "#14202e", lettering.font(_TEXT + 5))
        for number, column in enumerate(columns):
            at = left + number * (_SIDE + _GAP)
            heading = lettering.drawable(column.heading)
            pen.multiline_text(
                (at, _HEADING), heading, "#14202e", lettering.font(_TEXT)
            )
            for row, picture in enumerate(_labelled(column)):
                top = 2 * _HEADING + row * (_SIDE + _GAP)
                sheet.paste(picture, (at, top))
        left += width + _MARGIN
    return sheet


def _labelled(column: Column) -> list[Image.Image]:
    """Enlarges a column's pictures and writes the probabilities on them."""
    return [
        lettering.label(
            np.asarray(
                Image.fromarray(picture).resize(
                    (_SIDE, _SIDE), Image.Resampling.LANCZOS
                )
            ),
            float(probability),
            bool(decided),
        )
        for picture, probability, decided in zip(
            column.pictures, column.probabilities, column.decided, strict=True
        )
    ]


def check_suffix(path: pathlib.Path) -> None:
    """Raises UserError unless the file's ending names a kind of picture."""
    if path.suffix not in SUFFIXES:
        raise errors.UserError(
            f"--sheet={path}: the name ends in {path.suffix or 'nothing'!r}; "
            f"expected one of {', '.join(SUFFIXES)}"
        )


def write(path: pathlib.Path, sheet: Image.Image) -> pathlib.Path:
    """Writes a sheet as JPEG or PNG, by the ending of its name."""
    check_suffix(path)
    buffer = io.BytesIO()
    if path.suffix == ".jpg":
        sheet.save(buffer, format="JPEG", quality=_JPEG_QUALITY, optimize=True)
    else:
        sheet.save(buffer, format="PNG", optimize=True)
    return atomic_file.write(path, buffer.getvalue())
