import numpy as np
from absl.testing import absltest

from stylex_tf.api import cells, explanation_sheet


def _row(*colours, heading="a.png", caption="image", **of_row):
    return cells.Row(
        heading=heading,
        **{"trust": "", "level": "fair", **of_row},
        cells=tuple(
            cells.Cell(
                picture=np.full([50, 50, 3], colour, np.uint8),
                corner="0.50",
                caption=caption,
            )
            for colour in colours
        ),
    )


class ExplanationSheetTest(absltest.TestCase):
    def test_enlarges_by_a_whole_factor(self):
        sheet = np.asarray(explanation_sheet.draw([_row(200, 100), _row(7)]))

        # Pictures of 150 pixels, 8 apart; rows of 150, two lines, and 8.
        self.assertEqual(sheet.shape, (8 + 2 * 198, 8 + 2 * 158, 3))
        np.testing.assert_array_equal(sheet[60:178, 8:158], 200)
        np.testing.assert_array_equal(sheet[60:178, 166:316], 100)
        np.testing.assert_array_equal(sheet[258:376, 8:158], 7)
        # Where the second row has no picture, it is white.
        np.testing.assert_array_equal(sheet[258:376, 166:], 255)

    def test_what_is_not_to_be_relied_on_is_red(self):
        fair, doubtful = (
            np.asarray(
                explanation_sheet.draw([_row(0, trust="words", level=level)])
            ).astype(int)
            for level in ("fair", "doubtful")
        )

        def reddest(sheet):
            return (sheet[..., 0] - sheet[..., 1]).max()

        self.assertEqual(reddest(fair), 0)
        self.assertGreater(reddest(doubtful), 50)

    def test_sentences_take_the_lines_that_they_need(self):
        words = "saturation of the green (style 19 to its minimum)"

        def height(**of_row):
            return explanation_sheet.draw([_row(0, **of_row)]).height

        short = height(trust="words", caption="words")
        # 20 pixels a line; a picture, and a sheet of one, is 150 wide.
        self.assertEqual(height(trust=words, caption="words"), short + 2 * 20)
        self.assertEqual(height(trust="words", caption=words), short + 2 * 20)

    def test_of_a_long_word_the_end_is_kept_in_place(self):
        short, long = (
            np.asarray(
                explanation_sheet.draw([_row(0, heading=name, caption=name)])
            )
            for name in ("a.png", "/a/very/long/path/to/a/folder/of/a.png")
        )

        self.assertEqual(short.shape, long.shape)
        self.assertTrue((short != long).any())
        # Nothing is written into the margin.
        np.testing.assert_array_equal(long[:, -8:], 255)

    def test_nothing_is_a_white_sheet(self):
        sheet = np.asarray(explanation_sheet.draw([]))

        self.assertEqual(sheet.min(), 255)


if __name__ == "__main__":
    absltest.main()
