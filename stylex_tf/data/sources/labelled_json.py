"""Reads `dataset.json` beside images, as StyleGAN's data tools write it.

{"labels": [["00000/img00000000.png", 6], ...]}
"""

import json
import pathlib

from stylex_tf import errors
from stylex_tf.data import pictures
from stylex_tf.data.sources import annotations, archives, listing

_FILE = "dataset.json"


def is_there(archive: archives.Archive) -> bool:
    """Says whether an archive has one dataset.json."""
    return len(annotations.find_all(archive, _FILE)) == 1


def list_images(archive: archives.Archive) -> listing.Listing:
    """Reads the labels, which are whole numbers; each is a class.

    Raises:
        DataError: there are no labels, or they and the images do not agree.
    """
    file = annotations.find(archive, _FILE)
    where = f"{archive.path}/{file}"
    try:
        content = json.loads(archive.read(file))
        labels = content.get("labels") if isinstance(content, dict) else None
    except (ValueError, RecursionError, pictures.UnreadableError) as error:
        raise errors.DataError(f"{where}: {error}") from error
    if not isinstance(labels, list) or not labels:
        raise errors.DataError(
            f'{where}: has no "labels"; expected a list of [file, number], or '
            "--config.data.layout=unlabelled"
        )
    present = set(annotations.images(archive))
    root = pathlib.PurePosixPath(file).parent
    images = {}
    for place, row in enumerate(labels):
        name, label = row if isinstance(row, list) and len(row) == 2 else (0, 0)
        if not isinstance(name, str) or type(label) is not int:
            raise errors.DataError(
                f"{where}: label {place} is {row!r:.80}; expected [file, "
                "whole number]"
            )
        path = str(root / name)
        if path not in present or path in images:
            raise errors.DataError(
                f"{where}: label {place} names {name!r}, which is "
                f"{'there twice' if path in images else 'no image there'}"
            )
        images[path] = label
    numbers = sorted(set(images.values()))
    return listing.Listing(
        [listing.Listed(name, str(label)) for name, label in images.items()],
        tuple(map(str, numbers)),
    )
