"""The layout of most: one sub-folder a class.

cats/*.jpg, dogs/*.jpg                     split by us, at random
train/cats/*.jpg ..., test/cats/*.jpg ...  split by the author, as in AFHQ
"""

import logging

from stylex_tf.data.sources import annotations, archives, listing

# Names of folders that hold the test split, in the order of preference.
_TEST_NAMES = ("test", "val", "valid", "validation")


def list_images(archive: archives.Archive) -> listing.Listing:
    """Finds class and split of every image from its name."""
    paths = {name: name.split("/") for name in annotations.images(archive)}
    ignored = len(archive.names) - len(paths)
    if ignored:
        logging.info("%s: %d files are no images", archive.path, ignored)
    paths = _without_common_folders(paths)
    splits = _split_folders(paths)
    images = []
    for name, parts in paths.items():
        if splits and parts[0] not in splits:
            continue
        below = parts[1:] if splits else parts
        if len(below) > 1:
            split = splits.get(parts[0]) if splits else None
            images.append(listing.Listed(name, below[0], split))
    return listing.Listing(
        images, tuple(sorted({str(image.class_name) for image in images}))
    )


def _without_common_folders(
    paths: dict[str, list[str]],
) -> dict[str, list[str]]:
    """Drops folders that hold everything, as zips often have one."""
    while paths and all(len(parts) > 2 for parts in paths.values()):
        if len({parts[0] for parts in paths.values()}) > 1:
            break
        paths = {name: parts[1:] for name, parts in paths.items()}
    return paths


def _split_folders(paths: dict[str, list[str]]) -> dict[str, str]:
    """Maps the folders of splits to ours; empty where there are none."""
    top = {parts[0] for parts in paths.values() if len(parts) > 2}
    if "train" not in top or not top <= {"train", *_TEST_NAMES}:
        return {}
    splits = {"train": "train"}
    for name in _TEST_NAMES:
        if name in top:
            splits[name] = "test"
            break
    for name in sorted(top - set(splits)):
        logging.warning("Folder %s/ is left out beside test/", name)
    return splits
