"""Tests of the sheet of a class's attributes."""

import dataclasses

import numpy as np
from absl.testing import absltest

from stylex_tf.report import paper_sheet
from tests.report import report_samples


def _draw(*attributes, names=None):
    return paper_sheet.draw(
        report_samples.class_findings(*attributes), names or {}
    )


class PaperSheetTest(absltest.TestCase):
    def test_a_row_an_attribute(self):
        single = _draw(report_samples.attribute(1))
        two = _draw(report_samples.attribute(1), report_samples.attribute(2))

        self.assertEqual(single.dtype, np.uint8)
        self.assertEqual(single.shape[1], two.shape[1])
        np.testing.assert_array_equal(
            (single[0], two[0]), np.full((2, *single[0].shape), 255)
        )
        self.assertGreater(two.shape[0], 1.8 * single.shape[0])

    def test_shows_before_and_after_of_every_example(self):
        empty = np.zeros((0, 2))
        none = report_samples.attribute(
            2, image_ids=(), before=empty, after=empty
        )
        sheet = _draw(report_samples.attribute(1), none)

        # Two examples of 128 pixels, most of which no label covers.
        grey = (sheet == 99).all(axis=2).sum()
        self.assertBetween(grey, 1.6 * 128 * 128, 2 * 128 * 128)
        self.assertEqual(sheet.shape, _draw(report_samples.attribute(1)).shape)

    def test_what_matters_only_together_has_a_row_on_top(self):
        of_class = report_samples.class_findings(report_samples.attribute(1))
        sheet = paper_sheet.draw(
            dataclasses.replace(of_class, together=report_samples.together(1)),
            {},
        )

        alone = paper_sheet.draw(of_class, {})
        np.testing.assert_array_equal(sheet[-len(alone) :][20:], alone[20:])
        self.assertGreater(len(sheet), 1.8 * len(alone))

    def test_marks_what_does_not_turn_the_decision(self):
        drawn = [
            _draw(report_samples.attribute(1, share_flipped=share))
            for share in (0.001, 0.0)
        ]

        # Below the name and the share there is a line more.
        words = [sheet[60:128, :220] for sheet in drawn]
        self.assertEqual([(crop < 200).any() for crop in words], [False, True])

    def test_writes_the_given_name(self):
        view = report_samples.attribute(1)
        plain, named, other = (
            _draw(view, names=names)
            for names in ({}, {501: "spectacles"}, {7: "spectacles"})
        )

        self.assertFalse(np.array_equal(plain, named))
        np.testing.assert_array_equal(plain, other)

    def test_a_long_name_stays_left_of_the_pictures(self):
        view = report_samples.attribute(1)
        long = _draw(view, names={501: "quite a long name " * 4})
        pictures = slice(260, None)

        np.testing.assert_array_equal(
            long[:, pictures], _draw(view)[:, pictures]
        )


if __name__ == "__main__":
    absltest.main()
