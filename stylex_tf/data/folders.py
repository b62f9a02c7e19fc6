"""Folders or zips of images: one sub-folder a class.

cats/*.jpg, dogs/*.jpg                     split by us, at random
train/cats/*.jpg ..., test/cats/*.jpg ...  split by the author
"""

import dataclasses
import logging
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np

from stylex_tf.data import archives, errors, manifest, pictures, tfrecords

# Names of folders that hold the test split, in the order of preference.
_TEST_NAMES = ("test", "val", "valid", "validation")
_SHOWN_UNREADABLE = 20


@dataclasses.dataclass(frozen=True)
class _File:
    name: str
    class_name: str
    split: str | None


class UnreadableFilesError(errors.DataError):
    """Some files cannot be read; the message lists them with the reasons."""

    def __init__(self, path: object, unreadable: Sequence[manifest.Unreadable]):
        self.unreadable = tuple(unreadable)
        lines = [
            f"  {file.name}: {file.reason}"
            for file in unreadable[:_SHOWN_UNREADABLE]
        ]
        if len(unreadable) > _SHOWN_UNREADABLE:
            lines.append(f"  and {len(unreadable) - _SHOWN_UNREADABLE} more")
        super().__init__(
            f"{path}: {len(unreadable)} files cannot be read "
            '(on_error="skip" leaves them out):\n' + "\n".join(lines)
        )


class ImageFolder:
    """The images of a folder or zip, with their classes.

    Attributes:
        class_names: in the order of the labels.
        unreadable: files that could not be read; grows while `examples` runs.
    """

    def __init__(
        self,
        path: pathlib.Path,
        *,
        classes: Sequence[str] = (),
        seed: int = 0,
        test_fraction: float = 0.1,
    ):
        """Lists the files and decides their splits; reads no image.

        Args:
            path: the folder or zip.
            classes: the classes to keep, in the order of the labels; all, in
                the order of their names, where it is empty.
            seed: of the split and of the order in which images are written.
            test_fraction: share of each class held out, where the folder has
                no test folder of its own.

        Raises:
            DataError: the path is neither a folder nor a zip, has no two
                classes, or lacks one of those asked for.
        """
        self.archive = archives.open_archive(path)
        self.unreadable: list[manifest.Unreadable] = []
        found = _classify(self.archive)
        self.class_names = _choose_classes(path, found, classes)
        kept = [file for file in found if file.class_name in self.class_names]
        self._files = _split(kept, np.random.default_rng(seed), test_fraction)

    def __len__(self) -> int:
        """The number of files."""
        return len(self._files)

    def examples(
        self, resolution: int, *, on_error: str = "fail"
    ) -> Iterator[tuple[str, tfrecords.Example]]:
        """Reads the images, as pairs of split and example, in a mixed order.

        Args:
            resolution: of the images.
            on_error: "skip" leaves unreadable files out; "fail" looks at all
                files, then raises.

        Raises:
            UnreadableFilesError: names all files that cannot be read.
        """
        labels = {name: i for i, name in enumerate(self.class_names)}
        for file in self._files:
            try:
                image = pictures.decode(
                    self.archive.read(file.name), resolution
                )
            except pictures.UnreadableError as error:
                self.unreadable.append(
                    manifest.Unreadable(file.name, str(error))
                )
                continue
            yield (
                file.split or "train",
                tfrecords.Example(
                    image=image, label=labels[file.class_name], id=file.name
                ),
            )
        if self.unreadable and on_error == "fail":
            raise UnreadableFilesError(self.archive.path, self.unreadable)
        for unreadable in self.unreadable:
            logging.warning(
                "%s: left out: %s", unreadable.name, unreadable.reason
            )


def _classify(archive: archives.Archive) -> list[_File]:
    """Finds class and split of every image from its name."""
    paths = {}
    ignored = 0
    for name in archive.names:
        parts = name.split("/")
        if any(part.startswith((".", "__MACOSX")) for part in parts):
            continue
        if pathlib.PurePosixPath(name).suffix.lower() in pictures.SUFFIXES:
            paths[name] = parts
        else:
            ignored += 1
    if ignored:
        logging.info("%s: %d files are no images", archive.path, ignored)
    paths = _without_common_folders(paths)
    splits = _split_folders(paths)
    files = []
    for name, parts in paths.items():
        if splits and parts[0] not in splits:
            continue
        below = parts[1:] if splits else parts
        if len(below) > 1:
            split = splits.get(parts[0]) if splits else None
            files.append(_File(name, below[0], split))
    return files


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


def _choose_classes(
    path: pathlib.Path, files: Sequence[_File], wanted: Sequence[str]
) -> tuple[str, ...]:
    found = sorted({file.class_name for file in files})
    trained = {file.class_name for file in files if file.split != "test"}
    missing = [name for name in wanted or found if name not in trained]
    if missing:
        raise errors.DataError(
            f"{path}: no training image of class {missing[0]!r}; found "
            f"{sorted(trained)}"
        )
    names = tuple(wanted or found)
    if len(names) < 2 or len(set(names)) < len(names):
        raise errors.DataError(
            f"{path}: classes are {names}; expected two or more sub-folders "
            "with images, one a class"
        )
    return names


def _split(
    files: Sequence[_File], random: np.random.Generator, test_fraction: float
) -> list[_File]:
    """Gives every file a split, in a random order of all."""
    files = [files[i] for i in random.permutation(len(files))]
    if any(file.split == "test" for file in files):
        return files
    remaining = {}
    for name in {file.class_name for file in files}:
        count = sum(file.class_name == name for file in files)
        # At least one of each class, but never the whole class.
        wanted = max(1, round(count * test_fraction))
        remaining[name] = min(wanted, count - 1)
    result = []
    for file in files:
        is_test = remaining[file.class_name] > 0
        remaining[file.class_name] -= is_test
        split = "test" if is_test else "train"
        result.append(dataclasses.replace(file, split=split))
    return result
