"""Tests of the pictures beside the page."""

import pathlib

import numpy as np
from absl.testing import absltest
from PIL import Image

from stylex_tf.report import picture_files
from tests.report import report_samples


class PictureFilesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir()) / "pictures"

    def _write(self, *classes):
        picture_files.write(self.folder, report_samples.explained(*classes), {})
        return sorted(path.name for path in self.folder.iterdir())

    def test_a_sheet_a_class_and_a_gif_an_attribute(self):
        names = self._write(
            report_samples.class_findings(
                report_samples.attribute(1), report_samples.attribute(2)
            ),
            report_samples.class_findings(class_index=0),
        )

        self.assertEqual(
            names,
            [
                "class_1.png",
                "class_1_attribute_1.gif",
                "class_1_attribute_1_on_photographs.gif",
                "class_1_attribute_2.gif",
                "class_1_attribute_2_on_photographs.gif",
                "class_1_on_photographs.png",
            ],
        )
        for name in names:
            with Image.open(self.folder / name) as picture:
                picture.verify()

    def test_removes_its_own_of_an_earlier_report_and_nothing_else(self):
        self._write(
            report_samples.class_findings(
                report_samples.attribute(1), report_samples.attribute(2)
            )
        )
        (self.folder / "mine.png").write_bytes(b"")

        names = self._write(
            report_samples.class_findings(
                report_samples.attribute(1, carried=False)
            )
        )

        self.assertEqual(
            names, ["class_1.png", "class_1_attribute_1.gif", "mine.png"]
        )

    def test_shows_the_edits_on_the_photographs(self):
        self._write(report_samples.class_findings(report_samples.attribute(1)))

        made, carried = (
            np.asarray(Image.open(self.folder / name).convert("RGB"))
            for name in ("class_1.png", "class_1_on_photographs.png")
        )
        # The shades of the samples: reconstructions, and photographs.
        for sheet, shade, other in ((made, 99, 50), (carried, 50, 99)):
            self.assertGreater((sheet == shade).all(axis=2).sum(), 128 * 128)
            self.assertLess((sheet == other).all(axis=2).sum(), 100)

    def test_what_has_no_examples_has_no_picture(self):
        self.folder.mkdir()
        empty = np.zeros((0, 2))
        bare = report_samples.attribute(
            1, image_ids=(), before=empty, after=empty, carried=False
        )

        self.assertEmpty(self._write(report_samples.class_findings(bare)))


if __name__ == "__main__":
    absltest.main()
