"""Makes ranked lists of edits, one row an image."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from stylex_tf.attributes import selection

TOP = 10
"""Flips are counted with the first 1 to so many attributes, if listed."""


@dataclasses.dataclass(frozen=True, eq=False)
class EditLists:
    """The edits of M images, best first.

    Attributes:
        coordinates: [M, A]; -1 where an image's list has ended.
        directions: 0 for the minimum, 1 for the maximum, [M, A].
    """

    coordinates: np.ndarray
    directions: np.ndarray

    @property
    def longest(self) -> int:
        """Returns A, the length of the longest list."""
        return self.coordinates.shape[1]

    def cut(self, like: "EditLists") -> "EditLists":
        """Shortens each image's list to the length of another's for it."""
        coordinates = self.coordinates[:, : like.longest]
        missing = like.longest - coordinates.shape[1]
        coordinates, directions = (
            np.pad(columns, ((0, 0), (0, missing)), constant_values=filler)
            for columns, filler in (
                (coordinates, -1),
                (self.directions[:, : like.longest], 0),
            )
        )
        listed = like.coordinates >= 0
        return EditLists(
            np.where(listed, coordinates, -1), np.where(listed, directions, 0)
        )


def of_classes(
    attributes: Mapping[int, Sequence[selection.Attribute]],
    targets: np.ndarray,
) -> EditLists:
    """Gives each image the list of the class that it is led to.

    Args:
        attributes: each class's list, best first.
        targets: the class of each image, [M].

    Returns:
        The lists, as wide as the longest of them, at most `TOP`.
    """
    mine = {
        int(wanted): attributes.get(wanted, ())[:TOP] for wanted in set(targets)
    }
    width = max(map(len, mine.values()), default=0)
    coordinates = np.full((len(targets), width), -1)
    directions = np.zeros((len(targets), width), int)
    for target, listed in mine.items():
        rows = targets == target
        for rank, attribute in enumerate(listed):
            coordinates[rows, rank] = attribute.coordinate
            directions[rows, rank] = attribute.direction
    return EditLists(coordinates, directions)
