"""Reads folders or zips of images, of any layout, with classes and splits."""

import collections
import dataclasses
import logging
import os
import pathlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from stylex_tf import errors
from stylex_tf.data import pictures
from stylex_tf.data.records import cuts, manifest, tfrecords
from stylex_tf.data.sources import archives, class_folders, listing
from stylex_tf.data.sources import on_error as on_error_lib

_SHOWN_UNREADABLE = 20


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
            f"{path}: {len(unreadable)} file{'s' * (len(unreadable) != 1)} "
            "cannot be read "
            "(--config.data.on_error=skip leaves them out):\n"
            + "\n".join(lines)
        )


class ImageFolder:
    """The images of a folder or zip, with their classes.

    Attributes:
        class_names: in the order of the labels.
        factors: what else is known of every image.
        unreadable: files that could not be read; grows while `examples` runs.
    """

    def __init__(
        self,
        path: pathlib.Path,
        *,
        reader: Callable[
            [archives.Archive], listing.Listing
        ] = class_folders.list_images,
        classes: Sequence[str] = (),
        seed: int = 0,
    ):
        """Lists the files; reads no image.

        Args:
            path: the folder or zip.
            reader: lists the images of its layout.
            classes: the classes to keep, in the order of the labels; all, in
                the order of the layout, where it is empty. For images without
                labels, the classes that they are taken to have.
            seed: the seed of the order in which images are written.

        Raises:
            DataError: the path is neither a folder nor a zip, is not of the
                layout, has no two classes, or lacks one of those asked for.
        """
        self.archive = archives.open_archive(path)
        self.unreadable: list[manifest.Unreadable] = []
        listed = reader(self.archive)
        self.factors = listed.factors
        self.class_names = _choose_classes(path, listed, classes)
        kept = [
            image
            for image in listed.images
            if listed.class_names is None
            or image.class_name in self.class_names
        ]
        self._files = _mixed(kept, seed)

    def __len__(self) -> int:
        """Counts the files."""
        return len(self._files)

    @property
    def label_counts(self) -> dict[str, tuple[int, ...]]:
        """Counts the files of each class, by split, before any is read.

        Those of "images" have no split yet.
        """
        counts = collections.Counter(
            (file.split or "images", file.class_name) for file in self._files
        )
        splits = dict.fromkeys(split for split, _ in counts)
        return {
            split: tuple(counts[split, name] for name in self.class_names)
            for split in sorted(splits, reverse=True)
        }

    def check(self) -> None:
        """Looks at the start of every file, which takes far less than reading.

        Raises:
            UnreadableFilesError: names all files that are no images.
        """
        problems = []
        for file in self._files:
            try:
                pictures.recognise(self.archive.read(file.name))
            except pictures.UnreadableError as error:
                problems.append(manifest.Unreadable(file.name, str(error)))
        if problems:
            raise UnreadableFilesError(self.archive.path, problems)

    def check_held_out(self, cutting: cuts.Cutting) -> None:
        """Counts what is held out, were no two pictures alike; reads none.

        Copies can only make it fewer, so this refuses no more than the cut of
        the pictures themselves.

        Raises:
            DataError: too few are held out.
        """
        # A file that is in no group is one of its own.
        names = [
            (bool(file.group), file.group or file.name) for file in self._files
        ]
        numbers = {name: i for i, name in enumerate(dict.fromkeys(names))}
        groups = np.array([numbers[name] for name in names], np.int64)
        splits = cuts.draw(
            groups,
            [self._label(file) for file in self._files],
            [file.split for file in self._files],
            cutting,
        )
        held_out = groups[np.array([split == "test" for split in splits])]
        cuts.check_held_out(len(held_out), len(np.unique(held_out)))

    def _label(self, file: listing.Listed) -> int:
        if file.class_name is None:
            return tfrecords.UNKNOWN_LABEL
        return self.class_names.index(file.class_name)

    def examples(
        self,
        resolution: int,
        *,
        on_error: str = on_error_lib.OnError.FAIL,
        crop: str = pictures.Crop.CENTER,
    ) -> Iterator[tuple[str | None, tfrecords.Example]]:
        """Yields each image with the name of its split, in a mixed order.

        Where the layout has no test images, every image's split is None.

        Args:
            resolution: R, height and width of the images.
            on_error: "skip" leaves unreadable files out; "fail" looks at all
                files, then raises.
            crop: "center" or "pad" (see `pictures.decode`), for an image that
                is not square and has no box.

        Raises:
            UnreadableFilesError: names all files that cannot be read.
        """
        # None, of images without labels, has none.
        labels: dict[str | None, int] = {
            name: i for i, name in enumerate(self.class_names)
        }
        for file in self._files:
            try:
                image = pictures.decode(
                    self.archive.read(file.name),
                    resolution,
                    box=file.box,
                    crop=crop,
                )
            except pictures.UnreadableError as error:
                self.unreadable.append(
                    manifest.Unreadable(file.name, str(error))
                )
                continue
            yield (
                file.split,
                tfrecords.Example(
                    image=image,
                    label=labels.get(file.class_name, tfrecords.UNKNOWN_LABEL),
                    factors=file.factors,
                    id=file.name,
                    group=file.group,
                ),
            )
        if self.unreadable and on_error == on_error_lib.OnError.FAIL:
            raise UnreadableFilesError(self.archive.path, self.unreadable)
        for unreadable in self.unreadable:
            logging.warning(
                "%s: left out: %s", unreadable.name, unreadable.reason
            )


def _choose_classes(
    path: pathlib.Path, listed: listing.Listing, wanted: Sequence[str]
) -> tuple[str, ...]:
    if listed.class_names is None:
        return _taken_classes(path, listed, wanted)
    trained = {
        image.class_name for image in listed.images if image.split != "test"
    }
    missing = [
        name for name in wanted or listed.class_names if name not in trained
    ]
    if missing:
        known = [name for name in listed.class_names if name in trained]
        raise errors.DataError(
            f"{path}: no training image of class {missing[0]!r}; found {known}"
        )
    names = tuple(wanted or listed.class_names)
    for name in names:
        if name != name.encode("utf-8", "replace").decode():
            raise errors.DataError(
                f"{path}: the name of the class {name!r} is not UTF-8. Rename "
                "the folder"
            )
    if len(names) < 2 or len(set(names)) < len(names):
        raise errors.DataError(
            f"{path}: {_found(names)}; expected two or more sub-folders with "
            f"images, one a class{_meant(path, names)}"
        )
    return names


def _found(names: Sequence[str]) -> str:
    if not names:
        return "holds no sub-folder with images"
    return f"the classes are {', '.join(names)}"


def _meant(path: pathlib.Path, names: Sequence[str]) -> str:
    """Suggests the folder above where the path seems to be one class.

    It holds images itself, and so does every folder beside it: a folder that
    has others in it is no data set.
    """
    if names or not path.is_dir():
        return ""
    beside = [
        folder
        for folder in path.absolute().parent.iterdir()
        if folder.is_dir() and pictures.is_visible(folder.name)
    ]
    if len(beside) < 2 or not all(map(_holds_an_image, beside)):
        return ""
    return f". Did you mean the folder above, {path.absolute().parent}?"


def _holds_an_image(folder: pathlib.Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(
                pathlib.PurePath(entry.name).suffix.lower() in pictures.SUFFIXES
                for entry in entries
            )
    except OSError:
        # It may be another user's.
        return False


def _taken_classes(
    path: pathlib.Path, listed: listing.Listing, wanted: Sequence[str]
) -> tuple[str, ...]:
    """Returns the classes of images without labels: a classifier's."""
    if not listed.images:
        raise errors.DataError(f"{path}: no image; expected some")
    if len(set(wanted)) < max(2, len(wanted)):
        raise errors.DataError(
            f"classes is {tuple(wanted)}; expected the classifier's classes, "
            f"two or more, since the images of {path} have no labels"
        )
    return tuple(wanted)


def _mixed(files: Sequence[listing.Listed], seed: int) -> list[listing.Listed]:
    """Mixes the files at random; drops the splits where none is for tests."""
    order = np.random.default_rng(seed).permutation(len(files))
    files = [files[i] for i in order]
    if any(file.split == "test" for file in files):
        return files
    return [dataclasses.replace(file, split=None) for file in files]
