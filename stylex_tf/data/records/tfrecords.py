"""Reads TFRecords of images in an order that can be resumed.

A record is a PNG with its label, factors, id and content group.
"""

import dataclasses
import hashlib
import pathlib
from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf import errors
from stylex_tf.data.records import (
    balancing,
    manifest,
    mirrored_places,
    record_files,
    shuffling,
)
from stylex_tf.ops import mirroring

UNKNOWN_LABEL = -1
"""The label of an image of which nobody says what it is."""

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
        group: what the image belongs to with others that must not be on the
            other side of a cut: a patient, a plant; "" where nothing is known.
    """

    image: np.ndarray
    label: int
    factors: tuple[float, ...] = ()
    id: str = ""
    group: str = ""


@dataclasses.dataclass(frozen=True)
class Examples:
    """Many examples, decoded.

    Attributes:
        images: uint8 [N, R, R, 3].
        labels: int32 [N].
        factors: float32 [N, F].
        ids: N names.
        groups: number of each image's content group in its data set, int64
            [N]; no group is in two splits.
    """

    images: np.ndarray
    labels: np.ndarray
    factors: np.ndarray
    ids: list[str]
    groups: np.ndarray

    def take(self, start: int, end: int) -> "Examples":
        """Returns the examples from `start` on, up to the one before `end`."""
        return self.at(range(*slice(start, end).indices(len(self.ids))))

    def at(self, places: Sequence[int]) -> "Examples":
        """Returns the examples at these places."""
        chosen = np.asarray(places, np.int64)
        return Examples(
            images=self.images[chosen],
            labels=self.labels[chosen],
            factors=self.factors[chosen],
            ids=[self.ids[place] for place in chosen],
            groups=self.groups[chosen],
        )

    def distinct(self) -> "Examples":
        """Returns the first example of each picture; copies are dropped."""
        firsts: dict[bytes, int] = {}
        for place, image in enumerate(self.images):
            firsts.setdefault(hashlib.sha256(image.tobytes()).digest(), place)
        return self.at(list(firsts.values()))


class Dataset:
    """Reads a folder that `writing.write` made."""

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
        digests = "".join(
            self._records[split].digest() for split in manifest.SPLITS
        )
        if hashlib.sha256(digests.encode()).hexdigest() != self.manifest.digest:
            raise errors.DataError(
                f"{self.directory}: the records are not those that were "
                "written, since their digest is not the manifest's: a file "
                "was changed or damaged. Prepare the data again"
            )

    def load(self, split: str, limit: int | None = None) -> Examples:
        """Decodes a split, or its first `limit` examples, into memory."""
        records = self._split(split)
        count = len(records) if limit is None else min(limit, len(records))
        return self._examples(records, np.arange(count))

    def spread(self, split: str, count: int) -> Examples:
        """Decodes at most `count` examples, evenly spread over a split.

        So that they are of all kinds, whatever the order of the records.
        """
        records = self._split(split)
        few = min(count, len(records))
        return self._examples(records, np.arange(few) * len(records) // few)

    def parts(self, split: str, size: int) -> Iterator[Examples]:
        """Decodes a split in its order, at most `size` examples at once."""
        records = self._split(split)
        for start in range(0, len(records), size):
            end = min(start + size, len(records))
            yield self._examples(records, np.arange(start, end))

    def _examples(
        self, records: record_files.RecordFiles, places: np.ndarray
    ) -> Examples:
        try:
            parsed = self._decode(records.read(places), everything=True)
        except (tf.errors.InvalidArgumentError, ValueError) as error:
            # Whole, or the digest would be another; but not of our making.
            raise errors.DataError(
                f"{self.directory}: a record does not hold an image of the "
                f"manifest's size with its label: {error}"
            ) from error
        labels = self._checked(parsed["label"].numpy())
        return Examples(
            images=parsed["image"].numpy(),
            labels=labels.astype(np.int32),
            factors=parsed["factors"].numpy(),
            ids=[name.decode() for name in parsed["id"].numpy()],
            groups=parsed["group"].numpy(),
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
        mirror: bool = False,
    ) -> tf.data.Dataset:
        """Yields shuffled batches without end: a function of the arguments.

        Epoch e has an order drawn from (seed, e), and the place of every image
        in it is computed, not remembered: starting late costs nothing.

        Args:
            split: "train" or "test".
            batch_size: images a batch of this reader.
            seed: decides the order.
            start: the number of batches to leave out.
            shard: (index, count) of this reader: it gets the index-th of count
                parts of each batch that a reader of count * batch_size sees.
            balanced: show every class equally often.
            mirror: turn half of the images left to right, drawn for each place.

        Returns:
            A data set of {"image": uint8 [B, R, R, 3], "label": int32 [B]}.

        Raises:
            DataError: a record has a label of no class; all are read first.
        """
        records = self._split(split)
        index, count = shard
        _check_reader(batch_size, start, shard)
        fetch = record_files.fetcher(records)
        labels = self._checked(self._labels(records))

        def order(positions: tf.Tensor) -> tf.Tensor:
            if not balanced:
                return shuffling.shuffled(positions, len(records), seed)
            return balancing.balanced(positions, labels, seed)

        @tf.autograph.experimental.do_not_convert
        def batch(number: tf.Tensor) -> dict[str, tf.Tensor]:
            first = (number * count + index) * batch_size
            positions = first + tf.range(batch_size, dtype=tf.int64)
            parsed = self._decode(fetch(order(positions)), everything=False)
            if mirror:
                mirrored = mirrored_places.is_mirrored(positions, seed)
                parsed["image"] = mirroring.mirror(parsed["image"], mirrored)
            size = self.manifest.resolution
            parsed["image"].set_shape([batch_size, size, size, 3])
            parsed["label"] = tf.cast(parsed["label"], tf.int32)
            return parsed

        numbers = tf.data.Dataset.range(start, tf.int64.max)
        batches = numbers.map(batch, num_parallel_calls=2, deterministic=True)
        return _untuned(batches.prefetch(4))

    def _split(self, split: str) -> record_files.RecordFiles:
        if split not in self._records:
            raise ValueError(
                f"no split {split!r}; expected one of {manifest.SPLITS}"
            )
        return self._records[split]

    def _checked(self, labels: np.ndarray) -> np.ndarray:
        """Returns the labels, int64, each of which is of a class, or unknown.

        Raises:
            DataError: a label is not.
        """
        classes = len(self.manifest.class_names)
        wrong = labels[(labels < UNKNOWN_LABEL) | (labels >= classes)]
        if len(wrong):
            raise errors.DataError(
                f"{self.directory}: a record has the label {wrong[0]}; "
                f"expected 0 to {classes - 1}, a class of the manifest, or "
                f"{UNKNOWN_LABEL} where it is not known. Prepare the data again"
            )
        return labels

    def _labels(self, records: record_files.RecordFiles) -> np.ndarray:
        """Reads the label of every record, in parts that fit into memory."""
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
        return np.concatenate([np.zeros(0, np.int64), *parts])

    def _decode(
        self, records: tf.Tensor, *, everything: bool
    ) -> dict[str, tf.Tensor]:
        """Parses serialized examples, [N], to images, labels and the rest."""
        features = {
            "image": tf.io.FixedLenFeature([], tf.string),
            "label": tf.io.FixedLenFeature([], tf.int64),
        }
        if everything:
            features["id"] = tf.io.FixedLenFeature([], tf.string)
            features["group"] = tf.io.FixedLenFeature([], tf.int64)
            features["factors"] = tf.io.FixedLenFeature(
                [len(self.manifest.factors)], tf.float32
            )
        parsed = tf.io.parse_example(records, features)
        size = self.manifest.resolution
        parsed["image"] = _decode_pngs(parsed["image"])
        parsed["image"].set_shape([None, size, size, 3])
        return parsed


def _untuned(batches: tf.data.Dataset) -> tf.data.Dataset:
    """Returns batches that are read without tuning how.

    There is nothing to tune, and a reader that tunes can keep a process that
    was told to end for a minute: its thread sleeps that long.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.with_options(options)


def _check_reader(batch_size: int, start: int, shard: tuple[int, int]) -> None:
    index, count = shard
    if batch_size < 1 or start < 0 or not 0 <= index < count:
        raise ValueError(
            f"batch_size {batch_size}, start {start}, shard {shard}; "
            "expected batch_size >= 1, start >= 0, 0 <= index < count"
        )


@tf.function(autograph=False, reduce_retracing=True)
def _decode_pngs(pngs: tf.Tensor) -> tf.Tensor:
    """Decodes [N] images of one size to uint8 [N, R, R, 3]."""
    return tf.map_fn(
        lambda png: tf.io.decode_png(png, channels=3),
        pngs,
        fn_output_signature=tf.uint8,
    )
