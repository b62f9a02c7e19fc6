"""Finds the attributes that a person names: by rank or coordinate."""

import re
from collections.abc import Mapping, Sequence

from stylex_tf import errors
from stylex_tf.attributes import selection

_COORDINATE = re.compile(r"\d+")


def are_coordinates(names: Sequence[str]) -> bool:
    """Says whether `coordinates` needs no ranked lists."""
    return all(_COORDINATE.fullmatch(name.strip()) for name in names)


def coordinates(
    names: Sequence[str],
    *,
    size: int,
    class_names: Sequence[str],
    by_class: Mapping[int, Sequence[selection.Attribute]],
) -> tuple[int, ...]:
    """Returns the style coordinates that the names mean, without doubles.

    Args:
        names: each "24", the report's coordinate, or "cat:1", the attribute
            of this rank among those that lead to this class.
        size: the number of searched coordinates.
        class_names: in the order of the labels.
        by_class: the attributes that the report shows, best first.

    Raises:
        RunFolderError: a name means nothing; says what was expected.
    """
    if not names:
        raise errors.RunFolderError(
            "no attribute is named; expected coordinates as in the report, "
            'such as "24", or a class and a rank, "cat:1"'
        )
    coordinates = [
        int(name)
        if are_coordinates([name])
        else _ranked(name, class_names, by_class)
        for name in names
    ]
    for coordinate in coordinates:
        if coordinate >= size:
            raise errors.RunFolderError(
                f"attribute {coordinate}: the run has the coordinates 0 to "
                f"{size - 1}"
            )
    return tuple(dict.fromkeys(coordinates))


def _ranked(
    name: str,
    class_names: Sequence[str],
    by_class: Mapping[int, Sequence[selection.Attribute]],
) -> int:
    class_name, colon, rank = name.strip().rpartition(":")
    if not colon or class_name not in class_names:
        raise errors.RunFolderError(
            f"attribute {name!r}; expected a coordinate, or class:rank with "
            f"one of the classes {tuple(class_names)}"
        )
    attributes = by_class[tuple(class_names).index(class_name)]
    if not rank.isdecimal() or not 1 <= int(rank) <= len(attributes):
        expected = (
            f"a rank from 1 to {len(attributes)}"
            if attributes
            else "a coordinate: the report shows no attribute of this class"
        )
        raise errors.RunFolderError(
            f"attribute {name!r}: rank {rank!r}; expected {expected}"
        )
    return attributes[int(rank) - 1].coordinate
