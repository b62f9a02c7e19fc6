"""Reads CelebA: aligned faces, and a table of 40 attributes of each.

Liu et al. 2015 (https://arxiv.org/abs/1411.7766). Read are, in any folders:

img_align_celeba/000001.jpg ...
list_attr_celeba.txt      number of rows; names; one row an image, of 1 and -1
list_eval_partition.txt   image, and 0 train, 1 validation, 2 test; optional

and the same tables as .csv with a header, as they are on Kaggle.
"""

import logging
import pathlib
from collections.abc import Iterator, Sequence

from stylex_tf import errors
from stylex_tf.data.records import manifest
from stylex_tf.data.sources import annotations, archives, listing

_IMAGES = "img_align_celeba"
_ATTRIBUTES = ("list_attr_celeba.txt", "list_attr_celeba.csv")
_PARTITION = ("list_eval_partition.txt", "list_eval_partition.csv")
_VALUES = {"-1": 0, "1": 1}
_PARTS = ("0", "1", "2")


def list_images(
    archive: archives.Archive, label: str, factors: Sequence[str] = ()
) -> listing.Listing:
    """Lists the images with their classes, as CelebA's tables say.

    Args:
        archive: the files that this module's docstring names.
        label: the attribute that makes the classes, for example "Male"; its
            classes are "not Male" and "Male".
        factors: other attributes to know of every image.

    Raises:
        DataError: names the file and the row.
    """
    paths = _image_paths(archive)
    splits = _splits(archive)
    class_names = (f"not {label}", label)
    images = []
    for row, values in _attributes(archive, (label, *factors)):
        name = row.cells[0]
        if name not in paths:
            raise row.error(f"{name} is not in {_IMAGES}/")
        if splits and name not in splits:
            raise row.error(f"{name} has no row in list_eval_partition")
        split = splits.get(name)
        if split != "":
            images.append(
                listing.Listed(
                    paths[name],
                    class_names[values[0]],
                    split,
                    factors=tuple(float(value) for value in values[1:]),
                )
            )
    return listing.Listing(
        images,
        class_names,
        tuple(manifest.Factor(name, ("no", "yes")) for name in factors),
    )


def _image_paths(archive: archives.Archive) -> dict[str, str]:
    paths = {}
    for name in annotations.images(archive):
        # Not those of img_celeba/, which have the same names.
        if _IMAGES in name.split("/")[:-1]:
            paths[pathlib.PurePosixPath(name).name] = name
    if not paths:
        raise errors.DataError(
            f"{archive.path}: no image in a folder {_IMAGES}/; expected "
            "CelebA's aligned images, unpacked"
        )
    return paths


def _attributes(
    archive: archives.Archive, wanted: Sequence[str]
) -> Iterator[tuple[annotations.Row, list[int]]]:
    """Reads every image's row: its values of the attributes, 0 or 1."""
    file = annotations.find(archive, *_ATTRIBUTES)
    table = annotations.rows(archive, file)
    header = next(table, None)
    count = None
    if header and len(header.cells) == 1:
        count = header
        header = next(table, None)
    if header is None:
        raise errors.DataError(f"{archive.path}/{file}: has no rows")
    # Only the .csv names the column of the images.
    names = [name for name in header.cells if name != "image_id"]
    for name in wanted:
        if name not in names:
            raise header.error(
                f"no attribute {name!r}; expected one of {', '.join(names)}"
            )
    columns = [1 + names.index(name) for name in wanted]
    number = 0
    for row in table:
        number += 1
        row.check_length(1 + len(names))
        for column in columns:
            if row.cells[column] not in _VALUES:
                raise row.error(
                    f"{names[column - 1]} is {row.cells[column]!r}; expected "
                    "1 or -1"
                )
        yield row, [_VALUES[row.cells[column]] for column in columns]
    if count and count.cells[0] != str(number):
        raise count.error(f"says {count.cells[0]} images; {number} rows follow")


def _splits(archive: archives.Archive) -> dict[str, str]:
    """Maps images to splits, "" if left out; empty without the table."""
    if not annotations.find_all(archive, *_PARTITION):
        return {}
    parts = {}
    for row in annotations.rows(
        archive, annotations.find(archive, *_PARTITION)
    ):
        row.check_length(2)
        name, part = row.cells
        if name == "image_id":
            continue
        if part not in _PARTS:
            raise row.error(f"the part is {part!r}; expected 0, 1 or 2")
        parts[name] = part
    tested = "2" if "2" in parts.values() else "1"
    if tested == "2" and "1" in parts.values():
        logging.info("CelebA's validation images are left out beside its test")
    return {
        name: {"0": "train", tested: "test"}.get(part, "")
        for name, part in parts.items()
    }
