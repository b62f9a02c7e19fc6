"""Holds what a report shows: the attributes of each class, with images.

What a model answers about a caller's images is `stylex_tf/api/explanation.py`.
"""

import dataclasses
from typing import TypeVar

import numpy as np

from stylex_tf.attributes import target_effects
from stylex_tf.report import marks

# Directions of an edit, as the effects table counts them.
TOWARDS_MINIMUM = 0
TOWARDS_MAXIMUM = 1

# What an effect is a change of: the class's log odds against all others, its
# logit, or its probability.
MEASURES = target_effects.Measure.names()

# A change of a probability that counts as a move.
MOVED = 0.1

_Shown = TypeVar("_Shown", bound="Examples")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Carried:
    """Examples of an attribute, with its edit carried onto the photographs.

    A photograph plus what the edit changes in its reconstruction; what the
    classifier says of it is measured like everything else.
    """

    # uint8 [N, H, W, 3], and what the classifier says of them, float [N, K].
    photographs: np.ndarray
    edited: np.ndarray
    probabilities_before: np.ndarray
    probabilities_after: np.ndarray


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examples:
    """Images that show an edit: reconstructions before and after it.

    N is the number of example images, K the number of classes.
    """

    # uint8 [N, H, W, 3], what the classifier says of them, float [N, K], and
    # the images' ids.
    sources: np.ndarray
    edited: np.ndarray
    probabilities_before: np.ndarray
    probabilities_after: np.ndarray
    image_ids: tuple[str, ...]
    # The same edits on the photographs; None where they are not shown.
    carried: Carried | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where the examples do not belong together."""
        for name in ("sources", "edited"):
            images = getattr(self, name)
            if (
                images.dtype != np.uint8
                or images.ndim != 4
                or images.shape[3] != 3
            ):
                raise ValueError(
                    f"{name} is {images.dtype} {images.shape}; "
                    "expected uint8 [N, H, W, 3]"
                )
        if self.sources.shape != self.edited.shape:
            raise ValueError(
                f"edited has shape {self.edited.shape}; the sources have "
                f"{self.sources.shape}"
            )
        for name in ("probabilities_before", "probabilities_after"):
            shape = getattr(self, name).shape
            if len(shape) != 2 or shape[0] != len(self.image_ids):
                raise ValueError(
                    f"{name} has shape {shape}; expected "
                    f"[{len(self.image_ids)}, K], one row an image id"
                )
        if len(self.sources) != len(self.image_ids):
            raise ValueError(
                f"{len(self.sources)} sources, {len(self.image_ids)} image ids"
            )
        # Judged by the same rules, as the view of them that it makes.
        self.on_photographs()

    def on_photographs(self: _Shown) -> _Shown | None:
        """Returns the same edit, shown on the photographs themselves."""
        if self.carried is None:
            return None
        return dataclasses.replace(
            self,
            sources=self.carried.photographs,
            edited=self.carried.edited,
            probabilities_before=self.carried.probabilities_before,
            probabilities_after=self.carried.probabilities_after,
            carried=None,
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AttributeView(Examples):
    """One style coordinate, moved one way, with images that show the move."""

    # 1 is the strongest attribute of its class.
    rank: int
    # Index into the searched styles, and where the generator keeps it.
    coordinate: int
    layer: str
    channel: int
    direction: int
    # Mean change of the class's log odds (or logit, or probability) over the
    # images searched.
    mean_effect: float
    # Share of the images searched whose decision becomes the class by this
    # edit alone; None where it was not measured.
    share_flipped: float | None = None
    # Share of them whose probability of the class it raises by MOVED or more.
    share_moved: float | None = None
    # The known factor that the edit moves most, and the share of the whole
    # change that falls on it; None where no truth is known.
    factor: str | None = None
    purity: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where the direction is none."""
        # By its name: slots make another class, which super() does not know.
        Examples.__post_init__(self)
        if self.direction not in (TOWARDS_MINIMUM, TOWARDS_MAXIMUM):
            raise ValueError(
                f"direction is {self.direction}; expected {TOWARDS_MINIMUM} "
                f"(towards the minimum) or {TOWARDS_MAXIMUM} (the maximum)"
            )

    @property
    def turns(self) -> bool:
        """Tells whether it alone turns any decision; True if not measured."""
        return self.share_flipped is None or self.share_flipped > 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TogetherView(Examples):
    """All attributes of a class moved at once, with images that show it."""

    # How many attributes.
    attributes: int
    # Share of the images searched whose decision becomes the class.
    share_flipped: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassFindings:
    """The attributes of one class, strongest first.

    An empty tuple is a legal answer: nothing moved the classifier this way.
    """

    class_index: int
    class_name: str
    # How many images, all given another class, were searched.
    images: int
    attributes: tuple[AttributeView, ...]
    # All at once, where they matter only together and none by itself.
    together: TogetherView | None = None

    def on_photographs(self) -> "ClassFindings":
        """Keeps the attributes that photographs show, and shows them there."""
        views = [view.on_photographs() for view in self.attributes]
        return dataclasses.replace(
            self,
            attributes=tuple(view for view in views if view is not None),
            together=self.together and self.together.on_photographs(),
        )

    def mark(self, view: AttributeView) -> str:
        """Returns what to be careful about with one of its attributes."""
        strongest = max(shown.mean_effect for shown in self.attributes)
        return marks.find(
            effect=view.mean_effect, strongest=strongest, turns=view.turns
        )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Findings:
    """What was found for every class that was asked for."""

    # All of the classifier's classes, in the order of its logits.
    class_names: tuple[str, ...]
    classes: tuple[ClassFindings, ...]
    # How far each coordinate was moved; 1 is the end of its range.
    shift_size: float = 1.0
    # One of MEASURES.
    measure: str = "log_odds"

    def __post_init__(self) -> None:
        """Raises ValueError where a class is not one of the classifier's."""
        if self.measure not in MEASURES:
            raise ValueError(
                f"measure is {self.measure!r}; expected one of {MEASURES}"
            )
        for of_class in self.classes:
            known = self.class_names[
                of_class.class_index : of_class.class_index + 1
            ]
            if known != (of_class.class_name,):
                raise ValueError(
                    f"class {of_class.class_index} is called "
                    f"{of_class.class_name!r}; the classifier's classes "
                    f"are {self.class_names}"
                )
            for attribute in of_class.attributes:
                width = attribute.probabilities_before.shape[1]
                if width != len(self.class_names):
                    raise ValueError(
                        f"attribute {attribute.rank} of "
                        f"{of_class.class_name!r} has {width} probabilities an "
                        f"image; the classifier has {len(self.class_names)} "
                        "classes"
                    )
