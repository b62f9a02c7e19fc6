"""Reads images with a CSV of grades: fundus photographs.

EyePACS     trainLabels.csv: image,level            10_left,0
Messidor-2  messidor_data.csv: image_id,adjudicated_dr_grade,adjudicated_dme,...
IDRiD       Image name,Retinopathy grade,Risk of macular edema

The first column (or "image", or "file") names an image, with or without its
ending; the grade of any
other column makes two classes, below and from a threshold on.
"""

import logging
import re

from stylex_tf import errors
from stylex_tf.data.sources import (
    annotations,
    archives,
    image_tables,
    listing,
)

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
    file = image_tables.find(archive, column)
    images, ungraded = {}, 0
    for row, name, (cell,) in image_tables.rows(archive, file, [column]):
        grade = _grade(row, column, cell)
        ungraded += grade is None
        images[name] = grade
    if ungraded:
        logging.warning(
            "%s: left out %d images without a grade", archive.path, ungraded
        )
    unnamed = len(set(annotations.images(archive)) - set(images))
    if unnamed:
        logging.warning(
            "%s: left out %d images that no row of %s names",
            archive.path,
            unnamed,
            file,
        )
    return listing.Listing(
        [
            listing.Listed(name, class_names[int(grade >= least)])
            for name, grade in images.items()
            if grade is not None
        ],
        class_names,
    )


def _grade(row: annotations.Row, column: str, cell: str) -> int | None:
    """Reads the grade of a row; None where it is empty."""
    if not re.fullmatch(r"([0-9]+(\.0*)?)?", cell):
        raise row.error(
            f"{column} is {cell!r}; expected a whole number, or nothing"
        )
    return int(float(cell)) if cell else None
