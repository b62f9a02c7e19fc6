"""Images inside a page: data URIs, as exact as the page's size allows."""

import base64
import dataclasses
import io

import numpy as np
from PIL import Image


@dataclasses.dataclass(frozen=True, slots=True)
class Encoding:
    """How the pictures of one page are stored."""

    format: str
    # Larger images are reduced to this side.
    longest_side: int
    # What the page tells its reader about the loss; empty where there is none.
    note: str = ""


# Tried in order until the page is small enough.
ENCODINGS = (
    Encoding("PNG", 256),
    Encoding("JPEG", 256, "Pictures are compressed (JPEG) to fit the page."),
    Encoding(
        "JPEG",
        128,
        "Pictures are reduced to 128 pixels and compressed (JPEG) to fit the "
        "page.",
    ),
)


def data_uri(image: np.ndarray, encoding: Encoding, *, greyscale: bool) -> str:
    """Encodes one image, uint8 [H, W, 3], for the src of an img element.

    Args:
        image: the pixels.
        encoding: the file format and the largest size.
        greyscale: the image was grey before it was given three channels.

    Returns:
        A data URI.
    """
    picture = Image.fromarray(image)
    if greyscale:
        picture = picture.convert("L")
    side = encoding.longest_side
    # Never enlarges: a browser does that without the bytes.
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    # A PNG has no quality, and ignores it.
    picture.save(buffer, format=encoding.format, quality=85)
    content = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f"data:image/{encoding.format.lower()};base64,{content}"
