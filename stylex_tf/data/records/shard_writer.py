"""Writes records into TFRecord files of a bounded size."""

import hashlib
import pathlib

import tensorflow as tf

# A file is closed when it is larger than this.
_SHARD_BYTES = 256 << 20


class ShardWriter:
    """Writes the records of one split into files of a bounded size."""

    def __init__(self, folder: pathlib.Path, split: str):
        self.names: list[str] = []
        self._folder = folder
        self._split = split
        self._hash = hashlib.sha256()
        self._bytes = 0
        self._writer: tf.io.TFRecordWriter | None = None

    def __enter__(self) -> "ShardWriter":
        return self

    def __exit__(self, *unused_error) -> None:
        if self._writer is not None:
            self._writer.close()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def write(self, record: bytes) -> None:
        if self._writer is None or self._bytes > _SHARD_BYTES:
            if self._writer is not None:
                self._writer.close()
            name = f"{self._split}-{len(self.names):05d}.tfrecord"
            self._writer = tf.io.TFRecordWriter(str(self._folder / name))
            self._bytes = 0
            self.names.append(name)
        self._writer.write(record)
        self._hash.update(record)
        self._bytes += len(record)
