"""Holds the answer for some images: arrays, pictures, and where they are from.

What a report shows of a whole run is `stylex_tf/report/findings.py`.
"""

import dataclasses
import json
import os
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from stylex_tf import atomic_file, errors
from stylex_tf.api import (
    explanation_arrays,
    explanation_files,
    explanation_page,
    explanation_rows,
    explanation_sheet,
    turned_decisions,
)
from stylex_tf.api import trust as trust_lib
from stylex_tf.attributes import carried_edit, default_name
from stylex_tf.report import marks, wording

# What a notebook shows by itself.
_SHOWN_ROWS = 8


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """What moves a classifier on N images: A attributes of each.

    An attribute is one style coordinate, moved one way. Where an image has
    less than A, the rest of its row is -1, and its pictures are black.
    """

    # K, in the order of the classifier's logits.
    class_names: tuple[str, ...]
    # What a person or a regressor called coordinates; those alone.
    attribute_names: Mapping[int, str] = dataclasses.field(default_factory=dict)
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
    # Probabilities of the image itself, float32 [N, K].
    probabilities: np.ndarray
    # Those of its reconstruction, where the edits start, float32 [N, K].
    probabilities_before: np.ndarray
    # Those of the edited image, float32 [N, A, K].
    probabilities_after: np.ndarray
    # Those of the carried edit, float32 [N, A, K]; None: not asked.
    probabilities_carried: np.ndarray | None = None
    # The share of held-out images whose reconstruction, or whose styles, are
    # nearer than this image's, or that are less foreign in all regards,
    # float32 [N]; None: the export does not tell.
    error_shares: np.ndarray | None = None
    style_shares: np.ndarray | None = None
    foreign_shares: np.ndarray | None = None
    # For attributes of a class: their mean effect on the held-out images they
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
        explanation_arrays.check(
            {name: getattr(self, name) for name in explanation_arrays.AXES},
            images=len(self.image_ids),
            classes=len(self.class_names),
        )

    def __len__(self) -> int:
        """Counts the images, N."""
        return len(self.image_ids)

    def __getitem__(self, which: int | slice) -> "Explanation":
        """Cuts out one image, by its place, or a slice of them.

        Raises:
            IndexError: there is no such image.
        """
        if isinstance(which, slice):
            rows = range(len(self))[which]
        else:
            place = range(len(self))[which]
            rows = range(place, place + 1)
        changes: dict[str, Any] = {
            name: array[list(rows)]
            for name, array in self._arrays().items()
            if explanation_arrays.AXES[name][0] == "N"
        }
        changes["image_ids"] = tuple(self.image_ids[row] for row in rows)
        return dataclasses.replace(self, **changes)

    def __iter__(self) -> Iterator["Explanation"]:
        """Yields the explanation of one image after another."""
        return (self[n] for n in range(len(self)))

    def __repr__(self) -> str:
        """Counts images, attributes and the images not to be relied on."""
        images, attributes = self.coordinates.shape
        doubtful = sum(
            trust.level == trust_lib.DOUBTFUL for trust in self.trust
        )
        return (
            f"<Explanation of {images} image{'s' * (images != 1)}, up to "
            f"{attributes} attribute{'s' * (attributes != 1)} each; classes "
            f"{', '.join(self.class_names)}; {doubtful} not to be relied on>"
        )

    @property
    def trust(self) -> tuple[trust_lib.Trust, ...]:
        """Judges, for each image, whether its explanation means anything."""
        judged = (
            [None] * len(self) if shares is None else list(shares)
            for shares in (
                self.error_shares,
                self.style_shares,
                self.foreign_shares,
            )
        )
        return tuple(
            trust_lib.of(self.class_names, *parts)
            for parts in zip(
                self.probabilities,
                self.probabilities_before,
                *judged,
                strict=True,
            )
        )

    @property
    def carried(self) -> np.ndarray:
        """Returns the edits carried onto the images, uint8 [N, A, R, R, 3].

        Each is the image plus what the edit changes in its reconstruction;
        black where there is no attribute.
        """
        carried = carried_edit.carry(
            self.images, self.reconstructions, self.edited
        )
        carried[self.coordinates < 0] = 0
        return carried

    @property
    def turns(self) -> np.ndarray:
        """Tells which edits, by themselves, turn the decision, bool [N, A].

        To the target where there is one, and else to any other class.
        """
        return (self.coordinates >= 0) & turned_decisions.tell(
            self.probabilities_before,
            self.probabilities_after,
            self.target_classes,
        )

    @property
    def turns_carried(self) -> np.ndarray | None:
        """Tells which carried edits turn the decision on the image, [N, A].

        None: nobody asked what the classifier says of them.
        """
        if self.probabilities_carried is None:
            return None
        return (self.coordinates >= 0) & turned_decisions.tell(
            self.probabilities,
            self.probabilities_carried,
            self.target_classes,
        )

    @property
    def weak(self) -> np.ndarray:
        """Tells which edits do less than a tenth of the best one, [N, A]."""
        there = self.coordinates >= 0
        effects = np.where(there, self.effects, -np.inf)
        best = effects.max(axis=1, keepdims=True, initial=-np.inf)
        return there & (effects < marks.WEAK_SHARE * best)

    def attribute_name(self, n: int, a: int) -> str:
        """Returns an attribute's name, or its style coordinate."""
        coordinate = int(self.coordinates[n, a])
        default = default_name.of(coordinate)
        return self.attribute_names.get(coordinate, default)

    def cautions(self, n: int, *, carried: bool = False) -> list[str]:
        """Says what to be careful about, for each attribute of an image.

        Args:
            n: the place of the image.
            carried: judges the edit carried onto the image, by what the
                classifier says of that; where nobody asked, only whether it is
                weak.
        """
        there = self.coordinates[n] >= 0
        known = self.turns_carried if carried else self.turns
        turning = there if known is None else known[n]
        strongest = self.effects[n].max(where=there, initial=-np.inf)
        return [
            marks.find(effect=effect, strongest=strongest, turns=turns)
            if has_attribute
            else ""
            for has_attribute, effect, turns in zip(
                there, self.effects[n], turning, strict=True
            )
        ]

    def plot(
        self, *, max_images: int = 16, carried: bool = False
    ) -> Image.Image:
        """Draws the first images, a row each: image, reconstruction, edits.

        The number on a picture is the classifier's probability for the class
        named above the row. A notebook shows the result; `.save(path)` is
        Pillow's.

        Args:
            max_images: rows, at most.
            carried: shows each edit on the image itself: the image plus what
                the edit changes.

        Returns:
            A picture.
        """
        rows = explanation_rows.rows(self, max_images)
        return explanation_sheet.draw(
            [row.on_the_image() for row in rows] if carried else rows
        )

    def to_html(self, path: str | os.PathLike[str]) -> pathlib.Path:
        """Writes all images as one page that needs no network, atomically.

        Args:
            path: the path of the file, which is replaced.

        Returns:
            The same.
        """
        page = explanation_page.render(
            explanation_rows.rows(self, len(self)), facts=self._facts()
        )
        # A file's name may be of other bytes than UTF-8.
        content = page.encode("utf-8", "backslashreplace")
        return atomic_file.write(os.path.expanduser(path), content)

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
            pathlib.Path(folder).expanduser(),
            explanation_files.Parts(
                document={
                    "class_names": list(self.class_names),
                    "attribute_names": {
                        str(coordinate): name
                        for coordinate, name in self.attribute_names.items()
                    },
                    "image_ids": list(self.image_ids),
                    "trust": [trust.words for trust in self.trust],
                    "provenance": dict(self.provenance),
                },
                arrays={
                    name: array
                    for name, array in self._arrays().items()
                    if name not in explanation_files.PICTURES
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
        parts = explanation_files.read(pathlib.Path(folder).expanduser())
        try:
            return cls(
                class_names=tuple(parts.document["class_names"]),
                attribute_names={
                    int(coordinate): name
                    for coordinate, name in parts.document.get(
                        "attribute_names", {}
                    ).items()
                },
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
        """Returns what a notebook shows."""
        left = len(self.image_ids) - _SHOWN_ROWS
        return explanation_page.render_fragment(
            explanation_rows.rows(self, _SHOWN_ROWS),
            note=f"and {left} more images: to_html()" if left > 0 else "",
        )

    def _facts(self) -> list[tuple[str, str]]:
        return [
            (
                name.replace("_", " "),
                # The page goes to others, who need no folders of this machine.
                wording.without_folders(value, keep=2)
                if isinstance(value, str)
                else json.dumps(value),
            )
            for name, value in self.provenance.items()
        ]

    def _arrays(self) -> dict[str, np.ndarray]:
        return {
            name: getattr(self, name)
            for name in explanation_arrays.AXES
            if getattr(self, name) is not None
        }


def join(parts: Sequence[Explanation]) -> Explanation:
    """Makes one of several, of the same model and the same question.

    Args:
        parts: at least one.
    """
    first = parts[0]
    return dataclasses.replace(
        first,
        image_ids=tuple(name for part in parts for name in part.image_ids),
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name, axes in explanation_arrays.AXES.items()
            if axes[0] == "N" and getattr(first, name) is not None
        },
    )
