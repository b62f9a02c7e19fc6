"""Writes images as TFRecords, cut into train and test by their content.

A data set appears whole or not at all: it is written beside its place and
renamed.
"""

import collections
import dataclasses
import hashlib
import io
import logging
import pathlib
from collections.abc import Iterable, Sequence

import numpy as np
import tensorflow as tf
from PIL import Image

from stylex_tf import atomic_folder, errors
from stylex_tf.data.records import (
    content_groups,
    cuts,
    fingerprints,
    manifest,
    record_files,
    shard_writer,
    tfrecords,
)

_UNCUT = "uncut"
_DEFAULT = cuts.Cutting()


def write(
    directory: pathlib.Path,
    description: manifest.Manifest,
    examples: Iterable[tuple[str | None, tfrecords.Example]],
    unreadable: Sequence[manifest.Unreadable] = (),
    *,
    cutting: cuts.Cutting = _DEFAULT,
) -> tfrecords.Dataset:
    """Writes a whole data set, or nothing.

    No two images of one content group (`content_groups`) are in different
    splits. Images are read once and cut afterwards, so memory holds 400 bytes
    of each.

    Args:
        directory: becomes the data set; must not exist yet, or be empty.
        description: the manifest; what the examples decide is filled in.
        examples: pairs of split and example, in any mixture; the split is None
            of all examples where the source has none.
        unreadable: what was left out; read after the last example.
        cutting: how the splits are drawn.

    Returns:
        The data set, opened.

    Raises:
        ExistsError: the directory exists and is not empty.
        DataError: the test split is empty, or a class has no training image.
        ValueError: an example does not fit the manifest.
    """
    directory = pathlib.Path(directory)
    with atomic_folder.new_directory(directory) as folder:
        seen, uncut = _write_uncut(folder, description, examples)
        planned, splits, groups = _cut(description, seen, cutting)
        shards, digest = _copy(folder, uncut, splits, groups)
        written = dataclasses.replace(
            planned,
            shards=shards,
            unreadable=tuple(unreadable),
            digest=digest,
        )
        written.save(folder)
    _warn_of_copies(written)
    return tfrecords.Dataset(directory)


def plan(
    description: manifest.Manifest,
    examples: Iterable[tuple[str | None, tfrecords.Example]],
    *,
    cutting: cuts.Cutting = _DEFAULT,
) -> manifest.Manifest:
    """Returns what `write` would say of the same examples; writes nothing.

    Args:
        description: see `write`.
        examples: see there; each is read.
        cutting: see there.

    Returns:
        The manifest, without the names and the digest of what is not written.

    Raises:
        DataError: see `write`.
        ValueError: see `write`.
    """
    seen = _Seen()
    for split, example in examples:
        _check_example(example, description)
        seen.add(split, example)
    return _cut(description, seen, cutting)[0]


@dataclasses.dataclass
class _Seen:
    """What is remembered of every example until the cut."""

    ids: list[str] = dataclasses.field(default_factory=list)
    given: list[str | None] = dataclasses.field(default_factory=list)
    labels: list[int] = dataclasses.field(default_factory=list)
    groups: list[str] = dataclasses.field(default_factory=list)
    prints: list[fingerprints.Fingerprint] = dataclasses.field(
        default_factory=list
    )
    greyscale: bool = True

    def add(self, split: str | None, example: tfrecords.Example) -> None:
        self.ids.append(example.id)
        self.given.append(split)
        self.labels.append(example.label)
        self.groups.append(example.group)
        self.prints.append(fingerprints.fingerprint(example.image))
        grey = bool((example.image == example.image[..., :1]).all())
        self.greyscale = self.greyscale and grey


def _write_uncut(
    folder: pathlib.Path,
    description: manifest.Manifest,
    examples: Iterable[tuple[str | None, tfrecords.Example]],
) -> tuple[_Seen, list[pathlib.Path]]:
    """Writes all records in the order of the source, without their groups."""
    seen = _Seen()
    with shard_writer.ShardWriter(folder, _UNCUT) as writer:
        for split, example in examples:
            _check_example(example, description)
            writer.write(_serialize(example))
            seen.add(split, example)
    return seen, [folder / name for name in writer.names]


def _cut(
    description: manifest.Manifest, seen: _Seen, cutting: cuts.Cutting
) -> tuple[manifest.Manifest, list[str | None], np.ndarray]:
    """Cuts what was seen; returns the manifest, each image's split and group.

    Raises:
        DataError: see `write`.
    """
    groups = content_groups.find(
        seen.prints, seen.groups, alike=cutting.near_copies
    )
    splits = cuts.draw(groups.ids, seen.labels, seen.given, cutting)
    planned = dataclasses.replace(
        description,
        splits={split: splits.count(split) for split in manifest.SPLITS},
        label_counts=_label_counts(description, seen.labels, splits),
        greyscale=seen.greyscale,
        content=_content(groups, splits),
        cut=cuts.digest(seen.ids, splits),
    )
    _check(planned)
    return planned, splits, groups.ids


def _copy(
    folder: pathlib.Path,
    uncut: Sequence[pathlib.Path],
    splits: Sequence[str | None],
    groups: np.ndarray,
) -> tuple[dict[str, tuple[str, ...]], str]:
    """Copies every record to its split, with its group; removes the uncut.

    Returns:
        The files of each split, and the digest of all records.
    """
    names, digests, records = {}, "", record_files.RecordFiles(uncut)
    for split in manifest.SPLITS:
        with shard_writer.ShardWriter(folder, split) as writer:
            for place, where in enumerate(splits):
                if where == split:
                    (record,) = records.read([place])
                    writer.write(_with_group(record, int(groups[place])))
        names[split] = tuple(writer.names)
        digests += writer.digest
    for path in uncut:
        path.unlink()
    return names, hashlib.sha256(digests.encode()).hexdigest()


def _content(
    groups: content_groups.ContentGroups, splits: Sequence[str | None]
) -> manifest.Content:
    where = np.array([split or "" for split in splits])
    return manifest.Content(
        pictures={
            split: len(np.unique(groups.pictures[where == split]))
            for split in manifest.SPLITS
        },
        groups={
            split: len(np.unique(groups.ids[where == split]))
            for split in manifest.SPLITS
        },
        near_copies=groups.near_copies,
        left_out=splits.count(None),
    )


def _label_counts(
    description: manifest.Manifest,
    labels: Sequence[int],
    splits: Sequence[str | None],
) -> dict[str, tuple[int, ...]]:
    counts = collections.Counter(zip(splits, labels, strict=True))
    return {
        split: tuple(
            counts[split, label]
            for label in range(len(description.class_names))
        )
        for split in manifest.SPLITS
    }


def _warn_of_copies(written: manifest.Manifest) -> None:
    content = written.content
    if content.near_copies or content.left_out:
        logging.warning(
            "%s: %d images have near copies, which stay on one side; %d test "
            "images are left out, since they share content with training "
            "images",
            written.source,
            content.near_copies,
            content.left_out,
        )


def _check(written: manifest.Manifest) -> None:
    if not written.splits["test"]:
        left_out = written.content.left_out
        why = (
            f": all {left_out} share content with training images"
            if left_out
            else "; expected a larger test_fraction, or more images that share "
            "no content"
        )
        raise errors.DataError(
            f"{written.source}: the test split has no image{why}"
        )
    if not written.labelled:
        return
    known = sum(map(sum, written.label_counts.values()))
    unlabelled = sum(written.splits.values()) - known
    if unlabelled:
        raise ValueError(
            f"{written.source}: {unlabelled} examples have no label; expected "
            "none of them, or all"
        )
    for name, count in zip(
        written.class_names, written.label_counts["train"], strict=True
    ):
        if not count:
            raise errors.DataError(
                f"{written.source}: class {name!r} has no training image"
            )


def _check_example(
    example: tfrecords.Example, description: manifest.Manifest
) -> None:
    size = description.resolution
    if (
        example.image.shape != (size, size, 3)
        or example.image.dtype != np.uint8
    ):
        raise ValueError(
            f"{example.id}: image is {example.image.dtype} "
            f"{example.image.shape}; expected uint8 {(size, size, 3)}"
        )
    last = len(description.class_names) - 1
    if not (
        0 <= example.label <= last or example.label == tfrecords.UNKNOWN_LABEL
    ):
        raise ValueError(
            f"{example.id}: label is {example.label}; expected 0 to {last}"
        )
    if len(example.factors) != len(description.factors):
        raise ValueError(
            f"{example.id}: {len(example.factors)} factors; expected "
            f"{len(description.factors)}"
        )


def _serialize(example: tfrecords.Example) -> bytes:
    png = io.BytesIO()
    Image.fromarray(example.image).save(png, format="PNG")
    features = {
        "image": _bytes_feature(png.getvalue()),
        "id": _bytes_feature(
            # A file's name need not be valid Unicode.
            example.id.encode("utf-8", "backslashreplace")
        ),
        "label": tf.train.Feature(
            int64_list=tf.train.Int64List(value=[example.label])
        ),
        "factors": tf.train.Feature(
            float_list=tf.train.FloatList(value=example.factors)
        ),
    }
    return tf.train.Example(
        features=tf.train.Features(feature=features)
    ).SerializeToString(deterministic=True)


def _with_group(record: bytes, group: int) -> bytes:
    example = tf.train.Example.FromString(record)
    example.features.feature["group"].int64_list.value.append(group)
    return example.SerializeToString(deterministic=True)


def _bytes_feature(value: bytes) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
