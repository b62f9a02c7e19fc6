"""Tests of stylex_tf.data.sources.cub."""

import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.records import manifest
from stylex_tf.data.sources import archives, cub
from tests.testing import image_files, layouts


class CubTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.root = layouts.cub(self.parent / "birds", classes=3)
        self.folder = self.root / "CUB_200_2011"

    def _list(self, factors=(), root=None):
        return cub.list_images(
            archives.open_archive(root or self.root), factors
        )

    def test_classes_are_in_the_order_of_their_numbers(self):
        # Not that of their names.
        self.assertEqual(
            self._list().class_names,
            ("Grey y Bird 1", "Grey x Bird 2", "Grey w Bird 3"),
        )

    def test_labels_split_and_box(self):
        listed = self._list()
        self.assertLen(listed.images, 12)
        for image in listed.images:
            species, file = image.name.split("/")[-2:]
            label = int(species[:3])
            self.assertEqual(image.class_name, listed.class_names[label - 1])
            is_last = file.endswith("_0003.jpg")
            self.assertEqual(image.split, "test" if is_last else "train")
            self.assertEqual(image.box, (6, 4, 12, 16))
            self.assertEqual(image.factors, ())

    def test_the_folder_the_one_above_and_a_zip_are_the_same(self):
        path = image_files.zip_folder(self.root, self.parent / "birds.zip")
        for root in (self.folder, path):
            self.assertEqual(
                [i.class_name for i in self._list(root=root).images],
                [i.class_name for i in self._list().images],
            )

    def test_attributes_as_factors(self):
        names = layouts.CUB_ATTRIBUTES[::-1]
        listed = self._list(names)
        self.assertEqual(
            listed.factors, tuple(manifest.Factor(n, cub.VALUES) for n in names)
        )
        for image in listed.images:
            odd = listed.class_names.index(image.class_name) % 2 == 0
            seen = [
                factor.values[int(value)]
                for factor, value in zip(
                    listed.factors, image.factors, strict=True
                )
            ]
            self.assertEqual(seen, ["not visible", "yes" if odd else "no"])

    def test_says_where_the_names_of_the_attributes_are(self):
        with self.assertRaisesRegex(
            errors.DataError,
            "CUB_200_2011: no file attributes.txt; expected one. The archive "
            ".*give the folder above",
        ):
            self._list(layouts.CUB_ATTRIBUTES, root=self.folder)

    def test_an_unknown_attribute_is_named_beside_the_known(self):
        with self.assertRaisesRegex(
            errors.DataError,
            "attributes.txt: no attribute 'has_teeth'; expected one of has_b",
        ):
            self._list(("has_teeth",))

    @parameterized.parameters(
        "images", "image_class_labels", "train_test_split", "bounding_boxes"
    )
    def test_a_missing_table_is_named(self, name):
        (self.folder / f"{name}.txt").unlink()
        with self.assertRaisesRegex(
            errors.DataError, f"birds: no file {name}.txt; expected one$"
        ):
            self._list()

    @parameterized.named_parameters(
        ("label", "image_class_labels", "2 1\n", "2 x\n", "2: the class is 'x"),
        ("two", "image_class_labels", "2 1\n", "2 3\n", "class 3 is .*001"),
        ("split", "train_test_split", "2 1\n", "2 5\n", "2: the split is '5'"),
        ("again", "train_test_split", "2 1\n", "1 1\n", "2: image 1 is there"),
        (
            "gone",
            "train_test_split",
            "2 1\n",
            "",
            "images.txt row 2: image 2 h",
        ),
        (
            "box",
            "bounding_boxes",
            "2 6.0",
            "2 a",
            "row 2: .*'a'; expected left",
        ),
        ("flat", "bounding_boxes", "2 6.0 4.0 12.0", "2 6 4 0", "2: the box i"),
        (
            "short",
            "bounding_boxes",
            "2 6.0",
            "2",
            "row 2: 4 values; expected 5",
        ),
        (
            "absent",
            "images",
            "_0001.jpg",
            "_9.jpg",
            "row 2: .*_9.jpg is not th",
        ),
        (
            "presence",
            "attributes/image_attribute_labels",
            "2 1 1 4",
            "2 1 7 4",
            "row 3: presence is '7'",
        ),
        (
            "unknown",
            "attributes/image_attribute_labels",
            "2 1 1 4",
            "99 1 1 4",
            "images.txt row 2: image 2 has no row .*dagger",
        ),
    )
    def test_a_bad_row_is_named(self, table, old, new, message):
        layouts.change(self.folder / f"{table}.txt", old, new)
        with self.assertRaisesRegex(errors.DataError, message) as caught:
            self._list(layouts.CUB_ATTRIBUTES)
        self.assertRegex(str(caught.exception), r"birds/.*\.txt row \d+: ")
        self.assertNotIn("\n", str(caught.exception))


if __name__ == "__main__":
    absltest.main()
