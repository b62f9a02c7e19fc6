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

    Where attributes matter only together, the first row has all at once.

    Args:
        of_class: a class with at least one attribute that has examples.
        names: the names that people gave coordinates.

    Returns:
        uint8 [H, W, 3].
    """
    rows = [
        (_words(of_class, view, names), _pairs(view, of_class.class_index))
        for view in of_class.attributes
        if view.image_ids
    ]
    if of_class.together:
        rows.insert(
            0,
            (
                _words_together(of_class.together, of_class.images),
                _pairs(of_class.together, of_class.class_index),
            ),
        )
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
    for line, (described, pairs) in enumerate(rows):
        top = margin + line * (side + margin)
        _write(pen, described, (margin, top), (words, side))
        for column, (before, after) in enumerate(pairs):
            left = 2 * margin + words + column * pair
            sheet.paste(before, (left, top))
            sheet.paste(after, (left + side + gap, top))
    return np.asarray(sheet)


def _pairs(
    view: findings.Examples, class_index: int
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


def _words(
    of_class: findings.ClassFindings,
    view: findings.AttributeView,
    names: Mapping[int, str],
) -> list[str]:
    """Returns the name of an attribute, and what is said below it."""
    name = wording.attribute_name(view.coordinate, view.factor, names)
    words = [f"{view.rank}. {name}"]
    if view.share_flipped is not None:
        words.append(_turns("turns", view.share_flipped, of_class.images))
    return [*words, of_class.mark(view)]


def _words_together(view: findings.TogetherView, images: int) -> list[str]:
    return [
        f"All {view.attributes} at once",
        _turns("turn", view.share_flipped, images),
        "matter only together",
    ]


def _turns(verb: str, share: float, images: int) -> str:
    return (
        f"{verb} {wording.percent(share)} of {wording.count(images, 'image')}"
    )


def _write(
    pen: ImageDraw.ImageDraw,
    words: list[str],
    corner: tuple[int, int],
    size: tuple[int, int],
) -> None:
    """Writes the first words large, and the others small below them."""
    width, side = size
    left, top = corner
    for place, text in enumerate(words):
        height = side // 10 if place else side // 7
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
