"""Judges whether the explanation of one image means anything for it."""

import dataclasses

import numpy as np

from stylex_tf.report import wording

FAIR, DOUBTFUL, UNKNOWN = "fair", "doubtful", "unknown"

# Held-out images that are nearer than the one in question: beyond this share it
# is unlike what the model knows. It flags one held-out image in a hundred.
LIMIT = 0.99


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trust:
    """Three questions about one image.

    Attributes:
        image_class: what the classifier says of the image.
        reconstruction_class: what it says of the reconstruction, from which
            all edits start.
        error_share: the share of held-out images whose reconstruction is
            nearer to them; None: not known.
        style_share: the share of held-out images whose styles are nearer to
            those that the model knows; None: not known.
    """

    image_class: str
    reconstruction_class: str
    error_share: float | None = None
    style_share: float | None = None

    @property
    def keeps_class(self) -> bool:
        """Tells whether the classifier says the same of the reconstruction."""
        return self.image_class == self.reconstruction_class

    @property
    def level(self) -> str:
        """Returns DOUBTFUL, FAIR, or UNKNOWN if only the class was compared."""
        shares = (self.error_share, self.style_share)
        if not self.keeps_class or any(
            share is not None and share > LIMIT for share in shares
        ):
            return DOUBTFUL
        return UNKNOWN if None in shares else FAIR

    @property
    def words(self) -> str:
        """Says it in one sentence for a reader, with the figures."""
        start = {
            DOUBTFUL: "Do not rely on this: ",
            UNKNOWN: "Only partly known: ",
            FAIR: "Nothing speaks against it: ",
        }[self.level]
        return start + "; ".join(self._reasons()) + "."

    def _reasons(self) -> list[str]:
        kept = (
            f"its reconstruction keeps the class {self.image_class}"
            if self.keeps_class
            else f"the classifier says {self.image_class} of the image and "
            f"{self.reconstruction_class} of its reconstruction"
        )
        return [
            kept,
            _compared("its reconstruction is less like it", self.error_share),
            _compared("its styles lie further out", self.style_share),
        ]

    def __str__(self) -> str:
        return self.words


def _compared(what: str, share: float | None) -> str:
    if share is None:
        return f"whether {what} than usual is not known"
    return f"{what} than with {wording.percent(share)} of held-out images"


def of(
    class_names: tuple[str, ...],
    probabilities: np.ndarray,
    probabilities_before: np.ndarray,
    error_share: float | None,
    style_share: float | None,
) -> Trust:
    """Says how far the explanation of one image is to be trusted.

    Args:
        class_names: the names of the K classes.
        probabilities: what the classifier says of the image, [K].
        probabilities_before: what it says of the reconstruction, [K].
        error_share: see `Trust`.
        style_share: see `Trust`.
    """
    return Trust(
        image_class=class_names[int(np.argmax(probabilities))],
        reconstruction_class=class_names[int(np.argmax(probabilities_before))],
        error_share=None if error_share is None else float(error_share),
        style_share=None if style_share is None else float(style_share),
    )
