"""Draws an explanation as one picture, a row an image."""

import dataclasses
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
    what they are. Words take as many lines as they need.

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
    width = columns * (side + _GAP) - _GAP
    font = lettering.font(_TEXT)
    laid = [_lay(row, width, side, font) for row in rows]
    sheet = Image.new(
        "RGB",
        (2 * _GAP + width, _GAP + sum(lines.height + _GAP for lines in laid)),
        _WHITE,
    )
    brush = ImageDraw.Draw(sheet)
    top = _GAP
    for row, lines in zip(rows, laid, strict=True):
        brush.text((_GAP, top), lines.heading, _BLACK, font)
        colour = _RED if row.level == "doubtful" else _GREY
        _write(brush, (_GAP, top + _LINE), lines.trust, colour, font)
        pictures = top + _LINE * (1 + len(lines.trust))
        for column, (cell, words) in enumerate(
            zip(row.cells, lines.words, strict=True)
        ):
            left = _GAP + column * (side + _GAP)
            _paste(sheet, brush, cell, (left, pictures), font)
            below = pictures + side + 2
            _write(brush, (left, below), words.caption, _GREY, font)
            below += _LINE * len(words.caption)
            _write(brush, (left, below), words.caution, _RED, font)
        top += lines.height + _GAP
    return sheet


_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclasses.dataclass(frozen=True)
class _Words:
    """Holds the lines below one picture."""

    caption: list[str]
    caution: list[str]


@dataclasses.dataclass(frozen=True)
class _Laid:
    """Holds a row's words, cut into lines, and its height in pixels."""

    heading: str
    trust: list[str]
    words: list[_Words]
    height: int


def _lay(row: cells.Row, width: int, side: int, font: _Font) -> _Laid:
    trust = _lines(row.trust, width, font)
    words = [
        _Words(
            _lines(cell.caption, side, font), _lines(cell.caution, side, font)
        )
        for cell in row.cells
    ]
    below = max(
        (len(below.caption) + len(below.caution) for below in words), default=0
    )
    return _Laid(
        _fitting(row.heading, width, font),
        trust,
        words,
        _LINE * (1 + len(trust) + below) + side,
    )


def _paste(
    sheet: Image.Image,
    brush: ImageDraw.ImageDraw,
    cell: cells.Cell,
    at: tuple[int, int],
    font: _Font,
) -> None:
    """Draws a picture on the sheet, and a text over its corner."""
    left, top = at
    sheet.paste(_enlarged(cell.picture), at)
    box = brush.textbbox((left + 3, top + 2), cell.corner, font)
    brush.rectangle((left, top, box[2] + 3, top + _TEXT + 4), fill=_BLACK)
    brush.text((left + 3, top + 2), cell.corner, _WHITE, font)


def _write(
    brush: ImageDraw.ImageDraw,
    at: tuple[int, int],
    lines: Sequence[str],
    colour: tuple[int, int, int],
    font: _Font,
) -> None:
    for index, line in enumerate(lines):
        brush.text((at[0], at[1] + index * _LINE), line, colour, font)


def _enlarged(picture: np.ndarray) -> Image.Image:
    image = Image.fromarray(picture)
    factor = -(-_SIDE // image.width)
    return image.resize(
        (image.width * factor, image.height * factor), Image.Resampling.NEAREST
    )


def _lines(text: str, width: int, font: _Font) -> list[str]:
    """Breaks a text between words; only a word that is too long is cut."""
    lines: list[str] = []
    for word in lettering.drawable(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(_fitting(word, width, font))
    return lines


def _fitting(text: str, width: int, font: _Font) -> str:
    """Cuts a text to what fits: the end of a path."""
    text = lettering.drawable(text)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(f"...{text}") > width:
        text = text[1:]
    return f"...{text}"
