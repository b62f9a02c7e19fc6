"""Images from files, looked at before anything is sent."""

import pathlib
import warnings
from collections.abc import Sequence

from PIL import Image

from serving.stylex_client import errors
from stylex_tf.export import signatures

_FORMATS = ("PNG", "JPEG")
_SHOWN = 5


def check(paths: Sequence[pathlib.Path]) -> None:
    """Decodes every file, one after the other, and keeps none.

    Raises:
        ClientError: there are none; or some are no PNG or JPEG, are damaged,
            or have more pixels than the server takes: the message names them.
    """
    if not paths:
        raise errors.ClientError("there are no images")
    problems = [
        f"{path}: {problem}" for path in paths if (problem := _problem(path))
    ]
    if problems:
        more = len(problems) - _SHOWN
        raise errors.ClientError(
            f"{len(problems)} of {len(paths)} images cannot be read: "
            + "; ".join(problems[:_SHOWN])
            + (f"; and {more} more" if more > 0 else "")
        )


def read(path: pathlib.Path) -> bytes:
    """The bytes of a file.

    Raises:
        ClientError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise errors.ClientError(
            f"{path}: {error.strerror or error}"
        ) from error


def _problem(path: pathlib.Path) -> str | None:
    try:
        # Pillow warns of sizes far beyond our bound.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=_FORMATS) as image:
                width, height = image.size
                if width * height > signatures.MAX_PIXELS:
                    return (
                        f"{width} x {height} pixels; expected at most "
                        f"{signatures.MAX_PIXELS:,}"
                    )
                image.load()
    except Image.UnidentifiedImageError:
        return "neither a PNG nor a JPEG image"
    except Image.DecompressionBombError as error:
        return str(error)
    except OSError as error:
        return error.strerror or str(error)
    # Pillow raises SyntaxError and ValueError of damaged PNGs.
    except (SyntaxError, ValueError) as error:
        return f"damaged: {error}"
    return None
