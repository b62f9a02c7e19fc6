"""Tests of stylex_tf.data.sources.unlabelled."""

import pathlib

from absl.testing import absltest

from stylex_tf.data.sources import archives, unlabelled
from tests.testing import layouts


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


if __name__ == "__main__":
    absltest.main()
