"""Judges whether the explanation of one image means anything for it."""

import dataclasses

import numpy as np

from stylex_tf.report import wording

FAIR, DOUBTFUL, UNKNOWN = "fair", "doubtful", "unknown"

# Held-out images that are less foreign than the one in question: beyond this
# share it is unlike what the model knows. It flags one held-out image in fifty.
FOREIGN_LIMIT = 0.98

# The same where only two regards are known, each judged by itself.
LIMIT = 0.99


@dataclasses.dataclass(frozen=True, kw_only=True)
class Trust:
    """Measures of whether the explanation of one image means anything.

    Attributes:
        image_class: what the classifier says of the image.
        reconstruction_class: what it says of the reconstruction, from which
            all edits start.
        error_share: the share of held-out images whose reconstruction is
            nearer to them; None: not known.
        style_share: the share of held-out images whose styles are nearer to
            those that the model knows; None: not known.
        foreign_share: the share of held-out images that are less foreign, in
            these two regards and in what a network that has seen photographs
            makes of the image; None: not known, as of an export of before that
            was measured, of which the two are judged one by one.
    """

    image_class: str
    reconstruction_class: str
    error_share: float | None = None
    style_share: float | None = None
    foreign_share: float | None = None

    @property
    def keeps_class(self) -> bool:
        """Tells whether the classifier says the same of the reconstruction."""
        return self.image_class == self.reconstruction_class

    @property
    def level(self) -> str:
        """Returns DOUBTFUL, FAIR, or UNKNOWN if only the class was compared."""
        shares = self._judged
        if not self.keeps_class or any(
            share is not None and share > self._limit for share in shares
        ):
            return DOUBTFUL
        return UNKNOWN if None in shares else FAIR

    @property
    def words(self) -> str:
        """Says it in one sentence for a reader, with the figures."""
        against, others = self._reasons()
        if self.level == DOUBTFUL:
            # What speaks against it first: a sheet may show no more.
            rest = f" Apart from that, {'; '.join(others)}." if others else ""
            return f"Do not rely on this: {'; '.join(against)}.{rest}"
        start = {
            UNKNOWN: "Only partly known: ",
            FAIR: "Nothing speaks against it: ",
        }[self.level]
        return f"{start}{'; '.join(others)}{self._doubtful_above}."

    @property
    def _judged(self) -> tuple[float | None, ...]:
        """Returns the shares that decide."""
        if self.foreign_share is not None:
            return (self.foreign_share,)
        return (self.error_share, self.style_share)

    @property
    def _limit(self) -> float:
        return LIMIT if self.foreign_share is None else FOREIGN_LIMIT

    @property
    def _doubtful_above(self) -> str:
        """Says above which share an image is doubtful; "" without shares."""
        if all(share is None for share in self._judged):
            return ""
        return f" (doubtful above {wording.percent(self._limit)})"

    def _reasons(self) -> tuple[list[str], list[str]]:
        """Lists what speaks against relying on it, and what does not."""
        against: list[str] = []
        others: list[str] = []
        if self.keeps_class:
            others.append(
                f"its reconstruction keeps the class {self.image_class}"
            )
        else:
            against.append(
                f"the classifier says {self.image_class} of the image and "
                f"{self.reconstruction_class} of its reconstruction"
            )
        for share, known, unknown in (
            (
                self.error_share,
                "it is rebuilt less exactly than",
                "how exactly it is rebuilt",
            ),
            (
                self.style_share,
                "its styles lie further out than those of",
                "how far out its styles lie",
            ),
        ):
            if share is None:
                others.append(f"{unknown}, beside held-out images, is unknown")
                continue
            text = f"{known} {_percent(share)} of held-out images"
            if share > LIMIT and self.foreign_share is None:
                against.append(f"{text}{self._doubtful_above}")
            else:
                others.append(text)
        if self.foreign_share is not None:
            # Both before are in it.
            text = (
                "it is more foreign to the model than "
                f"{_percent(self.foreign_share)} of held-out images"
            )
            if self.foreign_share > FOREIGN_LIMIT:
                against.append(f"{text}{self._doubtful_above}")
            else:
                others.append(text)
        return against, others

    def __str__(self) -> str:
        return self.words


def _percent(share: float) -> str:
    """Returns a share for a sentence, where "> 99.9 %" is read in words."""
    return wording.percent(share).replace("> ", "more than ")


def of(
    class_names: tuple[str, ...],
    probabilities: np.ndarray,
    probabilities_before: np.ndarray,
    error_share: float | None,
    style_share: float | None,
    foreign_share: float | None = None,
) -> Trust:
    """Says how far the explanation of one image is to be trusted.

    Args:
        class_names: the names of the K classes.
        probabilities: what the classifier says of the image, [K].
        probabilities_before: what it says of the reconstruction, [K].
        error_share: see `Trust`.
        style_share: see `Trust`.
        foreign_share: see `Trust`.
    """
    return Trust(
        image_class=class_names[int(np.argmax(probabilities))],
        reconstruction_class=class_names[int(np.argmax(probabilities_before))],
        error_share=_number(error_share),
        style_share=_number(style_share),
        foreign_share=_number(foreign_share),
    )


def _number(share: float | None) -> float | None:
    return None if share is None else float(share)
