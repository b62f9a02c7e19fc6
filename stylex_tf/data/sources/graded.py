"""Images with a CSV of grades: fundus photographs, EyePACS or Messidor style.

EyePACS     trainLabels.csv: image,level            10_left,0
Messidor-2  messidor_data.csv: image_id,adjudicated_dr_grade,adjudicated_dme,...
IDRiD       Image name,Retinopathy grade,Risk of macular edema

The first column names an image, with or without its ending; the grade of any
other column makes two classes, below and from a threshold on.
"""

import logging
import pathlib
import re
from collections.abc import Iterator

from stylex_tf import errors
from stylex_tf.data.sources import annotations, archives, listing

_LABEL = re.compile(r"\s*(?P<column>.+?)\s*>=\s*(?P<least>[0-9]+)\s*")


def list_images(archive: archives.Archive, label: str) -> listing.Listing:
    """Reads the table.

    Args:
        archive: images in any folders, and the one .csv that has the column.
        label: "column>=grade", for example "adjudicated_dme>=1".

    Raises:
        DataError: names the file and the row.
    """
    match = _LABEL.fullmatch(label)
    if not match:
        raise errors.DataError(
            f"label is {label!r}; expected a column and its least grade, as in "
            "'level>=2'"
        )
    column, least = match["column"], int(match["least"])
    class_names = (f"{column} < {least}", f"{column} >= {least}")
    paths = _image_paths(archive)
    images, ungraded = {}, 0
    for row, name, grade in _grades(archive, column):
        found = paths.get(name.lower(), [])
        if len(found) != 1:
            those = f" ({', '.join(found[:3])})" if found else ""
            raise row.error(
                f"{name} is the name of {len(found)} images{those}; expected "
                "one"
            )
        if found[0] in images:
            raise row.error(f"{name} is there twice")
        ungraded += grade is None
        images[found[0]] = grade
    if ungraded:
        logging.warning(
            "%s: left out %d images without a grade", archive.path, ungraded
        )
    return listing.Listing(
        [
            listing.Listed(name, class_names[int(grade >= least)])
            for name, grade in images.items()
            if grade is not None
        ],
        class_names,
    )


def _image_paths(archive: archives.Archive) -> dict[str, list[str]]:
    """The images of each name, with and without the ending."""
    paths: dict[str, list[str]] = {}
    for name in annotations.images(archive):
        path = pathlib.PurePosixPath(name)
        # Tables and files do not always agree on .JPG and .jpg.
        for key in {path.name.lower(), path.stem.lower()}:
            paths.setdefault(key, []).append(name)
    return paths


def _grades(
    archive: archives.Archive, column: str
) -> Iterator[tuple[annotations.Row, str, int | None]]:
    """Row, name and grade of each image; None where the grade is empty."""
    file, header = _table(archive, column)
    index = header.index(column)
    table = annotations.rows(archive, file)
    next(table)
    for row in table:
        row.check_length(index + 1, or_more=True)
        name, grade = row.cells[0], row.cells[index]
        if not re.fullmatch(r"([0-9]+(\.0*)?)?", grade):
            raise row.error(
                f"{column} is {grade!r}; expected a whole number, or nothing"
            )
        yield row, name, int(float(grade)) if grade else None


def _table(archive: archives.Archive, column: str) -> tuple[str, list[str]]:
    """Name and header of the one .csv that has the column."""
    headers = {}
    for name in archive.names:
        if name.lower().endswith(".csv"):
            first = next(annotations.rows(archive, name), None)
            headers[name] = first.cells if first else []
    found = [name for name, header in headers.items() if column in header[1:]]
    if len(found) != 1:
        known = "; ".join(f"{n}: {', '.join(h)}" for n, h in headers.items())
        raise errors.DataError(
            f"{archive.path}: {len(found)} .csv files have a column "
            f"{column!r}; expected one. Found {known or 'no .csv file'}"
        )
    return found[0], headers[found[0]]
