"""Tests of stylex_tf.data.sources.unlabelled."""

import pathlib

from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.data.sources import archives, unlabelled
from tests.testing import image_files, layouts


class UnlabelledTest(absltest.TestCase):
    def test_every_image_of_any_folder_and_nothing_about_it(self):
        root = layouts.ffhq(pathlib.Path(self.create_tempdir()), images=12)
        listed = unlabelled.list_images(archives.open_archive(root))
        self.assertIsNone(listed.class_names)
        self.assertEqual(
            [image.name for image in listed.images],
            [f"{n // 10 * 10:05d}/{n:05d}.png" for n in range(12)],
        )
        for image in listed.images:
            self.assertIsNone(image.class_name)
            self.assertIsNone(image.split)

    def test_says_what_it_leaves_out(self):
        root = layouts.ffhq(pathlib.Path(self.create_tempdir()), images=2)
        for name in ("1.heic", "00000/2.heic", "00000/3.mov", "about.txt"):
            image_files.write(root / name, b"x")
        archive = archives.open_archive(root)

        with self.assertLogs(level="WARNING") as logs:
            listed = unlabelled.list_images(archive)

        self.assertLen(listed.images, 2)
        (said,) = logs.output
        self.assertIn(f"{root}: 2 .heic, 1 .mov are left out", said)
        self.assertEndsWith(said, "convert .heic to JPEG or PNG")

    def test_refuses_files_of_which_none_is_an_image(self):
        root = pathlib.Path(self.create_tempdir())
        image_files.write(root / "1.heic", b"x")

        with self.assertRaisesRegex(
            errors.DataError, "1 .heic, of which none is read as an image; exp"
        ):
            unlabelled.list_images(archives.open_archive(root))


if __name__ == "__main__":
    absltest.main()
