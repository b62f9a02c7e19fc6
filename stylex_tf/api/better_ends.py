"""Keeps one end of each coordinate: both make one attribute."""

from collections.abc import Sequence

ENDS = 2
"""Edits to ask for, for each attribute: both ends may be among the best."""


def places(coordinates: Sequence[int], most: int) -> list[int]:
    """Returns the places of the better end of each coordinate, best first.

    Args:
        coordinates: that the edits move, the best edit first; -1 where there
            is none.
        most: places, at most.
    """
    first: dict[int, int] = {}
    for place, coordinate in enumerate(coordinates):
        if coordinate >= 0:
            first.setdefault(int(coordinate), place)
    return list(first.values())[:most]
