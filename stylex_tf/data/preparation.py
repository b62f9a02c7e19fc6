"""Prepares any source as TFRecords, as a config says, and reuses them."""

import contextlib
import dataclasses
import itertools
import logging
import pathlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import tqdm

from stylex_tf import config, config_checks, disk_room, errors
from stylex_tf.data import cache, pictures, refusals
from stylex_tf.data.records import cuts, manifest, tfrecords, writing
from stylex_tf.data.sources import archives, folders, idx, layouts, listing
from stylex_tf.data.worlds import rules, worlds

# Each image is on the disk twice while a data set is cut, and as PNG no smaller
# than this share of its pixels.
_SMALLEST_COPIES = 2 / 20


@dataclasses.dataclass(frozen=True)
class _Job:
    """What there is to write."""

    description: manifest.Manifest
    examples: Iterable[tuple[str | None, tfrecords.Example]]
    total: int
    cutting: cuts.Cutting
    unreadable: Sequence[manifest.Unreadable] = ()
    check: Callable[[], None] | None = None


def prepare(
    data: config.DataConfig,
    resolution: int,
    seed: int,
    *,
    progress: bool = True,
) -> tfrecords.Dataset:
    """Returns the data set of a config; prepares it where it is not.

    Args:
        data: which images.
        resolution: their height and width.
        seed: the seed of rendered worlds, and of a split that we make.
        progress: show a bar while preparing.

    Raises:
        DataError: the source is not there, or not as the config says.
    """
    _check(data, resolution)
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
    _check(data, resolution)
    if _is_prepared(data.source):
        raise errors.DataError(f"{data.source}: is prepared already")
    job = _job(data, resolution, seed)
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
    _check(data, resolution)
    if _is_prepared(data.source):
        prepared = _open_prepared(data, resolution).manifest
        return prepared, sum(prepared.splits.values())
    job = _job(data, resolution, seed)
    if job.check and data.on_error == config_checks.ON_ERROR[0]:
        job.check()
    directory = cache.folder(data, resolution, seed)
    if not directory.exists():
        disk_room.check_folder(directory.parent)
        _check_room(directory, job)
    return job.description, job.total


def _check_room(directory: pathlib.Path, job: _Job) -> None:
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
    _check(data, resolution)
    if _is_prepared(data.source):
        prepared = _open_prepared(data, resolution)
        held_out = prepared.spread("test", count)
        return held_out.images, held_out.labels
    job = _job(data, resolution, seed, few=count)
    examples = [e for _, e in itertools.islice(job.examples, count)]
    return (
        np.stack([example.image for example in examples]),
        np.array([example.label for example in examples]),
    )


def _job(
    data: config.DataConfig, resolution: int, seed: int, few: int = 0
) -> _Job:
    """Finds out what the source is; reads no image yet; 0 `few` is all."""
    reader = layouts.reader(
        data.layout,
        data.label,
        data.factors,
        group=data.group,
        classes=data.classes,
    )
    _refuse_layout(data)
    if data.source in worlds.NAMES:
        refusals.refuse_names(data)
        return _world_job(data, resolution, seed)
    refusals.refuse_causes(data)
    folder = _idx_folder(data.source)
    if folder is not None and data.layout == config_checks.CLASS_FOLDERS:
        refusals.refuse_names(data)
        return _idx_job(folder, data, resolution, few)
    return _folder_job(reader, data, resolution, seed)


def _check(data: config.DataConfig, resolution: int) -> None:
    for name, value, fits, expected in (
        (
            "source",
            data.source,
            bool(data.source),
            f"one of {known_sources()}, or the path of a folder or zip",
        ),
        ("resolution", resolution, resolution >= 1, "at least 1"),
        (
            "test_fraction",
            data.test_fraction,
            0 < data.test_fraction < 1,
            "more than 0 and less than 1",
        ),
        ("crop", data.crop, data.crop in pictures.CROPS, pictures.CROPS),
        (
            "rule",
            data.rule,
            data.rule in config_checks.RULES,
            config_checks.RULES,
        ),
        (
            "on_error",
            data.on_error,
            data.on_error in config_checks.ON_ERROR,
            config_checks.ON_ERROR,
        ),
    ):
        if not fits:
            raise errors.DataError(f"{name} is {value!r}; expected {expected}")


def known_sources() -> tuple[str, ...]:
    """Lists the sources that are names and not paths."""
    return (*worlds.NAMES, *idx.KNOWN)


def _world_job(data: config.DataConfig, resolution: int, seed: int) -> _Job:
    world = worlds.get(data.source)
    rule = rules.parse(data.rule, data.causes, world.factors, world.name)
    names = rule.class_names
    if data.classes and tuple(data.classes) != names:
        raise errors.DataError(
            f"classes is {tuple(data.classes)}, but {data.source} has the "
            f"classes {names}; expected none, or exactly these"
        )
    return _Job(
        description=manifest.Manifest(
            source=world.name,
            resolution=resolution,
            class_names=names,
            factors=world.factors,
            causes=tuple(data.causes),
            rule=data.rule,
            shortcut=data.shortcut,
        ),
        examples=worlds.examples(
            world,
            rule,
            count=data.rendered_images,
            resolution=resolution,
            seed=seed,
            test_fraction=data.test_fraction,
            shortcut=worlds.parse_shortcut(
                world, data.shortcut, data.shortcut_share
            ),
            label_noise=data.label_noise,
        ),
        total=data.rendered_images,
        # Every picture of a world is like others; its factors tell them apart.
        cutting=cuts.Cutting(near_copies=False),
    )


def _idx_job(
    folder: pathlib.Path, data: config.DataConfig, resolution: int, few: int
) -> _Job:
    images = idx.IdxFolder(folder, classes=data.classes)
    return _Job(
        description=manifest.Manifest(
            source=data.source,
            resolution=resolution,
            class_names=images.class_names,
        ),
        examples=images.examples(resolution, few=few),
        total=len(images),
        # 28 x 28 pixels are too few to tell a copy from a likeness.
        cutting=cuts.Cutting(near_copies=False),
    )


def _folder_job(
    reader: Callable[[archives.Archive], listing.Listing],
    data: config.DataConfig,
    resolution: int,
    seed: int,
) -> _Job:
    images = folders.ImageFolder(
        pathlib.Path(data.source).expanduser(),
        reader=reader,
        classes=data.classes,
        seed=seed,
    )
    return _Job(
        description=manifest.Manifest(
            source=data.source,
            resolution=resolution,
            class_names=images.class_names,
            factors=images.factors,
            label_counts=images.label_counts,
            crop=data.crop,
        ),
        examples=images.examples(
            resolution, on_error=data.on_error, crop=data.crop
        ),
        total=len(images),
        unreadable=images.unreadable,
        check=images.check,
        cutting=cuts.Cutting(
            test_fraction=data.test_fraction, seed=seed, fold=data.fold
        ),
    )


def _with_progress(job: _Job, progress: bool) -> Iterator[Any]:
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


def _refuse_layout(data: config.DataConfig) -> None:
    """Refuses a layout for a data set or world that has a name."""
    if (
        data.layout != config_checks.CLASS_FOLDERS
        and data.source in known_sources()
    ):
        raise errors.DataError(
            f"layout is {data.layout!r}, but {data.source} is not a path; "
            f"expected {config_checks.CLASS_FOLDERS!r}, the default"
        )


def _idx_folder(source: str) -> pathlib.Path | None:
    """Returns the folder of idx files that the source names, if any."""
    if source in idx.KNOWN:
        return idx.locate(source)
    folder = pathlib.Path(source).expanduser()
    return folder if idx.is_idx_folder(folder) else None


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
