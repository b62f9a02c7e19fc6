"""Writes images with labels as class folders, with where each comes from."""

import contextlib
import json
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from stylex_tf import atomic_folder, errors
from stylex_tf.data.records import manifest

PROVENANCE = "augmentation.json"
"""Not `manifest.FILE_NAME`, by which prepared data is known."""


class AugmentedFolder:
    """Class folders, <split>/<class>/<number>.png, being written."""

    def __init__(self, folder: pathlib.Path, class_names: Sequence[str]):
        """Takes an empty folder; use `writing`, which makes it whole."""
        self._folder, self._class_names = folder, tuple(class_names)
        self._count = 0
        self.images: list[dict[str, Any]] = []

    def add(
        self,
        split: str,
        image: np.ndarray,
        label: int,
        provenance: Mapping[str, Any],
    ) -> None:
        """Writes one image as a PNG, and notes where it comes from.

        Args:
            split: "train" or "test".
            image: uint8 [R, R, 3].
            label: index of its class.
            provenance: where it comes from; `writing` writes it into the JSON.
        """
        class_name = self._class_names[label]
        name = f"{split}/{class_name}/{self._count:07d}.png"
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
        self.images.append({"file": name, "class": class_name, **provenance})
        self._count += 1


@contextlib.contextmanager
def writing(
    directory: pathlib.Path,
    class_names: Sequence[str],
    facts: Mapping[str, Any],
) -> Iterator[AugmentedFolder]:
    """Gives a folder to add images to; it appears whole or not at all.

    Args:
        directory: becomes the folder; must not exist yet, or be empty.
        class_names: in the order of the labels; each names a sub-folder.
        facts: what holds for all images; the JSON begins with it.

    Raises:
        ExistsError: the directory exists and is not empty.
        DataError: a class's name cannot be a folder's.
    """
    for name in class_names:
        if not name or "/" in name or "\0" in name or name in (".", ".."):
            raise errors.DataError(
                f"class {name!r} cannot be the name of a folder; prepare the "
                "data with other names of the classes"
            )
    with atomic_folder.new_directory(directory) as folder:
        augmented = AugmentedFolder(folder, class_names)
        # The reader knows folders of splits by what is in them.
        for split in manifest.SPLITS:
            (folder / split).mkdir()
        yield augmented
        content = {**facts, "images": augmented.images}
        (folder / PROVENANCE).write_text(
            json.dumps(content, indent=1, ensure_ascii=False) + "\n",
            encoding="utf-8",
        )
