"""Reads any record of TFRecord files, in any order."""

import hashlib
import pathlib
import struct
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf import errors

# TFRecord: length (uint64), its checksum (4 bytes), the record, its checksum.
_HEADER_BYTES = 12
_FOOTER_BYTES = 4
# Records that are together smaller than this are held in memory.
_MEMORY_BYTES = 1 << 30


class RecordFiles:
    """The records of some files, by index.

    Attributes:
        size: bytes of all records together.
    """

    def __init__(self, paths: Sequence[pathlib.Path]):
        """Walks over the headers of the files.

        Raises:
            DataError: a file is missing, or ends within a record.
        """
        spans: list[tuple[int, int, int]] = []
        self._files = []
        for number, path in enumerate(paths):
            if not path.is_file():
                raise errors.DataError(
                    f"{path}: no such file; the manifest names it"
                )
            if not path.stat().st_size:
                raise errors.DataError(
                    f"{path}: is empty. Prepare the data again"
                )
            spans += [(number, *span) for span in _spans(path)]
            self._files.append(np.memmap(path, dtype=np.uint8, mode="r"))
        # File, first byte, number of bytes.
        self._spans = np.array(spans, np.int64).reshape(-1, 3)
        self.size = int(self._spans[:, 2].sum())

    def __len__(self) -> int:
        """Counts the records."""
        return len(self._spans)

    def digest(self) -> str:
        """Returns the SHA-256 of all records in order."""
        sha256 = hashlib.sha256()
        for file, first, length in self._spans:
            sha256.update(self._files[file][first : first + length])
        return sha256.hexdigest()

    def read(self, indices: Iterable[int]) -> list[bytes]:
        """Reads the records at these indices."""
        return [
            self._files[file][first : first + length].tobytes()
            for file, first, length in self._spans[np.asarray(indices)]
        ]


def fetcher(
    records: RecordFiles,
) -> Callable[[tf.Tensor], tf.Tensor]:
    """Returns a graph function from indices, int64 [N], to records [N].

    A small set is one string tensor; a large one is read from its files,
    which the operating system caches.
    """
    if records.size <= _MEMORY_BYTES:
        in_memory = tf.constant(records.read(np.arange(len(records))))
        return lambda indices: tf.gather(in_memory, indices)

    def read(indices: np.ndarray) -> np.ndarray:
        return np.array(records.read(indices), dtype=object)

    def fetch(indices: tf.Tensor) -> tf.Tensor:
        records = tf.numpy_function(read, [indices], tf.string, stateful=False)
        return tf.ensure_shape(records, indices.shape)

    return fetch


def _spans(path: pathlib.Path) -> list[tuple[int, int]]:
    """Finds the first byte and the length of every record of a file."""
    spans: list[tuple[int, int]] = []
    end = path.stat().st_size
    with path.open("rb") as file:
        position = 0
        while position < end:
            file.seek(position)
            header = file.read(_HEADER_BYTES)
            length = (
                struct.unpack("<Q", header[:8])[0]
                if len(header) == _HEADER_BYTES
                else end
            )
            first = position + _HEADER_BYTES
            position = first + length + _FOOTER_BYTES
            if position > end:
                raise errors.DataError(
                    f"{path}: ends within record {len(spans)}; it was cut "
                    "short. Prepare the data again"
                )
            spans.append((first, length))
    return spans
