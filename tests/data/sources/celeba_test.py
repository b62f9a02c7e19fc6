"""Tests of stylex_tf.data.sources.celeba."""

import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.records import manifest
from stylex_tf.data.sources import archives, celeba
from tests.testing import image_files, layouts


class CelebaTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.root = layouts.celeba(self.parent / "celeba")
        self.attributes = self.root / "list_attr_celeba.txt"
        self.partition = self.root / "list_eval_partition.txt"

    def _list(self, label="Male", factors=()):
        return celeba.list_images(
            archives.open_archive(self.root), label, factors
        )

    def _check(self, listed) -> None:
        """That all is as `layouts.celeba` says."""
        self.assertEqual(listed.class_names, ("not Male", "Male"))
        numbers = []
        for image in listed.images:
            number = int(pathlib.PurePosixPath(image.name).stem)
            numbers.append(number)
            self.assertEqual(
                image.class_name, "Male" if number % 2 == 0 else "not Male"
            )
            self.assertEqual(
                image.split, "test" if number % 4 == 0 else "train"
            )
        # Without those for validation.
        self.assertEqual(numbers, [1, 2, 4, 5, 6, 8, 9, 10, 12])

    def test_attribute_and_published_split(self):
        self._check(self._list())

    def test_the_folders_of_the_authors_and_of_a_zip(self):
        for name, folder in (
            ("img_align_celeba", "Img"),
            ("list_attr_celeba.txt", "Anno"),
            ("list_eval_partition.txt", "Eval"),
        ):
            (self.root / folder).mkdir()
            (self.root / name).rename(self.root / folder / name)
        # Other pictures under the same names.
        image_files.write(self.root / "Img" / "img_celeba" / "000001.jpg", b"")
        self._check(self._list())
        path = image_files.zip_folder(self.root, self.parent / "celeba.zip")
        self._check(celeba.list_images(archives.open_archive(path), "Male"))

    def test_the_tables_of_kaggle(self):
        for path, header in (
            (self.attributes, "image_id,Male,Smiling"),
            (self.partition, "image_id,partition"),
        ):
            rows = [line.split() for line in path.read_text().splitlines()]
            rows = [row for row in rows if row[0].endswith(".jpg")]
            lines = [header, *(",".join(row) for row in rows)]
            path.with_suffix(".csv").write_text("\n".join(lines))
            path.unlink()
        self._check(self._list())

    def test_without_the_table_of_the_split_it_is_ours(self):
        self.partition.unlink()
        listed = self._list()
        self.assertLen(listed.images, 12)
        self.assertEqual({image.split for image in listed.images}, {None})

    def test_validation_is_the_test_where_there_is_no_other(self):
        text = self.partition.read_text().replace(" 2\n", " 0\n")
        self.partition.write_text(text)
        listed = self._list()
        self.assertLen(listed.images, 12)
        tests = [image.name for image in listed.images if image.split == "test"]
        self.assertLen(tests, 3)

    def test_attributes_as_factors(self):
        listed = self._list(factors=("Smiling", "Male"))
        self.assertEqual(
            listed.factors,
            tuple(
                manifest.Factor(name, ("no", "yes"))
                for name in ("Smiling", "Male")
            ),
        )
        for image in listed.images:
            number = int(pathlib.PurePosixPath(image.name).stem)
            self.assertEqual(
                image.factors, (number % 3 == 0, number % 2 == 0), number
            )

    @parameterized.named_parameters(
        ("value", "000002.jpg  1", "000002.jpg  2", "row 4: Male is '2'; exp"),
        ("short", "000002.jpg  1", "000002.jpg", "row 4: 2 values; expected 3"),
        ("count", "12\n", "13\n", "row 1: says 13 images; 12 rows follow"),
        ("absent", "000003.jpg", "x.jpg", "row 5: x.jpg is not in img_align"),
    )
    def test_a_bad_row_is_named(self, old, new, message):
        layouts.change(self.attributes, old, new)
        with self.assertRaisesRegex(
            errors.DataError, f"celeba/list_attr_celeba.txt {message}"
        ) as caught:
            self._list()
        self.assertNotIn("\n", str(caught.exception))

    @parameterized.named_parameters(
        ("part", "000002.jpg 0", "000002.jpg 3", "partition.txt row 2.*'3'"),
        ("short", "000002.jpg 0", "000002.jpg", "partition.txt row 2: 1 val"),
        ("missing", "000002.jpg 0\n", "", "celeba.txt row 4: 000002.jpg has n"),
    )
    def test_a_bad_row_of_the_split_is_named(self, old, new, message):
        layouts.change(self.partition, old, new)
        with self.assertRaisesRegex(errors.DataError, message):
            self._list()

    def test_an_unknown_attribute_is_named_beside_the_known(self):
        with self.assertRaisesRegex(
            errors.DataError,
            "celeba.txt row 2: no attribute 'Mail'; expected one of Male, Smil",
        ):
            self._list("Mail")
        with self.assertRaisesRegex(errors.DataError, "no attribute 'Hat'"):
            self._list(factors=("Hat",))

    def test_missing_files_are_named(self):
        self.attributes.rename(self.root / "elsewhere.txt")
        with self.assertRaisesRegex(
            errors.DataError, "celeba: no file list_attr_celeba.txt or .*csv"
        ):
            self._list()
        (self.root / "img_align_celeba").rename(self.root / "images")
        with self.assertRaisesRegex(
            errors.DataError, "celeba: no image in a folder img_align_celeba/"
        ):
            self._list()

    def test_an_empty_table(self):
        self.attributes.write_text("")
        with self.assertRaisesRegex(errors.DataError, "has no rows"):
            self._list()


if __name__ == "__main__":
    absltest.main()
