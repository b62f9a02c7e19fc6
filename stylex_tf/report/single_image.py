"""Holds one image with the attributes that would change its decision."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from stylex_tf.report import marks
from stylex_tf.report import trust as trust_lib


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edit:
    """A picture of the image after an edit, and what the classifier says."""

    coordinate: int
    direction: int
    # The effect of this edit alone, on the log odds (or logit) of the class led
    # to.
    effect: float
    # uint8 [H, W, 3], float [K].
    picture: np.ndarray
    probabilities: np.ndarray
    # The same edit carried onto the photograph.
    carried: np.ndarray
    probabilities_carried: np.ndarray


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SingleImage:
    """The paper's two explanations of one image."""

    image_id: str
    # uint8 [H, W, 3], and what the classifier says of each, float [K].
    image: np.ndarray
    reconstruction: np.ndarray
    probabilities_image: np.ndarray
    probabilities_reconstruction: np.ndarray
    # What the edits lead to: the class that is second for the reconstruction.
    target: int
    # The strongest edits of this image, each by itself ("independent").
    independent: tuple[Edit, ...]
    # Attributes of the class, each on top of those before ("subset"); the
    # table predicts that the last one turns the decision, or that all do not.
    subset: tuple[Edit, ...]

    @property
    def decision(self) -> int:
        """Returns the class that the classifier gives the reconstruction."""
        return int(self.probabilities_reconstruction.argmax())

    @property
    def flipped(self) -> bool:
        """Tells whether the subset's last picture is given the target class."""
        return bool(self.subset) and (
            int(self.subset[-1].probabilities.argmax()) == self.target
        )


def mark(image: SingleImage, edit: Edit, *, on_photograph: bool = False) -> str:
    """Returns what to be careful about with one of the independent edits.

    Args:
        image: the image.
        edit: one of its edits.
        on_photograph: whether to judge the edit carried onto the photograph.
    """
    said = edit.probabilities_carried if on_photograph else edit.probabilities
    return marks.find(
        effect=edit.effect,
        strongest=max(other.effect for other in image.independent),
        turns=int(said.argmax()) == image.target,
    )


def trust(image: SingleImage, class_names: Sequence[str]) -> trust_lib.Trust:
    """Judges whether the explanation of an image means anything for it.

    By its class alone: the export measures how near held-out images are to what
    the model knows, and the report does not.

    Args:
        image: the image.
        class_names: the names of the K classes.
    """
    return trust_lib.of(
        tuple(class_names),
        image.probabilities_image,
        image.probabilities_reconstruction,
        error_share=None,
        style_share=None,
    )
