"""Reads the most common layout: one sub-folder a class.

cats/*.jpg, dogs/*.jpg                     split by us, at random
train/cats/*.jpg ..., test/cats/*.jpg ...  split by the author, as in AFHQ
dataset.json beside images                 labels as StyleGAN's tools write them
"""

import collections
import logging
import pathlib
import re
from collections.abc import Mapping, Sequence

from stylex_tf import errors
from stylex_tf.data import passed_over
from stylex_tf.data.sources import annotations, archives, labelled_json, listing

_TRAIN_NAMES = ("train", "training", "seg_train")
# Names of folders that hold the test split, in the order of preference.
_TEST_NAMES = (
    "test",
    "testing",
    "seg_test",
    "val",
    "valid",
    "validation",
)
# Splits of other names, too: test1, val2017, training_set, dev.
_SPLIT_LIKE = re.compile(
    r"(seg_)?"
    r"(train|training|test|testing|val|valid|validation|dev|eval|holdout)"
    r"([ _-]?(set|images?|imgs?|data|split|\d+))?"
)
_TRAIN_LIKE = re.compile(r"(seg_)?train(ing)?([ _-]?(set|images?|data|\d+))?")
_IMAGES = frozenset("image images img imgs jpegimages".split())
# How the folders of images with marked regions are called.
_PARTS_OF_IMAGES = _IMAGES | frozenset(
    """
    annotation annotations gt ground_truth groundtruth label labels mask masks
    segmentation segmentationclass segmentationobject
    """.split()
)
_MASK = re.compile(r"(.+)[ _-](mask|seg|segmentation)([ _-]?\d+)?")

_TOP = pathlib.PurePosixPath(".")

_Paths = dict[str, list[str]]


def list_images(
    archive: archives.Archive,
    classes: Sequence[str] = (),
    *,
    hint: str = "Say which are the classes by data.classes",
) -> listing.Listing:
    """Finds class and split of every image from its name.

    Args:
        archive: the folder or zip.
        classes: names that must be those of the classes' folders; where the
            folders allow of two readings, they decide.
        hint: what to do where nothing decides.

    Raises:
        DataError: the folders allow of two readings, or a folder has files of
            which none is an image.
    """
    if labelled_json.is_there(archive):
        return labelled_json.list_images(archive)
    names = annotations.images(archive)
    paths = _without_masks(archive, {name: name.split("/") for name in names})
    masks = set(names) - set(paths)
    paths = _without_common_folders(paths)
    splits = _split_folders(paths)
    kept: _Paths = {}
    split_of: dict[str, str | None] = {}
    for top, below in _parts(paths, splits):
        kept |= _without_common_folders(below) if top else below
        split_of |= dict.fromkeys(below, splits.get(top))
    kept = _class_level(archive, kept, classes, hint)
    images = [
        listing.Listed(name, parts[0], split_of[name])
        for name, parts in kept.items()
        if len(parts) > 1
    ]
    _tell_of_others(archive, {image.name for image in images} | masks)
    return listing.Listing(
        images, tuple(sorted({str(image.class_name) for image in images}))
    )


def _parts(
    paths: _Paths, splits: Mapping[str, str]
) -> list[tuple[str, _Paths]]:
    """Lists the images of each split's folder; one part without splits."""
    if not splits:
        return [("", paths)]
    return [
        (
            top,
            {
                name: parts[1:]
                for name, parts in paths.items()
                if parts[0] == top and len(parts) > 2
            },
        )
        for top in splits
    ]


def _without_common_folders(paths: _Paths) -> _Paths:
    """Drops folders that hold everything, as zips often have one."""
    while paths and all(len(parts) > 2 for parts in paths.values()):
        if len({parts[0] for parts in paths.values()}) > 1:
            break
        paths = {name: parts[1:] for name, parts in paths.items()}
    return paths


def _split_folders(paths: _Paths) -> dict[str, str]:
    """Maps the folders of splits to ours; empty where there are none."""
    top = {parts[0] for parts in paths.values() if len(parts) > 2}
    known = {name.lower(): name for name in top}
    train = [known[name] for name in _TRAIN_NAMES if name in known]
    test = [known[name] for name in _TEST_NAMES if name in known]
    if len(train) != 1:
        return {}
    # Beside a class "train" are others, and no test images of its classes.
    others = not set(known) <= {*_TRAIN_NAMES, *_TEST_NAMES}
    if others and not (test and _share_classes(paths, train[0], test[0])):
        return {}
    splits = {train[0]: "train"}
    if test:
        splits[test[0]] = "test"
    for name in sorted(top - set(splits)):
        logging.warning("Folder %s/ is left out beside test/", name)
    return splits


def _share_classes(paths: _Paths, train: str, test: str) -> bool:
    """Says whether two folders hold two or more folders of the same names."""
    of_train, of_test = (
        {
            parts[0]
            for parts in _without_common_folders(below).values()
            if len(parts) > 1
        }
        for top, below in _parts(paths, {train: "", test: ""})
    )
    return len(of_train & of_test) > 1


def _class_level(
    archive: archives.Archive,
    paths: _Paths,
    classes: Sequence[str],
    hint: str,
) -> _Paths:
    """Drops what is above the classes: folds, patients, cameras.

    Raises:
        DataError: folders have folders of the same names, and nothing says
            which of the two are the classes; or they are named like splits.
    """
    below: dict[str, set[str]] = {}
    for parts in paths.values():
        if len(parts) > 1:
            below.setdefault(parts[0], set()).add(
                parts[1] if len(parts) > 2 else ""
            )
    if classes and set(classes) <= set(below):
        return paths
    if below and all(_SPLIT_LIKE.fullmatch(name.lower()) for name in below):
        raise errors.DataError(
            f"{archive.path}: the folders {_some(below)} are named like the "
            "splits of a data set, and in them is no folder a class, as "
            f"train/cat. {hint}, if they are"
        )
    _refuse_parts_of_images(archive, below)
    for name, within in sorted(below.items()):
        if _TRAIN_LIKE.fullmatch(name.lower()) and len(within - {""}) > 1:
            raise errors.DataError(
                f"{archive.path}: the folder {name} is named like the training "
                f"images of a data set and holds the folders {_some(within)}, "
                f"but beside it are {_some(set(below) - {name})}. Give "
                f"{archive.path}/{name}, if its folders are the classes. {hint}"
            )
    counts = collections.Counter(
        name for names in below.values() for name in names
    )
    # Not all need to have all: there are patients of one class alone.
    repeated = {name for name, count in counts.items() if count > 1}
    if "" in counts or len(counts) < 2 or not repeated:
        return paths
    if classes and set(classes) <= set(counts):
        return {name: parts[1:] for name, parts in paths.items()}
    same = all(names == set(counts) for names in below.values())
    raise errors.DataError(
        f"{archive.path}: the folders {_some(below)} "
        + ("all hold the folders " if same else "hold folders of one name: ")
        + f"{_some(repeated)}. {hint}"
    )


def _refuse_parts_of_images(
    archive: archives.Archive, below: Mapping[str, set[str]]
) -> None:
    """Raises DataError where the folders are images and their masks."""
    names = {name.lower() for name in below}
    if names and names <= _PARTS_OF_IMAGES and not names <= _IMAGES:
        raise errors.DataError(
            f"{archive.path}: the folders {_some(set(below))} are named like "
            "images and what is marked in them, and not like classes; "
            "expected two or more sub-folders of images, one a class. Say "
            "which are the classes by data.classes, if they are"
        )


def _without_masks(archive: archives.Archive, paths: _Paths) -> _Paths:
    """Leaves out masks that lie beside their images, and says so."""
    stems = {name.rpartition(".")[0] for name in paths}
    masks = {
        name
        for name in paths
        if (named := _MASK.fullmatch(name.rpartition(".")[0]))
        and named[1] in stems
    }
    if masks:
        logging.warning(
            "%s: %d files are left out, which are named as masks of images "
            "beside them: %s",
            archive.path,
            len(masks),
            _some(masks),
        )
    return {name: parts for name, parts in paths.items() if name not in masks}


def _tell_of_others(archive: archives.Archive, listed: set[str]) -> None:
    """Says what is left out, and refuses folders that give no image.

    Raises:
        DataError: a folder has files of which none is an image.
    """
    images = set(annotations.images(archive))
    with_images = {pathlib.PurePosixPath(name).parent for name in images}
    by_folder: dict[pathlib.PurePosixPath, list[str]] = {}
    for name in archive.names:
        by_folder.setdefault(pathlib.PurePosixPath(name).parent, []).append(
            name
        )
    for folder, names in sorted(by_folder.items()):
        # The top folder is no class, and may hold anything but pictures.
        others = passed_over.endings(names, pictures_alone=folder == _TOP)
        if not others:
            continue
        place = archive.path / folder
        if folder not in with_images and folder != _TOP:
            raise errors.DataError(
                f"{passed_over.refused(place, others)}. Convert the files, or "
                "move the folder away"
            )
        logging.warning("%s", passed_over.told(place, others))
    without_class = len(images - listed)
    if without_class:
        logging.warning(
            "%s: %d images are left out, which are in no class's folder",
            archive.path,
            without_class,
        )


def _some(names: Sequence[str] | set[str] | dict[str, set[str]]) -> str:
    in_order = sorted(names)
    return ", ".join(in_order[:3]) + ", ..." * (len(in_order) > 3)
