"""Draws an explanation as one picture, a row an image."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from stylex_tf.api import cells
from stylex_tf.report import lettering

# Pixels. Pictures are drawn at least this large.
_SIDE = 112
_GAP = 8
_TEXT = 14
_LINE = 20
_WHITE, _BLACK, _GREY = (255, 255, 255), (0, 0, 0), (90, 90, 90)
# The lines that say what to be careful about.
_RED = (170, 30, 30)


def draw(rows: Sequence[cells.Row]) -> Image.Image:
    """Draws pictures with their words.

    Small pictures are enlarged by a whole factor, so that their pixels stay
    what they are.

    Args:
        rows: any number, of any length.

    Returns:
        An RGB image.
    """
    side = max(
        (_enlarged(cell.picture).width for row in rows for cell in row.cells),
        default=_SIDE,
    )
    columns = max((len(row.cells) for row in rows), default=1)
    height = 2 * _LINE + side + 2 * _LINE + _GAP
    sheet = Image.new(
        "RGB",
        (_GAP + columns * (side + _GAP), _GAP + len(rows) * height),
        _WHITE,
    )
    brush = ImageDraw.Draw(sheet)
    font = lettering.font(_TEXT)
    for index, row in enumerate(rows):
        top = _GAP + index * height
        width = sheet.width - 2 * _GAP
        heading = _fitting(row.heading, width, font)
        brush.text((_GAP, top), heading, _BLACK, font)
        top += _LINE
        colour = _RED if row.level == "doubtful" else _GREY
        trust = _fitting(row.trust, width, font, start=True)
        brush.text((_GAP, top), trust, colour, font)
        top += _LINE
        for column, cell in enumerate(row.cells):
            left = _GAP + column * (side + _GAP)
            sheet.paste(_enlarged(cell.picture), (left, top))
            box = brush.textbbox((left + 3, top + 2), cell.corner, font)
            brush.rectangle(
                (left, top, box[2] + 3, top + _TEXT + 4), fill=_BLACK
            )
            brush.text((left + 3, top + 2), cell.corner, _WHITE, font)
            caption = _fitting(cell.caption, side, font)
            brush.text((left, top + side + 2), caption, _GREY, font)
            caution = _fitting(cell.caution, side, font, start=True)
            below = top + side + 2 + _LINE
            brush.text((left, below), caution, _RED, font)
    return sheet


def _enlarged(picture: np.ndarray) -> Image.Image:
    image = Image.fromarray(picture)
    factor = -(-_SIDE // image.width)
    return image.resize(
        (image.width * factor, image.height * factor), Image.Resampling.NEAREST
    )


def _fitting(
    text: str,
    width: int,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    *,
    start: bool = False,
) -> str:
    """Cuts a text to what fits: the end of a path, the start of a sentence."""
    text = lettering.drawable(text)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"...{text}") > width:
        text = text[:-1] if start else text[1:]
    return f"{text}..." if start else f"...{text}"
