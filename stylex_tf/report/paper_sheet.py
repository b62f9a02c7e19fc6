"""Draws the attributes of a class as one picture, for papers and slides."""

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw

from stylex_tf.report import findings, lettering, wording

# In shares of the side of a picture.
_WORDS, _MARGIN, _GAP = 1.6, 0.15, 0.03


def draw(
    of_class: findings.ClassFindings, names: Mapping[int, str]
) -> np.ndarray:
    """Draws a row an attribute: its name, then pairs of before and after.

    Args:
        of_class: a class with at least one attribute that has examples.
        names: the names that people gave coordinates.

    Returns:
        uint8 [H, W, 3].
    """
    rows = [
        (view, _pairs(view, of_class.class_index))
        for view in of_class.attributes
        if view.image_ids
    ]
    side = rows[0][1][0][0].width
    words, margin, gap = (
        round(share * side) for share in (_WORDS, _MARGIN, _GAP)
    )
    across = max(len(pairs) for _, pairs in rows)
    pair = 2 * side + gap + margin
    sheet = Image.new(
        "RGB",
        (
            2 * margin + words + pair * across,
            margin + (side + margin) * len(rows),
        ),
        "white",
    )
    pen = ImageDraw.Draw(sheet)
    for line, (view, pairs) in enumerate(rows):
        top = margin + line * (side + margin)
        _describe(pen, of_class, view, names, (margin, top), (words, side))
        for column, (before, after) in enumerate(pairs):
            left = 2 * margin + words + column * pair
            sheet.paste(before, (left, top))
            sheet.paste(after, (left + side + gap, top))
    return np.asarray(sheet)


def _pairs(
    view: findings.AttributeView, class_index: int
) -> list[tuple[Image.Image, Image.Image]]:
    def label(image: np.ndarray, said: np.ndarray) -> Image.Image:
        decided = said.argmax() == class_index
        return lettering.label(image, float(said[class_index]), decided)

    return [
        (label(*before), label(*after))
        for before, after in zip(
            zip(view.sources, view.probabilities_before, strict=True),
            zip(view.edited, view.probabilities_after, strict=True),
            strict=True,
        )
    ]


def _describe(
    pen: ImageDraw.ImageDraw,
    of_class: findings.ClassFindings,
    view: findings.AttributeView,
    names: Mapping[int, str],
    corner: tuple[int, int],
    size: tuple[int, int],
) -> None:
    """Writes the name large, and the figures small below it."""
    width, side = size
    large, small = side // 7, side // 10
    name = wording.attribute_name(view.coordinate, view.factor, names)
    texts = [(f"{view.rank}. {name}", large)]
    if view.share_flipped is not None:
        share = wording.percent(view.share_flipped)
        images = wording.count(of_class.images, "image")
        texts.append((f"turns {share} of {images}", small))
    texts.append((of_class.mark(view), small))
    left, top = corner
    for text, height in texts:
        for line in _wrap(lettering.drawable(text), height, width):
            pen.text((left, top), line, "#14202e", lettering.font(height))
            top += round(1.35 * height)


def _wrap(text: str, size: int, width: int) -> list[str]:
    """Breaks a line between words where it is too long; at most three."""
    font, lines = lettering.font(size), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines[:3]
