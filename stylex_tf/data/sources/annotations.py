"""Reads tables of text beside images; each row knows where it stands."""

import csv
import dataclasses
import io
import pathlib
from collections.abc import Iterator

from stylex_tf import errors
from stylex_tf.data import pictures
from stylex_tf.data.sources import archives


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        cells: its values.
        where: file and row, for errors.
    """

    cells: list[str]
    where: str

    def error(self, text: str) -> errors.DataError:
        """Makes an error, to be raised, that names this row."""
        return errors.DataError(f"{self.where}: {text}")

    def check_length(self, expected: int, *, or_more: bool = False) -> None:
        """Raises DataError unless the row has so many cells."""
        count = len(self.cells)
        if count < expected or (count > expected and not or_more):
            least = "at least " if or_more else ""
            raise self.error(f"{count} values; expected {least}{expected}")


def find(archive: archives.Archive, *names: str, hint: str = "") -> str:
    """Finds the one file of an archive with one of these names, anywhere.

    Raises:
        DataError: there is none, or more than one; ends with the hint.
    """
    files = find_all(archive, *names)
    if len(files) == 1:
        return files[0]
    said = f"{len(files)} files" if files else "no file"
    those = f" ({', '.join(files[:3])})" if files else ""
    raise errors.DataError(
        f"{archive.path}: {said} {' or '.join(names)}{those}; expected one"
        + (f". {hint}" if hint else "")
    )


def find_all(archive: archives.Archive, *names: str) -> list[str]:
    """Finds all files of an archive that have one of these names."""
    return [
        name
        for name in archive.names
        if pathlib.PurePosixPath(name).name in names
        and pictures.is_visible(name)
    ]


def images(archive: archives.Archive) -> list[str]:
    """Lists the image files of an archive, but for those of hidden folders."""
    return [
        name
        for name in archive.names
        if pathlib.PurePosixPath(name).suffix.lower() in pictures.SUFFIXES
        and pictures.is_visible(name)
    ]


def rows(archive: archives.Archive, name: str) -> Iterator[Row]:
    """Yields the rows of a table that are not empty, numbered from 1.

    A .csv file has commas between its cells, or semicolons or tabs where its
    first line has no comma; any other file has white space.

    Raises:
        DataError: it cannot be read, or is not text.
    """
    try:
        text = archive.read(name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.DataError(
            f"{archive.path}/{name}: is not text in UTF-8 ({error}); save it "
            "as that"
        ) from error
    except pictures.UnreadableError as error:
        raise errors.DataError(f"{archive.path}/{name}: {error}") from error
    lines = io.StringIO(text, newline="")
    is_csv = name.lower().endswith(".csv")
    table = (
        csv.reader(lines, delimiter=_delimiter(text))
        if is_csv
        else map(str.split, lines)
    )
    try:
        for number, cells in enumerate(table, 1):
            if any(cells):
                where = f"{archive.path}/{name} row {number}"
                yield Row([cell.strip() for cell in cells], where)
    except csv.Error as error:
        raise errors.DataError(f"{archive.path}/{name}: {error}") from error


def _delimiter(text: str) -> str:
    """Returns what is between the cells: a comma, or what Excel may write."""
    first = text.lstrip().partition("\n")[0]
    return next((c for c in ",;\t" if c in first), ",")
