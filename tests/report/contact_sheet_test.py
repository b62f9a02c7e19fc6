"""Tests of the contact sheet."""

import pathlib

import numpy as np
from absl.testing import absltest
from PIL import Image

from stylex_tf.report import contact_sheet


class GridTest(absltest.TestCase):
    def test_goes_row_by_row(self):
        images = np.random.default_rng(0).integers(
            0, 256, (6, 4, 5, 3), dtype=np.uint8
        )

        sheet = contact_sheet.grid(images, rows=2, columns=3)

        self.assertEqual(sheet.shape, (8, 15, 3))
        for index, image in enumerate(images):
            row, column = divmod(index, 3)
            np.testing.assert_array_equal(
                sheet[4 * row : 4 * row + 4, 5 * column : 5 * column + 5],
                image,
            )

    def test_cells_left_over_are_white(self):
        sheet = contact_sheet.grid(np.zeros((1, 2, 2, 3), np.uint8), 1, 2)

        np.testing.assert_array_equal(sheet[:, :2], 0)
        np.testing.assert_array_equal(sheet[:, 2:], 255)

    def test_refuses_more_images_than_cells(self):
        images = np.zeros((5, 2, 2, 3), np.uint8)

        with self.assertRaisesRegex(ValueError, "5 images do not fit in 2 row"):
            contact_sheet.grid(images, rows=2, columns=2)

    def test_refuses_floats(self):
        with self.assertRaisesRegex(ValueError, "expected uint8 NHWC"):
            contact_sheet.grid(np.zeros((1, 2, 2, 3)), rows=1, columns=1)


class WritePngTest(absltest.TestCase):
    def test_writes_the_pixels_and_makes_the_folder(self):
        image = np.random.default_rng(0).integers(
            0, 256, (3, 4, 3), dtype=np.uint8
        )
        path = pathlib.Path(self.create_tempdir()) / "new" / "sheet.png"

        contact_sheet.write_png(path, image)

        with Image.open(path) as picture:
            self.assertEqual(picture.format, "PNG")
            np.testing.assert_array_equal(np.asarray(picture), image)


if __name__ == "__main__":
    absltest.main()
