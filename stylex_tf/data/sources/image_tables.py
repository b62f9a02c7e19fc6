"""Finds which row of a table belongs to which image."""

import pathlib
from collections.abc import Iterator, Sequence

from stylex_tf import errors
from stylex_tf.data.sources import annotations, archives

_IMAGE_COLUMNS = ("image", "file")


def paths_by_name(archive: archives.Archive) -> dict[str, list[str]]:
    """Maps names to images: "a/1.jpg" is also called "1.jpg" and "1"."""
    paths: dict[str, list[str]] = {}
    for name in annotations.images(archive):
        parts = name.split("/")
        for start in range(len(parts)):
            path = pathlib.PurePosixPath(*parts[start:])
            # Tables and files do not always agree on .JPG and .jpg.
            for key in {str(path).lower(), str(path.with_suffix("")).lower()}:
                paths.setdefault(key, []).append(name)
    return paths


def find(archive: archives.Archive, column: str) -> str:
    """Names the one .csv that has the column, beside the images' names.

    Raises:
        DataError: there is none, or more than one.
    """
    headers = {}
    for name in archive.names:
        if name.lower().endswith(".csv"):
            first = next(annotations.rows(archive, name), None)
            headers[name] = first.cells if first else []
    with_column = [
        name
        for name, header in headers.items()
        if column in header and header.index(column) != image_column(header)
    ]
    if len(with_column) != 1:
        known = "; ".join(f"{n}: {', '.join(h)}" for n, h in headers.items())
        raise errors.DataError(
            f"{archive.path}: {len(with_column)} .csv files have a column "
            f"{column!r}; expected one. Found {known or 'no .csv file'}"
        )
    return with_column[0]


def image_column(header: Sequence[str]) -> int:
    """Finds the column that names images: image, file or the first."""
    for name in _IMAGE_COLUMNS:
        if name in header:
            return header.index(name)
    return 0


def header(archive: archives.Archive, file: str) -> annotations.Row:
    """Returns the first row of a table.

    Raises:
        DataError: it has none.
    """
    first = next(annotations.rows(archive, file), None)
    if first is None:
        raise errors.DataError(f"{archive.path}/{file}: has no rows")
    return first


def rows(
    archive: archives.Archive, file: str, columns: Sequence[str]
) -> Iterator[tuple[annotations.Row, str, list[str]]]:
    """Yields every row, its image, and its cells of the columns.

    Raises:
        DataError: a row names no image, several, or one of an earlier row, or
            is too short.
    """
    names = header(archive, file).cells
    of_image = image_column(names)
    places = [names.index(column) for column in columns]
    paths = paths_by_name(archive)
    seen: set[str] = set()
    table = annotations.rows(archive, file)
    next(table)
    for row in table:
        row.check_length(1 + max((of_image, *places)), or_more=True)
        name = row.cells[of_image]
        named = paths.get(name.lower(), [])
        if len(named) != 1:
            those = f" ({', '.join(named[:3])})" if named else ""
            raise row.error(
                f"{name} is the name of {len(named)} images{those}; expected "
                "one"
            )
        if named[0] in seen:
            raise row.error(f"{name} is there twice")
        seen.add(named[0])
        yield row, named[0], [row.cells[place] for place in places]
