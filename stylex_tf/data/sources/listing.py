"""Holds what a layout says about its images, before any of them is read."""

import dataclasses

from stylex_tf.data.records import manifest


@dataclasses.dataclass(frozen=True)
class Listed:
    """One image of an archive.

    Attributes:
        name: the name of the file in its archive.
        class_name: None where nobody says what it is.
        split: "train" or "test", as its author says; None leaves it to us.
        box: what to crop to: left, top, width, height, in pixels; None crops
            to the central square.
        factors: a value for each factor of the listing.
        group: what it belongs to with others that stay on one side of a cut;
            "" where nothing is known.
    """

    name: str
    class_name: str | None
    split: str | None = None
    box: tuple[float, float, float, float] | None = None
    factors: tuple[float, ...] = ()
    group: str = ""


@dataclasses.dataclass(frozen=True)
class Listing:
    """All images of an archive.

    Attributes:
        images: in any order.
        class_names: those that the images have, in the order of the labels;
            None where the images have no labels.
        factors: what else is known of every image.
    """

    images: list[Listed]
    class_names: tuple[str, ...] | None
    factors: tuple[manifest.Factor, ...] = ()
