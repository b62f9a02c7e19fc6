"""Reads CUB-200-2011: 200 species of birds, with boxes and attributes.

Wah et al. 2011 (https://www.vision.caltech.edu/datasets/cub_200_2011). Read
are, beside images/:

images.txt              image id, path below images/, whose folder is the class
image_class_labels.txt  image id, class id: the order of the labels
train_test_split.txt    image id, 1 for training
bounding_boxes.txt      image id, left, top, width, height
attributes.txt, attributes/image_attribute_labels.txt
                        names, and what the annotators saw in each image
"""

import pathlib
from collections.abc import Mapping, Sequence

from stylex_tf import errors
from stylex_tf.data.records import manifest
from stylex_tf.data.sources import annotations, archives, listing

# The values of every attribute that is read as a factor.
VALUES = ("no", "yes", "not visible")

_LABELS = "image_class_labels.txt"
_SPLIT = "train_test_split.txt"
_BOXES = "bounding_boxes.txt"
_NOT_VISIBLE = "1"
_SPLITS = {"0": "test", "1": "train"}

_Table = Mapping[str, annotations.Row]


def list_images(
    archive: archives.Archive, factors: Sequence[str] = ()
) -> listing.Listing:
    """Reads the tables.

    Args:
        archive: the folder CUB_200_2011, or the one above.
        factors: attributes to know of every image, for example
            "has_bill_shape::dagger"; each has the values "no", "yes" and "not
            visible", which is all that annotators say of it.

    Raises:
        DataError: names the file and the row.
    """
    file = annotations.find(archive, "images.txt")
    root = pathlib.PurePosixPath(file).parent
    images = _by_id(archive, file, 2)
    labels = _by_id(archive, annotations.find(archive, _LABELS), 2)
    splits = _by_id(archive, annotations.find(archive, _SPLIT), 2)
    boxes = _by_id(archive, annotations.find(archive, _BOXES), 5)
    known = _factors(archive, factors, images)
    present = set(archive.names)
    folders: dict[int, str] = {}
    listed = []
    for image, row in images.items():
        path = root / "images" / row.cells[1]
        if str(path) not in present:
            raise row.error(f"{path} is not there")
        label = _number(_of(labels, image, row, _LABELS))
        folder = folders.setdefault(label, path.parent.name)
        if folder != path.parent.name:
            raise labels[image].error(
                f"class {label} is {folder}, but the image is in "
                f"{path.parent.name}"
            )
        listed.append(
            listing.Listed(
                str(path),
                _species(folder),
                _split(_of(splits, image, row, _SPLIT)),
                _box(_of(boxes, image, row, _BOXES)),
                known.get(image, ()),
            )
        )
    return listing.Listing(
        listed,
        tuple(_species(folders[label]) for label in sorted(folders)),
        tuple(manifest.Factor(name, VALUES) for name in factors),
    )


def _by_id(archive: archives.Archive, name: str, cells: int) -> _Table:
    """Maps the first cell of each row of a table to the row."""
    table = {}
    for row in annotations.rows(archive, name):
        row.check_length(cells)
        if row.cells[0] in table:
            raise row.error(f"image {row.cells[0]} is there twice")
        table[row.cells[0]] = row
    return table


def _of(
    table: _Table, image: str, row: annotations.Row, name: str
) -> annotations.Row:
    if image not in table:
        raise row.error(f"image {image} has no row in {name}")
    return table[image]


def _number(row: annotations.Row) -> int:
    if not row.cells[1].isdecimal():
        raise row.error(f"the class is {row.cells[1]!r}; expected a number")
    return int(row.cells[1])


def _split(row: annotations.Row) -> str:
    if row.cells[1] not in _SPLITS:
        raise row.error(f"the split is {row.cells[1]!r}; expected 0 or 1")
    return _SPLITS[row.cells[1]]


def _box(row: annotations.Row) -> tuple[float, float, float, float]:
    try:
        left, top, width, height = map(float, row.cells[1:])
    except ValueError as error:
        raise row.error(f"{error}; expected left, top, width, height") from None
    if min(width, height) <= 0:
        raise row.error(f"the box is {width:g} x {height:g} pixels")
    return left, top, width, height


def _species(folder: str) -> str:
    """Reads 001.Black_footed_Albatross as Black footed Albatross."""
    number, dot, name = folder.partition(".")
    name = name if dot and number.isdecimal() else folder
    return name.replace("_", " ")


def _factors(
    archive: archives.Archive, factors: Sequence[str], images: _Table
) -> dict[str, tuple[float, ...]]:
    """Maps images to the value of each factor, an index into `VALUES`."""
    if not factors:
        return {}
    file = annotations.find(
        archive,
        "attributes.txt",
        hint="The archive of CUB-200-2011 has it beside the folder "
        "CUB_200_2011: give the folder above as the source",
    )
    ids = {}
    for row in annotations.rows(archive, file):
        row.check_length(2)
        ids[row.cells[1]] = row.cells[0]
    for name in factors:
        if name not in ids:
            raise errors.DataError(
                f"{archive.path}/{file}: no attribute {name!r}; expected one "
                f"of {', '.join(ids)}"
            )
    places = {ids[name]: place for place, name in enumerate(factors)}
    known: dict[str, dict[int, float]] = {image: {} for image in images}
    file = annotations.find(archive, "image_attribute_labels.txt")
    for row in annotations.rows(archive, file):
        # Image, attribute, presence, certainty, seconds; some rows of the
        # published file have more.
        row.check_length(4, or_more=True)
        image, attribute, presence, certainty = row.cells[:4]
        if attribute not in places or image not in known:
            continue
        if presence not in ("0", "1"):
            raise row.error(f"presence is {presence!r}; expected 0 or 1")
        value = 2 if certainty == _NOT_VISIBLE else int(presence)
        known[image][places[attribute]] = value
    for image, values in known.items():
        for place, name in enumerate(factors):
            if place not in values:
                raise images[image].error(
                    f"image {image} has no row in {file} for {name!r}"
                )
    return {
        image: tuple(values[place] for place in range(len(factors)))
        for image, values in known.items()
    }
