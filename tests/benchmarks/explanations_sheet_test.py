"""Tests of benchmarks.explanations_sheet."""

import pathlib

import numpy as np
from absl.testing import absltest
from PIL import Image

from benchmarks import explanations_sheet
from stylex_tf import errors


def _column(colour, count=2):
    pictures = np.full([count, 16, 16, 3], colour, np.uint8)
    return explanations_sheet.Column(
        "heading", pictures, np.full(count, 0.75), np.ones(count, bool)
    )


class ExplanationsSheetTest(absltest.TestCase):
    def test_draws_columns_beside_one_another_and_images_below(self):
        sheet = explanations_sheet.draw(
            [
                ("a to b", [_column((200, 0, 0)), _column((0, 200, 0))]),
                ("b to a", [_column((0, 0, 200), count=1)]),
            ]
        )
        pixels = np.asarray(sheet)
        # The middle of the pictures: first by columns, then by rows.
        for left, top, expected in (
            (84, 140, (200, 0, 0)),
            (216, 140, (0, 200, 0)),
            (368, 140, (0, 0, 200)),
            (84, 272, (200, 0, 0)),
            (368, 272, (255, 255, 255)),
        ):
            self.assertEqual(tuple(pixels[top, left]), expected)

    def test_writes_what_the_name_says_and_refuses_the_rest(self):
        folder = pathlib.Path(self.create_tempdir().full_path)
        sheet = explanations_sheet.draw([("", [_column((9, 9, 9))])])
        for suffix, kind in ((".jpg", "JPEG"), (".png", "PNG")):
            path = explanations_sheet.write(folder / f"sheet{suffix}", sheet)
            with Image.open(path) as written:
                self.assertEqual(written.format, kind)
                self.assertEqual(written.size, sheet.size)
        with self.assertRaisesRegex(errors.UserError, "'.gif'; expected"):
            explanations_sheet.write(folder / "sheet.gif", sheet)


if __name__ == "__main__":
    absltest.main()
