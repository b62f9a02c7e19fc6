"""Embeds images in a page, as exactly as the page's size allows."""

import base64
import dataclasses
import io

import numpy as np
from PIL import Image

from stylex_tf.report import layout


@dataclasses.dataclass(frozen=True, slots=True)
class Encoding:
    """How the pictures of one page are stored, as WebP."""

    # 0 to 100; None is exact.
    quality: int | None
    # Larger images are reduced to this side.
    longest_side: int
    # What the page tells its reader about the loss; empty where there is none.
    note: str = ""


EXACT_SIDE = 64
"""Up to this side every pixel is seen, and exact pictures take few bytes."""

ENCODINGS = (
    Encoding(None, EXACT_SIDE),
    Encoding(85, layout.LONGEST_SIDE, "Pictures are compressed."),
    Encoding(65, layout.LONGEST_SIDE, "Pictures are compressed to fit."),
    Encoding(
        65, 192, "Pictures are reduced to 192 pixels and compressed to fit."
    ),
    Encoding(
        65, 128, "Pictures are reduced to 128 pixels and compressed to fit."
    ),
    Encoding(
        60, 64, "Pictures are reduced to 64 pixels and compressed to fit."
    ),
)


def encodings(side: int) -> tuple[Encoding, ...]:
    """Lists what to try in order, until the page is small enough.

    Args:
        side: height and width of the pictures.
    """
    return ENCODINGS if side <= EXACT_SIDE else ENCODINGS[1:]


def data_uri(
    image: np.ndarray,
    encoding: Encoding,
    *,
    greyscale: bool,
    longest_side: int | None = None,
) -> str:
    """Encodes one image, uint8 [H, W, 3], for the src of an img element.

    Args:
        image: the pixels.
        encoding: how exact, and the largest size.
        greyscale: the image was grey before it was given three channels.
        longest_side: a smaller size yet, for a thumbnail.

    Returns:
        A data URI.
    """
    side = min(encoding.longest_side, longest_side or encoding.longest_side)
    return _encode([_prepare(image, side, greyscale)], encoding)


def strip_uri(
    frames: np.ndarray, encoding: Encoding, *, greyscale: bool
) -> str:
    """Encodes images, uint8 [F, H, W, 3], as one, from top to bottom.

    Each is reduced by itself, so that none bleeds into its neighbour.
    """
    side = encoding.longest_side
    return _encode(
        [_prepare(frame, side, greyscale) for frame in frames], encoding
    )


def _prepare(image: np.ndarray, side: int, greyscale: bool) -> Image.Image:
    picture = Image.fromarray(image)
    if greyscale:
        picture = picture.convert("L").convert("RGB")
    # Never enlarges: a browser does that without the bytes.
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return picture


def _encode(parts: list[Image.Image], encoding: Encoding) -> str:
    width, height = parts[0].size
    picture = Image.new("RGB", (width, height * len(parts)))
    for index, part in enumerate(parts):
        picture.paste(part, (0, index * height))
    buffer = io.BytesIO()
    if encoding.quality is None:
        picture.save(buffer, format="WEBP", lossless=True)
    else:
        picture.save(buffer, format="WEBP", quality=encoding.quality)
    content = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"data:image/webp;base64,{content}"
