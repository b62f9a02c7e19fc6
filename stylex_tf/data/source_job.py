"""Finds out what a source holds, so that it can be prepared."""

import dataclasses
import pathlib
from collections.abc import Callable, Iterable, Sequence

from stylex_tf import addresses, config, errors
from stylex_tf.data import pictures, refusals
from stylex_tf.data.records import cuts, manifest, rule_kind, tfrecords
from stylex_tf.data.sources import (
    archives,
    folders,
    idx,
    layouts,
    listing,
    on_error,
)
from stylex_tf.data.worlds import rules, worlds


@dataclasses.dataclass(frozen=True)
class Job:
    """The examples that a source gives, to be written as TFRecords.

    Attributes:
        description: the manifest, as far as it is known before.
        examples: pairs of split and example, as `writing.write` takes them.
        total: how many there are.
        cutting: how they are to be cut.
        unreadable: files that are left out; grows while examples are read.
        check: looks at the start of every file; None where there are no files.
        check_held_out: refuses what holds out too few, without reading files.
    """

    description: manifest.Manifest
    examples: Iterable[tuple[str | None, tfrecords.Example]]
    total: int
    cutting: cuts.Cutting
    unreadable: Sequence[manifest.Unreadable] = ()
    check: Callable[[], None] | None = None
    check_held_out: Callable[[cuts.Cutting], None] | None = None


def of(
    data: config.DataConfig, resolution: int, seed: int, few: int = 0
) -> Job:
    """Finds out what the source is; reads no image yet.

    Args:
        data: names the source; `check` has passed it.
        resolution: height and width of the images.
        seed: decides the order of files, and what is held out.
        few: so many images will be read; 0 is all.

    Raises:
        DataError: the source is not there, or not as the config says.
    """
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
    if folder is not None and data.layout == layouts.Layout.CLASS_FOLDERS:
        refusals.refuse_names(data)
        return _idx_job(folder, data, resolution, few)
    return _folder_job(reader, data, resolution, seed)


def check(data: config.DataConfig, resolution: int) -> None:
    """Raises DataError for a field that no source can have."""
    address = addresses.refusal(
        data.source, "download it, and give the folder or zip"
    )
    if address:
        raise errors.DataError(f"source: {address}")
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
        *(
            (name, value, value in choice.names(), choice.names())
            for name, value, choice in (
                ("crop", data.crop, pictures.Crop),
                ("rule", data.rule, rule_kind.RuleKind),
                ("on_error", data.on_error, on_error.OnError),
            )
        ),
    ):
        if not fits:
            raise errors.DataError(f"{name} is {value!r}; expected {expected}")


def known_sources() -> tuple[str, ...]:
    """Lists the sources that are names and not paths."""
    return (*worlds.NAMES, *idx.KNOWN)


def _world_job(data: config.DataConfig, resolution: int, seed: int) -> Job:
    world = worlds.get(data.source)
    rule = rules.parse(data.rule, data.causes, world.factors, world.name)
    names = rule.class_names
    if data.classes and tuple(data.classes) != names:
        raise errors.DataError(
            f"classes is {tuple(data.classes)}, but {data.source} has the "
            f"classes {names}; expected none, or exactly these"
        )
    return Job(
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
) -> Job:
    images = idx.IdxFolder(folder, classes=data.classes)
    return Job(
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
) -> Job:
    images = folders.ImageFolder(
        pathlib.Path(data.source).expanduser(),
        reader=reader,
        classes=data.classes,
        seed=seed,
    )
    return Job(
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
        check_held_out=images.check_held_out,
        cutting=cuts.Cutting(
            test_fraction=data.test_fraction, seed=seed, fold=data.fold
        ),
    )


def _refuse_layout(data: config.DataConfig) -> None:
    """Refuses a layout for a data set or world that has a name."""
    if (
        data.layout != layouts.Layout.CLASS_FOLDERS
        and data.source in known_sources()
    ):
        raise errors.DataError(
            f"layout is {data.layout!r}, but {data.source} is not a path; "
            f"expected {layouts.Layout.CLASS_FOLDERS.value!r}, the default"
        )


def _idx_folder(source: str) -> pathlib.Path | None:
    """Returns the folder of idx files that the source names, if any."""
    if source in idx.KNOWN:
        return idx.locate(source)
    folder = pathlib.Path(source).expanduser()
    return folder if idx.is_idx_folder(folder) else None
