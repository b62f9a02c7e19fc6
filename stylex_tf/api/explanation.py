"""The answer for a number of images: arrays, pictures, and where they are from.

What a report shows of a whole run is `stylex_tf/report/findings.py`.
"""

import dataclasses
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from stylex_tf import atomic_file, errors
from stylex_tf.api import (
    cells,
    explanation_files,
    explanation_page,
    explanation_sheet,
)
from stylex_tf.report import wording

# What a notebook shows by itself.
_SHOWN_ROWS = 8

# Axes of each array: N images, A attributes, K classes, R pixels.
_AXES: Mapping[str, tuple[str | int, ...]] = {
    "target_classes": ("N",),
    "coordinates": ("N", "A"),
    "directions": ("N", "A"),
    "strengths": ("N", "A"),
    "effects": ("N", "A"),
    "probabilities": ("N", "K"),
    "probabilities_before": ("N", "K"),
    "probabilities_after": ("N", "A", "K"),
    "class_effects": ("A",),
    "class_shares": ("A",),
    "images": ("N", "R", "R", 3),
    "reconstructions": ("N", "R", "R", 3),
    "edited": ("N", "A", "R", "R", 3),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """What moves a classifier on N images: A attributes of each.

    An attribute is one style coordinate, moved one way. Where an image has
    less than A, the rest of its row is -1, and its pictures are black.
    """

    # K, in the order of the classifier's logits.
    class_names: tuple[str, ...]
    # N: the path of an image, or its place among those given.
    image_ids: tuple[str, ...]
    # The class to move towards, int32 [N]; -1: away from the likeliest.
    target_classes: np.ndarray
    # Index into the searched styles, int32 [N, A].
    coordinates: np.ndarray
    # 0: to the minimum of the coordinate's range, 1: to its maximum, [N, A].
    directions: np.ndarray
    # Share of the way to that end, float32 [N, A].
    strengths: np.ndarray
    # What the edit adds to the log odds of the target, or of all classes but
    # the likeliest; float32 [N, A].
    effects: np.ndarray
    # Of the image itself, float32 [N, K].
    probabilities: np.ndarray
    # Of its reconstruction, from which the edits start, float32 [N, K].
    probabilities_before: np.ndarray
    # Of the edited image, float32 [N, A, K].
    probabilities_after: np.ndarray
    # Of attributes of a class: their mean effect on the held-out images they
    # were found with, and the share of those whose decision one edit turns;
    # float32 [A]. None of attributes of single images.
    class_effects: np.ndarray | None = None
    class_shares: np.ndarray | None = None
    # What the model saw, its reconstruction and the edits: uint8
    # [N, R, R, 3], [N, R, R, 3], [N, A, R, R, 3].
    images: np.ndarray
    reconstructions: np.ndarray
    edited: np.ndarray
    # Which model answered, and what it was asked; plain JSON.
    provenance: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Raises ValueError where the arrays do not belong together."""
        sizes: dict[str | int, int] = {
            "N": len(self.image_ids),
            "K": len(self.class_names),
        }
        for name, axes in _AXES.items():
            array = getattr(self, name)
            if array is None and name in ("class_effects", "class_shares"):
                continue
            fits = len(axes) == array.ndim and all(
                size == (axis if isinstance(axis, int) else sizes[axis])
                for axis, size in zip(axes, array.shape, strict=True)
                # The first array that has an axis says how long it is.
                if isinstance(axis, int)
                or sizes.setdefault(axis, size) is not None
            )
            if not fits:
                raise ValueError(
                    f"{name} has shape {list(array.shape)}; expected "
                    f"[{', '.join(map(str, axes))}] with {sizes}"
                )

    def plot(self, *, max_images: int = 16) -> Image.Image:
        """Draws the first images, a row each: image, reconstruction, edits.

        The number on a picture is the classifier's probability for the class
        named above the row. A notebook shows the result; `.save(path)` is
        Pillow's.

        Args:
            max_images: rows, at most.

        Returns:
            A picture.
        """
        return explanation_sheet.draw(self._rows(max_images))

    def to_html(self, path: str | os.PathLike[str]) -> pathlib.Path:
        """Writes all images as one page that needs no network, atomically.

        Args:
            path: of the file, which is replaced.

        Returns:
            The same.
        """
        page = explanation_page.render(
            self._rows(len(self.image_ids)), facts=self._facts()
        )
        return atomic_file.write(path, page.encode())

    def save(self, folder: str | os.PathLike[str]) -> pathlib.Path:
        """Writes a folder: `explanation.json`, `explanation.npz` and PNGs.

        It appears when it is complete. Image 2, counted from 0, is `0002.png`,
        its reconstruction `0002-before.png`, its first edit `0002-1.png`.

        Args:
            folder: new, or empty.

        Returns:
            The same.

        Raises:
            ValueError: the folder holds something.
        """
        return explanation_files.write(
            pathlib.Path(folder),
            explanation_files.Parts(
                document={
                    "class_names": list(self.class_names),
                    "image_ids": list(self.image_ids),
                    "provenance": dict(self.provenance),
                },
                arrays={
                    name: getattr(self, name)
                    for name in _AXES
                    if name not in explanation_files.PICTURES
                    and getattr(self, name) is not None
                },
                pictures={
                    name: getattr(self, name)
                    for name in explanation_files.PICTURES
                },
            ),
        )

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> "Explanation":
        """Reads what `save` wrote; no code in it is run.

        Raises:
            UsageError: a file is missing, damaged, or not from `save`.
        """
        parts = explanation_files.read(pathlib.Path(folder))
        try:
            return cls(
                class_names=tuple(parts.document["class_names"]),
                image_ids=tuple(parts.document["image_ids"]),
                provenance=parts.document["provenance"],
                **parts.arrays,
                **parts.pictures,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise errors.UsageError(
                f"{folder} is not what Explanation.save wrote: {error}"
            ) from error

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        left = len(self.image_ids) - _SHOWN_ROWS
        return explanation_page.render_fragment(
            self._rows(_SHOWN_ROWS),
            note=f"and {left} more images: to_html()" if left > 0 else "",
        )

    def _facts(self) -> list[tuple[str, str]]:
        return [
            (
                name.replace("_", " "),
                value if isinstance(value, str) else json.dumps(value),
            )
            for name, value in self.provenance.items()
        ]

    def _rows(self, limit: int) -> list[cells.Row]:
        return [self._row(n) for n in range(min(limit, len(self.image_ids)))]

    def _row(self, n: int) -> cells.Row:
        """One image's pictures, with the probability of one class."""
        shown = int(self.target_classes[n])
        if shown < 0:
            shown = int(np.argmax(self.probabilities_before[n]))
        found = [
            cells.Cell(
                picture=self.images[n],
                corner=wording.probability(self.probabilities[n, shown]),
                caption="image",
            ),
            cells.Cell(
                picture=self.reconstructions[n],
                corner=wording.probability(self.probabilities_before[n, shown]),
                caption="reconstruction",
            ),
        ]
        for a in np.flatnonzero(self.coordinates[n] >= 0):
            end = ("min", "max")[self.directions[n, a]]
            found.append(
                cells.Cell(
                    picture=self.edited[n, a],
                    corner=wording.probability(
                        self.probabilities_after[n, a, shown]
                    ),
                    caption=f"{a + 1}. style {self.coordinates[n, a]} to {end}",
                )
            )
        return cells.Row(
            heading=(
                f"{self.image_ids[n]}: probability of {self.class_names[shown]}"
            ),
            cells=tuple(found),
        )
