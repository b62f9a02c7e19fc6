"""Writes probabilities on pictures, and words beside them, for plain files."""

import functools
import unicodedata

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from stylex_tf.report import wording

SMALLEST_SIDE = 128
"""Smaller pictures are enlarged to this, or text would hide them."""

# What the font has no glyph for, and what stands for it.
_STAND_INS = str.maketrans(
    {
        "\N{NO-BREAK SPACE}": " ",
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{LATIN SMALL LETTER SHARP S}": "ss",
    }
)
_DECIDED = ("#1f4fd8", "#ffffff")
_UNDECIDED = ("#ffffff", "#14202e")


def label(image: np.ndarray, probability: float, decided: bool) -> Image.Image:
    """Writes the probability into the top left corner, as the page does.

    Args:
        image: uint8 [H, W, 3]; enlarged by whole factors where it is small.
        probability: the probability of the class.
        decided: the classifier decides for the class; the label is blue.
    """
    picture = Image.fromarray(image)
    factor = -(-SMALLEST_SIDE // max(picture.size))
    picture = picture.resize(
        (picture.width * factor, picture.height * factor),
        Image.Resampling.NEAREST,
    )
    background, ink = _DECIDED if decided else _UNDECIDED
    text, size = wording.probability(probability), picture.width // 9
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom = draw.textbbox((0, 0), text, font(size))
    pad = size // 3
    corner = (pad, pad, 3 * pad + right - left, 3 * pad + bottom - top)
    draw.rounded_rectangle(corner, radius=pad, fill=background)
    draw.text((2 * pad - left, 2 * pad - top), text, ink, font(size))
    return picture


def drawable(text: str) -> str:
    """Spells a text in Latin letters without accents, as far as it can.

    The font has no others; what remains is drawn as empty boxes.
    """
    letters = unicodedata.normalize("NFKD", text.translate(_STAND_INS))
    return "".join(c for c in letters if not unicodedata.combining(c))


@functools.cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Loads the one font that is everywhere: it comes with Pillow."""
    return ImageFont.load_default(size)
