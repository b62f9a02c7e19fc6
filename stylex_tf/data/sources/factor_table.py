"""Reads `factors.csv`, a table of what a user knows of every image."""

import dataclasses
from collections.abc import Sequence

from stylex_tf import errors
from stylex_tf.data.records import manifest
from stylex_tf.data.sources import (
    annotations,
    archives,
    image_tables,
    listing,
)

FILE_NAME = "factors.csv"
# A column of more values than this is taken for a mistake: a name, a date.
_MOST_VALUES = 50


def add_factors(
    archive: archives.Archive, listed: listing.Listing, wanted: Sequence[str]
) -> listing.Listing:
    """Gives every image of a listing its factors, where there is a table.

    A column of numbers from 0 to 1, one of them broken, is a continuous
    factor; any other is categorical, with its values in order.

    Args:
        archive: may hold one factors.csv, in any folder.
        listed: the images.
        wanted: the columns to read; all, where it is empty.

    Raises:
        DataError: factors are wanted and there is no table, a column is not
            there, or the table and the images do not agree.
    """
    if not annotations.find_all(archive, FILE_NAME):
        if wanted:
            raise errors.DataError(
                f"factors is {tuple(wanted)}, but {archive.path} has no "
                f"{FILE_NAME}; expected one row an image, one column a factor"
            )
        return listed
    file = annotations.find(archive, FILE_NAME)
    columns = _columns(image_tables.header(archive, file), wanted)
    cells = {
        name: values
        for row, name, values in image_tables.rows(archive, file, columns)
        if _check_cells(row, columns, values)
    }
    for image in listed.images:
        if image.name not in cells:
            raise errors.DataError(
                f"{archive.path}/{image.name}: has no row in {file}"
            )
    used = [cells[image.name] for image in listed.images]
    factors = tuple(
        _factor(archive, file, column, [values[place] for values in used])
        for place, column in enumerate(columns)
    )
    return dataclasses.replace(
        listed,
        images=[
            dataclasses.replace(image, factors=_numbers(factors, values))
            for image, values in zip(listed.images, used, strict=True)
        ],
        factors=factors,
    )


def _columns(header: annotations.Row, wanted: Sequence[str]) -> list[str]:
    of_image = image_tables.image_column(header.cells)
    known = [name for i, name in enumerate(header.cells) if i != of_image]
    for name in (*wanted, *known):
        if known.count(name) != 1:
            raise header.error(
                f"{known.count(name)} columns {name!r}; expected one. Found "
                f"{', '.join(known)}"
            )
    if not known:
        raise header.error("no column beside the names of the images")
    return list(wanted) or known


def _check_cells(
    row: annotations.Row, columns: Sequence[str], values: Sequence[str]
) -> bool:
    for column, value in zip(columns, values, strict=True):
        if not value:
            raise row.error(f"{column} is empty; expected a value")
    return True


def _factor(
    archive: archives.Archive, file: str, name: str, cells: Sequence[str]
) -> manifest.Factor:
    values = sorted(set(cells), key=_order)
    numbers = [_number(value) for value in values]
    if all(n is not None and 0 <= n <= 1 for n in numbers) and not all(
        n in (0, 1) for n in numbers
    ):
        return manifest.Factor(name)
    if not 2 <= len(values) <= _MOST_VALUES:
        raise errors.DataError(
            f"{archive.path}/{file}: {name} has {len(values)} values "
            f"({', '.join(values[:3])}{', ...' * (len(values) > 3)}); expected "
            f"2 to {_MOST_VALUES}, or numbers from 0 to 1. Leave it out of "
            "data.factors if it is no factor"
        )
    return manifest.Factor(name, tuple(values))


def _numbers(
    factors: Sequence[manifest.Factor], cells: Sequence[str]
) -> tuple[float, ...]:
    return tuple(
        float(factor.values.index(cell) if factor.values else cell)
        for factor, cell in zip(factors, cells, strict=True)
    )


def _order(value: str) -> tuple[int, float, str]:
    """Orders numbers by their size, before words."""
    number = _number(value)
    return (0, number, value) if number is not None else (1, 0.0, value)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number == number and abs(number) != float("inf") else None
