"""Shows one attribute as an animated GIF: before and after, in turn."""

import io

import numpy as np
from PIL import Image

from stylex_tf.report import findings, lettering

_MILLISECONDS = 900
_GAP = 4


def flicker(view: findings.AttributeView, class_index: int) -> bytes:
    """Returns a GIF of two frames: the examples in a row, before and after.

    Args:
        view: an attribute with at least one example.
        class_index: the class whose probability is written on the pictures.
    """
    before, after = (
        _row(images, probabilities, class_index)
        for images, probabilities in (
            (view.sources, view.probabilities_before),
            (view.edited, view.probabilities_after),
        )
    )
    buffer = io.BytesIO()
    before.save(
        buffer,
        format="GIF",
        save_all=True,
        append_images=[after],
        duration=_MILLISECONDS,
        loop=0,
    )
    return buffer.getvalue()


def _row(
    images: np.ndarray, probabilities: np.ndarray, class_index: int
) -> Image.Image:
    pictures = [
        lettering.label(
            image, float(said[class_index]), said.argmax() == class_index
        )
        for image, said in zip(images, probabilities, strict=True)
    ]
    step = pictures[0].width + _GAP
    row = Image.new(
        "RGB", (step * len(pictures) - _GAP, pictures[0].height), "white"
    )
    for index, picture in enumerate(pictures):
        row.paste(picture, (index * step, 0))
    return row.quantize(256)
