"""Tests of stylex_tf.data.sources.class_folders; more in folders_test."""

import collections
import pathlib

from absl.testing import absltest

from stylex_tf.data.sources import archives, class_folders
from tests.testing import image_files, layouts


class ClassFoldersTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())

    def _counts(self, path: pathlib.Path) -> dict:
        found = class_folders.list_images(archives.open_archive(path))
        self.assertEqual(found.class_names, ("cat", "dog", "wild"))
        return collections.Counter(
            (image.split, image.class_name) for image in found.images
        )

    def test_afhq_keeps_its_split(self):
        layouts.afhq(self.parent / "afhq", train=3, test=2)
        names = ("cat", "dog", "wild")
        expected = {("train", name): 3 for name in names}
        expected |= {("test", name): 2 for name in names}
        self.assertEqual(self._counts(self.parent / "afhq"), expected)
        # Its second version calls the split test; a zip has a folder around.
        (self.parent / "afhq" / "val").rename(self.parent / "afhq" / "test")
        path = image_files.zip_folder(
            self.parent / "afhq", self.parent / "afhq.zip"
        )
        self.assertEqual(self._counts(path), expected)


if __name__ == "__main__":
    absltest.main()
