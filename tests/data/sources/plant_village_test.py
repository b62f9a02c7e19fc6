"""Tests of stylex_tf.data.sources.plant_village."""

import pathlib

from absl.testing import absltest

from stylex_tf import errors
from stylex_tf.data.sources import archives, plant_village
from tests.testing import image_files, layouts


class PlantVillageTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir()) / "plants"

    def _list(self):
        return plant_village.list_images(archives.open_archive(self.root))

    def test_healthy_against_the_rest(self):
        layouts.plant_village(self.root)
        listed = self._list()
        self.assertEqual(listed.class_names, ("healthy", "sick"))
        self.assertLen(listed.images, 18)
        for image in listed.images:
            folder = image.name.split("/")[0]
            self.assertEqual(
                image.class_name,
                "healthy" if folder.endswith("___healthy") else "sick",
            )

    def test_the_split_of_those_who_made_one(self):
        layouts.plant_village(self.root / "data" / "train")
        layouts.plant_village(self.root / "data" / "valid", images=2)
        tests = [i for i in self._list().images if i.split == "test"]
        self.assertLen(tests, 6)
        self.assertTrue(all("/valid/" in image.name for image in tests))

    def test_refuses_the_same_leaves_thrice(self):
        for name in ("color", "grayscale", "segmented"):
            layouts.plant_village(self.root / name, images=1)
        with self.assertRaisesRegex(
            errors.DataError,
            "color, grayscale, segmented all hold .*Apple___h.* Give one of",
        ):
            self._list()

    def test_refuses_a_folder_of_something_else(self):
        layouts.plant_village(self.root)
        image_files.class_folders(self.root, ("extra",), 1)
        with self.assertRaisesRegex(errors.DataError, "folder is 'extra'"):
            self._list()


if __name__ == "__main__":
    absltest.main()
