"""Writes images as TFRecords and reads them in an order that can be resumed.

A record is a PNG with its label, factors and id. A data set appears whole or
not at all: it is written beside its place and renamed.
"""

import contextlib
import dataclasses
import hashlib
import io
import pathlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import tensorflow as tf
from PIL import Image

from stylex_tf import atomic_folder, errors
from stylex_tf.data.records import (
    balancing,
    manifest,
    record_files,
    shard_writer,
    shuffling,
)

UNKNOWN_LABEL = -1
"""Of an image of which nobody says what it is."""

# Records of which the labels are read at once.
_LABELS_AT_ONCE = 1_000


@dataclasses.dataclass(frozen=True)
class Example:
    """One image with what is known of it.

    Attributes:
        image: uint8 [R, R, 3].
        label: index of the class, or `UNKNOWN_LABEL`.
        factors: a value per factor of the manifest: the index of a
            categorical value, or a number in [0, 1].
        id: names the image among those of its data set.
    """

    image: np.ndarray
    label: int
    factors: tuple[float, ...] = ()
    id: str = ""


@dataclasses.dataclass(frozen=True)
class Examples:
    """Many examples, decoded.

    Attributes:
        images: uint8 [N, R, R, 3].
        labels: int32 [N].
        factors: float32 [N, F].
        ids: N names.
    """

    images: np.ndarray
    labels: np.ndarray
    factors: np.ndarray
    ids: list[str]

    def take(self, start: int, end: int) -> "Examples":
        """Returns the examples from `start` up to, without, `end`."""
        part = slice(start, end)
        return Examples(
            images=self.images[part],
            labels=self.labels[part],
            factors=self.factors[part],
            ids=self.ids[part],
        )


def write(
    directory: pathlib.Path,
    description: manifest.Manifest,
    examples: Iterable[tuple[str, Example]],
    unreadable: Sequence[manifest.Unreadable] = (),
) -> "Dataset":
    """Writes a whole data set, or nothing.

    Args:
        directory: becomes the data set; must not exist yet, or be empty.
        description: the manifest; what the examples decide is filled in.
        examples: pairs of split and example, in any mixture.
        unreadable: what was left out; read after the last example.

    Returns:
        The data set, opened.

    Raises:
        ExistsError: the directory exists and is not empty.
        DataError: the test split is empty, or a class has no training image.
        ValueError: an example does not fit the manifest.
    """
    directory = pathlib.Path(directory)
    counts = {
        split: np.zeros(len(description.class_names), int)
        for split in manifest.SPLITS
    }
    unlabelled = dict.fromkeys(manifest.SPLITS, 0)
    greyscale = True
    with atomic_folder.new_directory(directory) as folder:
        with contextlib.ExitStack() as stack:
            writers = {
                split: stack.enter_context(
                    shard_writer.ShardWriter(folder, split)
                )
                for split in manifest.SPLITS
            }
            for split, example in examples:
                _check_example(example, description)
                writers[split].write(_serialize(example))
                if example.label == UNKNOWN_LABEL:
                    unlabelled[split] += 1
                else:
                    counts[split][example.label] += 1
                greyscale = greyscale and _is_grey(example.image)
        _check_counts(description, counts, unlabelled)
        digests = "".join(writers[split].digest for split in manifest.SPLITS)
        dataclasses.replace(
            description,
            splits={
                split: int(n.sum()) + unlabelled[split]
                for split, n in counts.items()
            },
            label_counts={
                split: tuple(n.tolist()) for split, n in counts.items()
            },
            shards={split: tuple(w.names) for split, w in writers.items()},
            greyscale=greyscale,
            unreadable=tuple(unreadable),
            digest=hashlib.sha256(digests.encode()).hexdigest(),
        ).save(folder)
    return Dataset(directory)


def _is_grey(image: np.ndarray) -> bool:
    return bool((image == image[..., :1]).all())


def _check_counts(
    description: manifest.Manifest,
    counts: dict[str, np.ndarray],
    unlabelled: dict[str, int],
) -> None:
    if not counts["test"].sum() + unlabelled["test"]:
        raise errors.DataError(
            f"{description.source}: the test split has no image; expected a "
            "larger test_fraction or more images"
        )
    if not any(part.sum() for part in counts.values()):
        return
    if any(unlabelled.values()):
        raise ValueError(
            f"{description.source}: {sum(unlabelled.values())} examples have "
            "no label; expected none of them, or all"
        )
    for name, count in zip(
        description.class_names, counts["train"], strict=True
    ):
        if not count:
            raise errors.DataError(
                f"{description.source}: class {name!r} has no training image"
            )


def _check_example(example: Example, description: manifest.Manifest) -> None:
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
    if not (0 <= example.label <= last or example.label == UNKNOWN_LABEL):
        raise ValueError(
            f"{example.id}: label is {example.label}; expected 0 to {last}"
        )
    if len(example.factors) != len(description.factors):
        raise ValueError(
            f"{example.id}: {len(example.factors)} factors; expected "
            f"{len(description.factors)}"
        )


def _serialize(example: Example) -> bytes:
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


def _bytes_feature(value: bytes) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


class Dataset:
    """Reads a folder that `write` made."""

    def __init__(self, directory: pathlib.Path | str):
        """Opens the folder and checks that its files are whole.

        Raises:
            DataError: a file is missing, or not what the manifest says.
        """
        self.directory = pathlib.Path(directory)
        self.manifest = manifest.load(self.directory)
        self._records = {
            split: record_files.RecordFiles(
                [self.directory / name for name in self.manifest.shards[split]]
            )
            for split in manifest.SPLITS
        }
        for split, records in self._records.items():
            if len(records) != self.manifest.splits[split]:
                raise errors.DataError(
                    f"{self.directory}: {len(records)} records in the {split} "
                    f"split; the manifest says {self.manifest.splits[split]}"
                )

    def load(self, split: str, limit: int | None = None) -> Examples:
        """Decodes a split, or its first `limit` examples, into memory."""
        records = self._split(split)
        count = len(records) if limit is None else min(limit, len(records))
        return self._examples(records, 0, count)

    def parts(self, split: str, size: int) -> Iterator[Examples]:
        """Decodes a split in its order, at most `size` examples at once."""
        records = self._split(split)
        for start in range(0, len(records), size):
            end = min(start + size, len(records))
            yield self._examples(records, start, end)

    def _examples(
        self, records: record_files.RecordFiles, start: int, end: int
    ) -> Examples:
        parsed = self._decode(
            records.read(np.arange(start, end)), everything=True
        )
        return Examples(
            images=parsed["image"].numpy(),
            labels=parsed["label"].numpy(),
            factors=parsed["factors"].numpy(),
            ids=[name.decode() for name in parsed["id"].numpy()],
        )

    def batches(
        self,
        split: str,
        *,
        batch_size: int,
        seed: int,
        start: int = 0,
        shard: tuple[int, int] = (0, 1),
        balanced: bool = False,
    ) -> tf.data.Dataset:
        """Shuffled batches without end, a pure function of the arguments.

        Epoch e has an order drawn from (seed, e), and the place of every image
        in it is computed, not remembered: starting late costs nothing.

        Args:
            split: "train" or "test".
            batch_size: images a batch of this reader.
            seed: decides the order.
            start: the number of batches to leave out.
            shard: (index, count) of this reader. All readers together see the
                batches that one reader of count * batch_size images sees;
                this one gets the index-th of count equal parts of each, so
                that the readers' batches in a row are that reader's batch.
            balanced: show every class equally often, whatever its share of
                the images; reads all labels first.

        Returns:
            A data set of {"image": uint8 [B, R, R, 3], "label": int32 [B]}.
        """
        records = self._split(split)
        index, count = shard
        if batch_size < 1 or start < 0 or not 0 <= index < count:
            raise ValueError(
                f"batch_size {batch_size}, start {start}, shard {shard}; "
                "expected batch_size >= 1, start >= 0, 0 <= index < count"
            )
        fetch = record_files.fetcher(records)
        labels = self._labels(records) if balanced else None

        def order(positions: tf.Tensor) -> tf.Tensor:
            if labels is None:
                return shuffling.shuffled(positions, len(records), seed)
            return balancing.balanced(positions, labels, seed)

        def batch(number: tf.Tensor) -> dict[str, tf.Tensor]:
            first = (number * count + index) * batch_size
            positions = first + tf.range(batch_size, dtype=tf.int64)
            parsed = self._decode(fetch(order(positions)), everything=False)
            size = self.manifest.resolution
            parsed["image"].set_shape([batch_size, size, size, 3])
            return parsed

        numbers = tf.data.Dataset.range(start, tf.int64.max)
        return numbers.map(
            batch, num_parallel_calls=2, deterministic=True
        ).prefetch(4)

    def _split(self, split: str) -> record_files.RecordFiles:
        if split not in self._records:
            raise ValueError(
                f"no split {split!r}; expected one of {manifest.SPLITS}"
            )
        return self._records[split]

    def _labels(self, records: record_files.RecordFiles) -> np.ndarray:
        """The label of every record, in parts that fit into memory."""
        feature = {"label": tf.io.FixedLenFeature([], tf.int64)}
        starts = range(0, len(records), _LABELS_AT_ONCE)
        parts = [
            tf.io.parse_example(
                records.read(
                    range(start, min(start + _LABELS_AT_ONCE, len(records)))
                ),
                feature,
            )["label"]
            for start in starts
        ]
        return np.concatenate(parts)

    def _decode(
        self, records: tf.Tensor, *, everything: bool
    ) -> dict[str, tf.Tensor]:
        """Serialized examples, [N] -> images, labels and the rest."""
        features = {
            "image": tf.io.FixedLenFeature([], tf.string),
            "label": tf.io.FixedLenFeature([], tf.int64),
        }
        if everything:
            features["id"] = tf.io.FixedLenFeature([], tf.string)
            features["factors"] = tf.io.FixedLenFeature(
                [len(self.manifest.factors)], tf.float32
            )
        parsed = tf.io.parse_example(records, features)
        size = self.manifest.resolution
        parsed["image"] = _decode_pngs(parsed["image"])
        parsed["image"].set_shape([None, size, size, 3])
        parsed["label"] = tf.cast(parsed["label"], tf.int32)
        return parsed


@tf.function(reduce_retracing=True)
def _decode_pngs(pngs: tf.Tensor) -> tf.Tensor:
    """[N] encoded images of one size -> uint8 [N, R, R, 3]."""
    return tf.map_fn(
        lambda png: tf.io.decode_png(png, channels=3),
        pngs,
        fn_output_signature=tf.uint8,
    )
