"""Whatever is called an idx file, it is read or refused by name."""

import gzip
import pathlib
import struct

import numpy as np
from absl.testing import absltest
from hypothesis import strategies as st

from stylex_tf import errors
from stylex_tf.data.sources import idx
from tests.fuzzing import changed_bytes
from tests.testing import image_files

_MAGIC = {"images-idx3": 0x803, "labels-idx1": 0x801}
_IMAGES = np.arange(4 * 5 * 5, dtype=np.uint8).reshape(4, 5, 5)
_VALID = {
    "images-idx3": image_files.idx_bytes(_IMAGES),
    "labels-idx1": image_files.idx_bytes(np.array([0, 1, 1, 0], np.uint8)),
}
_SIZES = st.sampled_from([0, 1, 2, 2**16, 2**31, 2**32 - 1]) | st.integers(
    0, 2**32 - 1
)


class IdxTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.path = pathlib.Path(self.create_tempdir()) / "file"

    def test_the_files_are_read_before_they_are_changed(self):
        for kind, file in _VALID.items():
            for content in (file, gzip.compress(file)):
                self.path.write_bytes(content)
                idx.read(self.path, _MAGIC[kind])

    @changed_bytes.tried(
        file=changed_bytes.of(
            [*_VALID.values(), *map(gzip.compress, _VALID.values())]
        )
        | changed_bytes.of(list(_VALID.values())).map(gzip.compress),
        magic=st.sampled_from(list(_MAGIC.values())),
    )
    def test_an_array_or_an_error_with_the_file(self, file, magic):
        self._read(file, magic)

    @changed_bytes.tried(sizes=st.tuples(_SIZES, _SIZES, _SIZES))
    def test_sizes_that_are_not_there(self, sizes):
        header = struct.pack(">4I", 0x803, *sizes)
        for file in (header, gzip.compress(header + bytes(100))):
            self._read(file, 0x803)

    @changed_bytes.tried(
        images=changed_bytes.of([_VALID["images-idx3"]]),
        labels=changed_bytes.of([_VALID["labels-idx1"]]),
    )
    def test_a_whole_folder(self, images, labels):
        folder = self.path.parent
        for prefix in ("train", "t10k"):
            for kind, file in zip(_VALID, (images, labels), strict=True):
                (folder / f"{prefix}-{kind}-ubyte").write_bytes(file)
        try:
            read = idx.IdxFolder(folder)
            for _, example in read.examples(8):
                self.assertEqual(example.image.shape, (8, 8, 3))
                self.assertLess(example.label, len(read.class_names))
        except errors.DataError as error:
            self.assertIn(str(folder), str(error))

    def _read(self, file: bytes, magic: int) -> None:
        self.path.write_bytes(file)
        try:
            array = idx.read(self.path, magic)
        except errors.DataError as error:
            self.assertIn(str(self.path), str(error))
        else:
            self.assertEqual(array.ndim, magic & 0xFF)
            self.assertEqual(array.dtype, np.uint8)


if __name__ == "__main__":
    absltest.main()
