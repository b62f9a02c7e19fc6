"""Whatever is called prepared data, it is what was written, or refused."""

import dataclasses
import hashlib
import pathlib
import struct

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from hypothesis import strategies as st

from stylex_tf import errors
from stylex_tf.data.records import manifest, record_files, tfrecords, writing
from tests.fuzzing import changed_bytes
from tests.testing import image_files

_SIZE = 6


def _write(folder: pathlib.Path) -> tfrecords.Dataset:
    description = manifest.Manifest(
        source="noise", resolution=_SIZE, class_names=("a", "b")
    )
    examples = (
        (
            "train" if number < 6 else "test",
            tfrecords.Example(
                image_files.noise(number, _SIZE, _SIZE),
                number % 2,
                (),
                f"{number}",
            ),
        )
        for number in range(9)
    )
    return writing.write(folder, description, examples)


class RecordsTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir()) / "data"
        self.whole = _write(self.folder)
        self.images = self.whole.load("train")
        name = self.whole.manifest.shards["train"][0]
        self.shard = self.folder / name
        self.content = self.shard.read_bytes()

    def test_records(self):
        self._damage(self.shard, self.content)

    def test_manifest(self):
        path = self.folder / manifest.FILE_NAME
        self._damage(path, path.read_bytes())

    def _damage(self, path: pathlib.Path, content: bytes) -> None:
        @changed_bytes.tried(changed=changed_bytes.of([content]))
        def check(test, changed):
            path.write_bytes(changed)
            try:
                dataset = tfrecords.Dataset(test.folder)
                # Not all of a manifest decides what is read.
                dataset.manifest.summary()
                examples = dataset.load("train")
            except errors.DataError as error:
                test.assertIn(str(test.folder), str(error))
                return
            np.testing.assert_array_equal(examples.images, test.images.images)
            np.testing.assert_array_equal(examples.labels, test.images.labels)

        check(self)

    def test_records_that_a_stranger_wrote_with_their_digest(self):
        (records,) = (record_files.RecordFiles([self.shard]).read(range(6)),)

        @changed_bytes.tried(
            changed=changed_bytes.of(records[:1]), place=st.integers(0, 5)
        )
        def check(test, changed, place):
            ours = [*records]
            ours[place] = changed
            with tf.io.TFRecordWriter(str(test.shard)) as writer:
                for record in ours:
                    writer.write(record)
            test._sign()
            try:
                examples = tfrecords.Dataset(test.folder).load("train")
            except errors.DataError as error:
                test.assertIn(str(test.folder), str(error))
                return
            shape = (6, _SIZE, _SIZE, 3)
            test.assertEqual(examples.images.shape, shape)
            test.assertContainsSubset(examples.labels, [-1, 0, 1])

        check(self)

    def test_lengths_that_are_not_there(self):
        for length in (2**63, 2**64 - 1, 2**31, len(self.content)):
            self.shard.write_bytes(struct.pack("<Q", length) + self.content[8:])
            with self.assertRaisesRegex(errors.DataError, "cut short"):
                tfrecords.Dataset(self.folder)

    def _sign(self) -> None:
        """Makes the manifest's digest that of the records."""
        digests = "".join(
            record_files.RecordFiles(
                [
                    self.folder / name
                    for name in self.whole.manifest.shards[split]
                ]
            ).digest()
            for split in manifest.SPLITS
        )
        dataclasses.replace(
            self.whole.manifest,
            digest=hashlib.sha256(digests.encode()).hexdigest(),
        ).save(self.folder)


if __name__ == "__main__":
    absltest.main()
