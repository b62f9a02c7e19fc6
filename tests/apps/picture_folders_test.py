"""Folders of images: what is taken of them, and what is said of the rest."""

import contextlib
import io
import pathlib

from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.apps import picture_folders
from tests.testing import image_files


class PictureFoldersTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir()) / "photos"

    def find(self, **options):
        """The images, and what is said of the others."""
        with contextlib.redirect_stderr(io.StringIO()) as said:
            files = picture_folders.find(self.folder, **options)
        return files, said.getvalue()

    def write(self, *names):
        content = image_files.encode(image_files.noise(0))
        for name in names:
            image_files.write(self.folder / name, content)

    def test_images_alone_need_no_word(self):
        self.write("b/2.png", "1.png", "about.txt")

        files, said = self.find()

        self.assertEqual(
            files, [self.folder / "1.png", self.folder / "b" / "2.png"]
        )
        self.assertEqual(said, "")

    def test_says_what_it_leaves_out(self):
        self.write("1.png", "2.HEIC", "b/3.heic", "made/4.png", "made/5.mov")

        files, said = self.find(without={self.folder / "made"})

        self.assertEqual(files, [self.folder / "1.png"])
        self.assertEqual(
            said,
            f"{self.folder}: 2 .heic are left out: no known images; convert "
            ".heic to JPEG or PNG\n",
        )

    def test_refuses_what_has_no_image(self):
        with self.assertRaisesRegex(
            errors.UsageError, "photos: no such folder; expected a folder of"
        ):
            self.find()
        self.folder.touch()
        with self.assertRaisesRegex(errors.UsageError, "photos: is no folder"):
            self.find()
        self.folder.unlink()
        self.folder.mkdir()
        with self.assertRaisesRegex(errors.UsageError, "without images"):
            self.find()
        self.write("1.heic")
        with self.assertRaisesRegex(
            errors.UsageError, "1 .heic, of which none .*; convert .heic to JPE"
        ):
            self.find()


if __name__ == "__main__":
    absltest.main()
