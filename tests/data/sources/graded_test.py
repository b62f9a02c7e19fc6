"""Tests of stylex_tf.data.sources.graded."""

import pathlib

from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.sources import archives, graded
from tests.testing import image_files, layouts


def _list(root: pathlib.Path, label: str):
    return graded.list_images(archives.open_archive(root), label)


class GradedTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        parent = pathlib.Path(self.create_tempdir())
        self.eyepacs = layouts.eyepacs(parent / "eyepacs")
        self.messidor = layouts.messidor(parent / "messidor")
        self.labels = self.eyepacs / "trainLabels.csv"

    @parameterized.parameters("level>=2", " level >= 2 ")
    def test_eyepacs(self, label):
        listed = _list(self.eyepacs, label)
        self.assertEqual(listed.class_names, ("level < 2", "level >= 2"))
        self.assertLen(listed.images, 20)
        for image in listed.images:
            patient, eye = pathlib.PurePosixPath(image.name).stem.split("_")
            level = (2 * int(patient) + (eye == "right")) % 5
            expected = listed.class_names[int(level >= 2)]
            self.assertEqual(image.class_name, expected)
            self.assertIsNone(image.split)

    def test_messidor_without_what_is_not_graded(self):
        with self.assertLogs(level="WARNING") as logs:
            listed = _list(self.messidor, "adjudicated_dme>=1")
        self.assertIn("left out 1 images without a grade", logs.output[0])
        self.assertLen(listed.images, 19)
        for image in listed.images:
            number = int(pathlib.PurePosixPath(image.name).stem[2:])
            self.assertEqual(
                image.class_name, listed.class_names[number % 2], image.name
            )

    def test_images_that_no_row_names_are_counted(self):
        lines = self.labels.read_text().splitlines()
        self.labels.write_text("\n".join(lines[:-3]))
        with self.assertLogs(level="WARNING") as logs:
            listed = _list(self.eyepacs, "level>=2")
        self.assertIn("left out 3 images that no row of", logs.output[0])
        self.assertLen(listed.images, 17)

    def test_a_column_with_spaces_and_grades_with_a_point(self):
        text = self.labels.read_text().replace("level", "Risk of edema ,,")
        self.labels.write_text(text.replace(",3\n", ",3.0\n"))
        listed = _list(self.eyepacs, "Risk of edema>=3")
        sick = [
            i for i in listed.images if i.class_name == "Risk of edema >= 3"
        ]
        self.assertLen(sick, 8)

    def test_other_tables_do_not_matter(self):
        other = self.eyepacs / "sampleSubmission.csv"
        other.write_text("image,prediction\n1_left,0\n")
        self.assertLen(_list(self.eyepacs, "level>=1").images, 20)

    @parameterized.named_parameters(
        ("word", "0_right,1", "0_right,mild", "row 3: level is 'mild'; expec"),
        ("negative", "0_right,1", "0_right,-1", "row 3: level is '-1'"),
        ("short", "0_right,1", "0_right", "row 3: 1 values; expected at lea"),
        ("absent", "0_right", "x", "row 3: x is the name of 0 images; exp"),
        ("twice", "0_right", "0_left", "row 3: 0_left is there twice"),
    )
    def test_a_bad_row_is_named(self, old, new, message):
        layouts.change(self.labels, old, new)
        with self.assertRaisesRegex(
            errors.DataError, f"eyepacs/trainLabels.csv {message}"
        ) as caught:
            _list(self.eyepacs, "level>=2")
        self.assertNotIn("\n", str(caught.exception))

    def test_two_images_of_one_name(self):
        image_files.write(self.eyepacs / "test" / "0_right.png", b"")
        with self.assertRaisesRegex(
            errors.DataError, r"row 3: 0_right is the name of 2 images \(test/"
        ):
            _list(self.eyepacs, "level>=2")

    @parameterized.parameters("level", "level>2", ">=2", "level>=mild", "")
    def test_refuses_a_label_without_column_and_grade(self, label):
        with self.assertRaisesRegex(errors.DataError, "label is .*'level>=2'"):
            _list(self.eyepacs, label)

    def test_an_unknown_column_is_named_beside_the_known(self):
        with self.assertRaisesRegex(
            errors.DataError,
            "0 .csv files have a column 'dme'; expected one. Found "
            "trainLabels.csv: image, level",
        ):
            _list(self.eyepacs, "dme>=1")
        self.labels.unlink()
        with self.assertRaisesRegex(errors.DataError, "Found no .csv file"):
            _list(self.eyepacs, "dme>=1")

    def test_two_tables_with_the_column(self):
        (self.eyepacs / "test.csv").write_text("image,level\n")
        with self.assertRaisesRegex(
            errors.DataError, "2 .csv files have a col"
        ):
            _list(self.eyepacs, "level>=1")


if __name__ == "__main__":
    absltest.main()
