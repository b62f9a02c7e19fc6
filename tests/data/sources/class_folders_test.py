"""Tests of stylex_tf.data.sources.class_folders; more in folders_test."""

import collections
import json
import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.sources import archives, class_folders
from tests.testing import image_files, layouts


class ClassFoldersTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())

    def _counts(self, path: pathlib.Path) -> dict:
        listed = class_folders.list_images(archives.open_archive(path))
        self.assertEqual(listed.class_names, ("cat", "dog", "wild"))
        return collections.Counter(
            (image.split, image.class_name) for image in listed.images
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

    def _listed(self, root: pathlib.Path, classes=()):
        return class_folders.list_images(archives.open_archive(root), classes)

    @parameterized.parameters(
        ("Training", "Testing"), ("seg_train", "seg_test"), ("Train", "Valid")
    )
    def test_other_names_of_splits(self, train, test):
        root = self.parent / "photos"
        image_files.class_folders(root / train, images=3)
        image_files.class_folders(root / test, images=2)
        listed = self._listed(root)
        self.assertEqual(listed.class_names, ("cat", "dog"))
        splits = [image.split for image in listed.images]
        self.assertEqual((splits.count("train"), splits.count("test")), (6, 4))

    def test_a_folder_of_its_own_name_in_each_split(self):
        root = self.parent / "photos"
        image_files.class_folders(root / "seg_train" / "seg_train", images=3)
        image_files.class_folders(root / "seg_test" / "seg_test", images=2)
        self.assertEqual(self._listed(root).class_names, ("cat", "dog"))

    @parameterized.parameters(
        ("seg_train/seg_train", "seg_test/seg_test", "seg_pred/seg_pred"),
        ("train", "test", "unlabelled/all"),
        ("Training", "Validation", "sample/few"),
    )
    def test_a_folder_without_classes_beside_the_splits(self, *folders):
        root = self.parent / "photos"
        train, test, other = folders
        image_files.class_folders(root / train, images=3)
        image_files.class_folders(root / test, images=2, first=3)
        content = image_files.encode(image_files.noise(1))
        image_files.write(root / other / "1.png", content)
        with self.assertLogs(level="WARNING") as logs:
            listed = self._listed(root)
        self.assertEqual(listed.class_names, ("cat", "dog"))
        splits = [image.split for image in listed.images]
        self.assertEqual((splits.count("train"), splits.count("test")), (6, 4))
        top = other.split("/")[0]
        self.assertIn(f"Folder {top}/ is left out", " ".join(logs.output))

    def test_training_images_beside_others_are_no_class(self):
        root = self.parent / "photos"
        image_files.class_folders(root / "train", images=2)
        content = image_files.encode(image_files.noise(1))
        image_files.write(root / "pred" / "pred" / "1.png", content)
        with self.assertRaisesRegex(
            errors.DataError, "train is named like the .* beside it are pred"
        ):
            self._listed(root)
        self.assertEqual(
            self._listed(root, ("pred", "train")).class_names,
            ("pred", "train"),
        )

    @parameterized.parameters(
        ("images", "masks"), ("JPEGImages", "SegmentationClass")
    )
    def test_images_and_their_masks_are_no_classes(self, *names):
        root = self.parent / "photos"
        image_files.class_folders(root, classes=names, images=2)
        with self.assertRaisesRegex(errors.DataError, "and not like classes"):
            self._listed(root)
        self.assertEqual(self._listed(root, names).class_names, names)

    def test_masks_beside_their_images_are_left_out(self):
        root = image_files.class_folders(
            self.parent / "photos", classes=("cat", "with_mask"), images=2
        )
        content = image_files.encode(image_files.noise(1))
        for name in ("cat/00_mask.png", "cat/01_mask_1.png"):
            image_files.write(root / name, content)
        image_files.write(root / "with_mask" / "with_mask.png", content)
        with self.assertLogs(level="WARNING") as logs:
            listed = self._listed(root)
        self.assertIn("2 files are left out, which are n", str(logs.output))
        self.assertCountEqual(
            [image.name for image in listed.images],
            ["cat/00.png", "cat/01.png", "with_mask/00.png"]
            + ["with_mask/01.png", "with_mask/with_mask.png"],
        )

    @parameterized.parameters(
        "@eaDir", "#recycle", "$RECYCLE.BIN", "lost+found", "__MACOSX", ".git"
    )
    def test_folders_of_systems_are_no_classes(self, name):
        root = image_files.class_folders(self.parent / "photos", images=2)
        content = image_files.encode(image_files.noise(1))
        for path in (root / name, root / "cat" / name / "00.png"):
            image_files.write(path / "thumb.png", content)
        listed = self._listed(root)
        self.assertEqual(listed.class_names, ("cat", "dog"))
        self.assertLen(listed.images, 4)

    def test_folds_above_the_classes_are_not_taken_for_classes(self):
        root = self.parent / "photos"
        for fold in ("fold1", "fold2", "fold3"):
            image_files.class_folders(root / fold, images=2)
        with self.assertRaisesRegex(
            errors.DataError, "fold1, fold2, fold3 all hold the folders cat, d"
        ):
            self._listed(root)
        self.assertEqual(
            self._listed(root, ("dog", "cat")).class_names, ("cat", "dog")
        )
        self.assertEqual(
            self._listed(root, ("fold1", "fold2")).class_names,
            ("fold1", "fold2", "fold3"),
        )

    @parameterized.parameters(
        ("train", "test"),
        ("images/train", "images/val"),
        ("train2017", "val2017"),
        ("Training Set", "test1"),
    )
    def test_splits_without_classes_are_not_taken_for_classes(self, *folders):
        root = self.parent / "photos"
        for folder in folders:
            content = image_files.encode(image_files.noise(1))
            image_files.write(root / folder / "1.png", content)
        names = tuple(sorted(pathlib.PurePath(f).name for f in folders))
        with self.assertRaisesRegex(
            errors.DataError, f"{', '.join(names)} are named like the splits"
        ):
            self._listed(root)
        self.assertEqual(self._listed(root, names).class_names, names)

    def test_a_train_is_a_class_beside_other_vehicles(self):
        root = image_files.class_folders(
            self.parent / "photos", classes=("bus", "train"), images=2
        )
        self.assertEqual(self._listed(root).class_names, ("bus", "train"))

    def test_patients_of_one_class_alone_are_not_taken_for_classes(self):
        root = self.parent / "photos"
        for patient, names in (
            ("p1", ("ill",)),
            ("p2", ("well",)),
            ("p3", ("ill", "well")),
        ):
            image_files.class_folders(root / patient, classes=names, images=2)
        with self.assertRaisesRegex(
            errors.DataError,
            "p1, p2, p3 hold folders of one name: ill, well. Say which",
        ):
            self._listed(root)
        self.assertEqual(
            self._listed(root, ("well", "ill")).class_names, ("ill", "well")
        )
        self.assertEqual(
            self._listed(root, ("p1", "p2")).class_names, ("p1", "p2", "p3")
        )

    def test_folders_within_classes_are_no_classes(self):
        root = self.parent / "photos"
        for name, inner in (("cat", "a"), ("cat", "b"), ("dog", "c")):
            content = image_files.encode(image_files.noise(1))
            image_files.write(root / name / inner / "1.png", content)
        self.assertEqual(self._listed(root).class_names, ("cat", "dog"))

    def test_a_class_of_files_that_are_no_images_is_not_lost(self):
        root = image_files.class_folders(self.parent / "photos", images=2)
        image_files.write(root / "rabbit" / "1.avif", b"x")
        with self.assertRaisesRegex(
            errors.DataError, "rabbit: 1 .avif, of which none is read as an im"
        ):
            self._listed(root)
        (root / "rabbit" / "1.avif").rename(root / "cat" / "1.avif")
        (root / "labels.txt").write_text("cat dog")
        with self.assertLogs(level="WARNING") as logs:
            self.assertLen(self._listed(root).images, 4)
        self.assertEndsWith(
            logs.output[0],
            "cat: 1 .avif are left out: no known images; convert .avif to JPEG "
            "or PNG",
        )

    def test_pictures_of_other_kinds_beside_the_classes_are_told(self):
        root = image_files.class_folders(self.parent / "photos", images=2)
        for name in ("1.HEIC", "2.heic", "tool.py", "labels.csv"):
            image_files.write(root / name, b"x")
        with self.assertLogs(level="WARNING") as logs:
            self.assertLen(self._listed(root).images, 4)
        self.assertLen(logs.output, 1)
        self.assertIn("photos: 2 .heic are left out", logs.output[0])

    def test_jfif_is_jpeg(self):
        root = image_files.class_folders(self.parent / "photos", images=2)
        content = image_files.encode(image_files.noise(9), "JPEG")
        image_files.write(root / "rabbit" / "1.jfif", content)
        self.assertEqual(
            self._listed(root).class_names, ("cat", "dog", "rabbit")
        )

    def test_labels_of_dataset_json(self):
        root = self.parent / "photos"
        labels = []
        for number in range(6):
            name = f"{number // 2:05d}/img{number:08d}.png"
            content = image_files.encode(image_files.noise(number))
            image_files.write(root / name, content)
            labels.append([name, number % 3])
        path = root / "dataset.json"
        path.write_text(json.dumps({"labels": labels}))
        listed = self._listed(root)
        self.assertEqual(listed.class_names, ("0", "1", "2"))
        self.assertEqual(
            {image.name: image.class_name for image in listed.images},
            {name: str(label) for name, label in labels},
        )
        for content, message in (
            ({"labels": None}, 'has no "labels"; expected a list'),
            ({"labels": [["x.png", 0]]}, "names 'x.png', which is no image"),
            ({"labels": labels + labels[:1]}, "which is there twice"),
            ({"labels": [[labels[0][0], 0.5]]}, "label 0 is .*whole number"),
        ):
            path.write_text(json.dumps(content))
            with self.assertRaisesRegex(errors.DataError, message):
                self._listed(root)


if __name__ == "__main__":
    absltest.main()
