"""Prepares any source as TFRecords, as a config says, and reuses them."""

import contextlib
import itertools
import logging
import pathlib
import shutil
from collections.abc import Iterator
from typing import Any

import numpy as np
import tqdm

from stylex_tf import config, disk_room, errors
from stylex_tf.data import cache, source_job
from stylex_tf.data.records import cuts, manifest, tfrecords, writing
from stylex_tf.data.sources import folders, on_error

# Each image is on the disk twice while a data set is cut, and as PNG no smaller
# than this share of its pixels.
_SMALLEST_COPIES = 2 / 20
# So many images are read by `rehearse`.
_REHEARSED = 200


def prepare(
    data: config.DataConfig,
    resolution: int,
    seed: int,
    *,
    progress: bool = True,
) -> tfrecords.Dataset:
    """Returns the data set of a config, which it prepares if need be.

    Args:
        data: which images.
        resolution: their height and width.
        seed: the seed of rendered worlds, and of a split that we make.
        progress: show a bar while preparing.

    Raises:
        DataError: the source is not there, or not as the config says.
    """
    source_job.check(data, resolution)
    if _is_prepared(data.source):
        return _open_prepared(data, resolution)
    directory = cache.folder(data, resolution, seed)
    if directory.exists():
        try:
            return tfrecords.Dataset(directory)
        except errors.DataError as error:
            logging.warning("The cache is damaged, preparing again: %s", error)
            shutil.rmtree(directory)
    # Another run may prepare the same data; then the first one's counts.
    with contextlib.suppress(errors.ExistsError):
        prepare_into(directory, data, resolution, seed, progress=progress)
    return tfrecords.Dataset(directory)


def prepare_into(
    directory: pathlib.Path,
    data: config.DataConfig,
    resolution: int,
    seed: int,
    *,
    progress: bool = True,
) -> tfrecords.Dataset:
    """Prepares the data set in a folder of its own.

    Raises:
        ExistsError: the folder exists and is not empty.
        DataError: the source is not there, or not as the config says.
    """
    source_job.check(data, resolution)
    if _is_prepared(data.source):
        raise errors.DataError(f"{data.source}: is prepared already")
    job = source_job.of(data, resolution, seed)
    _check_room(directory, job)
    examples = _with_progress(job, progress)
    return writing.write(
        directory,
        job.description,
        examples,
        job.unreadable,
        cutting=job.cutting,
    )


def describe(
    data: config.DataConfig, resolution: int, seed: int
) -> tuple[manifest.Manifest, int]:
    """Says what would be prepared, of how many images; writes nothing.

    Raises:
        DataError: the source is not there, or not as the config says; or files
            are no images, which `on_error` does not leave out; or the disk has
            no room for them.
        OSError: the cache's folder cannot be made, or not be written.
    """
    source_job.check(data, resolution)
    if _is_prepared(data.source):
        prepared = _open_prepared(data, resolution).manifest
        return prepared, sum(prepared.splits.values())
    job = source_job.of(data, resolution, seed)
    if job.check and data.on_error == on_error.OnError.FAIL:
        job.check()
    directory = cache.folder(data, resolution, seed)
    if not directory.exists():
        disk_room.check_folder(directory.parent)
        _check_room(directory, job)
    return job.description, job.total


def rehearse(data: config.DataConfig, resolution: int, seed: int) -> str:
    """Prepares a few images in memory; says how far that went.

    Few images are all read, and cut as they would be. If there are many files,
    some are read, and what is held out is counted as if no two were alike.

    Raises:
        DataError: the source is not there, or not as the config says; or a
            file that was read cannot be, which `on_error` does not leave out;
            or too few images are held out.
    """
    source_job.check(data, resolution)
    prepared = _manifest_there(data, resolution, seed)
    if prepared:
        _check_held_out(prepared)
        return "prepared already"
    job = source_job.of(data, resolution, seed)
    if job.total <= _REHEARSED:
        planned = writing.plan(
            job.description, job.examples, cutting=job.cutting
        )
        _check_held_out(planned)
        return (
            f"all {sum(planned.splits.values())} were read, and "
            f"{planned.splits['test']} would be held out{_left_out(job)}"
        )
    if job.check_held_out is None:
        return "they are made or read when the data are prepared"
    job.check_held_out(job.cutting)
    read = sum(1 for _ in itertools.islice(job.examples, _REHEARSED))
    if job.unreadable and data.on_error == on_error.OnError.FAIL:
        raise folders.UnreadableFilesError(data.source, job.unreadable)
    return (
        f"{read} of {job.total:,} were read{_left_out(job)}; a file among the "
        "others that is cut short is found when the data are prepared, before "
        "anything is trained"
    )


def _left_out(job: source_job.Job) -> str:
    count = len(job.unreadable)
    return f"; {count} cannot be read and are left out" if count else ""


def _manifest_there(
    data: config.DataConfig, resolution: int, seed: int
) -> manifest.Manifest | None:
    """Returns the manifest of what is prepared already, None where none is."""
    if _is_prepared(data.source):
        return manifest.load(pathlib.Path(data.source).expanduser())
    # What is damaged there is prepared again.
    with contextlib.suppress(errors.DataError):
        return manifest.load(cache.folder(data, resolution, seed))
    return None


def _check_held_out(described: manifest.Manifest) -> None:
    content = described.content
    cuts.check_held_out(content.pictures["test"], content.groups["test"])


def _check_room(directory: pathlib.Path, job: source_job.Job) -> None:
    """Raises DataError where the images cannot fit the disk."""
    side = job.description.resolution
    disk_room.require(
        directory,
        _SMALLEST_COPIES * job.total * side * side * 3,
        f"{job.total} images of {side} x {side} pixels need at least",
        errors.DataError,
    )


def sample(
    data: config.DataConfig, resolution: int, seed: int, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Reads some of the images that would be prepared; writes nothing.

    Returns:
        Images, uint8 [N, resolution, resolution, 3], and labels [N], -1 where
        nobody knows; N is at most `count`.

    Raises:
        DataError: the source is not there, or not as the config says.
    """
    source_job.check(data, resolution)
    if _is_prepared(data.source):
        prepared = _open_prepared(data, resolution)
        held_out = prepared.spread("test", count)
        return held_out.images, held_out.labels
    job = source_job.of(data, resolution, seed, few=count)
    examples = [e for _, e in itertools.islice(job.examples, count)]
    return (
        np.stack([example.image for example in examples]),
        np.array([example.label for example in examples]),
    )


def _with_progress(job: source_job.Job, progress: bool) -> Iterator[Any]:
    bar = tqdm.tqdm(
        job.examples,
        total=job.total,
        desc=f"Preparing {job.description.source}",
        unit=" images",
        # None shows the bar on a terminal and nowhere else.
        disable=None if progress else True,
        leave=False,
    )
    return iter(bar)


def _is_prepared(source: str) -> bool:
    folder = pathlib.Path(source).expanduser()
    return bool(source) and (folder / manifest.FILE_NAME).is_file()


def _open_prepared(
    data: config.DataConfig, resolution: int
) -> tfrecords.Dataset:
    dataset = tfrecords.Dataset(pathlib.Path(data.source).expanduser())
    for name, prepared, expected in (
        ("resolution", dataset.manifest.resolution, resolution),
        ("crop", dataset.manifest.crop, data.crop),
        (
            "classes",
            dataset.manifest.class_names,
            tuple(data.classes) or dataset.manifest.class_names,
        ),
    ):
        if prepared != expected:
            raise errors.DataError(
                f"{data.source}: was prepared with {name} {prepared}; the "
                f"config says {expected}. Prepare the data again"
            )
    return dataset
