"""Tests of stylex_tf.data.sources.grouping."""

import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.sources import archives, class_folders, grouping
from tests.testing import image_files


class GroupingTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir()) / "photos"
        image_files.class_folders(self.root, images=4)

    def _groups(self, group):
        archive = archives.open_archive(self.root)
        grouped = grouping.name_groups(
            archive, class_folders.list_images(archive), group
        )
        return {image.name: image.group for image in grouped.images}

    def _table(self, lines):
        (self.root / "people.csv").write_text("\n".join(lines))

    def test_a_pattern_on_the_file_name(self):
        groups = self._groups(r"/0([0-3])\.png")
        self.assertLen(groups, 8)
        for name, group in groups.items():
            self.assertEqual(group, name[-5])

    @parameterized.parameters("image", "file", "photograph")
    def test_a_column_of_a_table(self, column):
        names = [f"{c}/0{i}.png" for c in ("cat", "dog") for i in range(4)]
        self._table(
            [f"{column},age,patient"]
            + [f"{name},3,p{place // 2}" for place, name in enumerate(names)]
        )
        self.assertEqual(
            self._groups("patient"),
            {name: f"p{place // 2}" for place, name in enumerate(names)},
        )

    def test_an_empty_cell_is_an_image_by_itself(self):
        names = [f"{c}/0{i}" for c in ("cat", "dog") for i in range(4)]
        self._table(["image,patient", *(f"{name}," for name in names)])
        self.assertEqual(set(self._groups("patient").values()), {""})

    def test_none_changes_nothing(self):
        self.assertEqual(set(self._groups("").values()), {""})

    @parameterized.parameters(
        (r"cat/0(.)", "dog/00.png: does not match .*nor do 3 more"),
        (r"(cat|dog)/(.)", "with 2 bracket groups; expected one"),
        (r"(cat", "no regular expression"),
        ("patient", "0 .csv files have a column 'patient'"),
    )
    def test_refuses(self, group, message):
        with self.assertRaisesRegex(errors.DataError, message):
            self._groups(group)

    @parameterized.parameters(
        ("cat/09.png,1", "row 2: cat/09.png is the name of 0 images"),
        ("00.png,1", "00.png is the name of 2 images"),
        ("cat/00.png,1", "cat/01.png: has no row in people.csv"),
    )
    def test_refuses_a_table_that_does_not_fit(self, row, message):
        self._table(["image,patient", row])
        with self.assertRaisesRegex(errors.DataError, message):
            self._groups("patient")


if __name__ == "__main__":
    absltest.main()
