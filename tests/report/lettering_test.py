"""Tests of probabilities on pictures."""

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.report import lettering


class LabelTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.image = np.full((32, 32, 3), 90, np.uint8)
        self.image[31, 31] = 200

    def test_small_pictures_are_enlarged_by_whole_factors(self):
        drawn = np.asarray(lettering.label(self.image, 0.5, False))

        self.assertEqual(drawn.shape, (128, 128, 3))
        self.assertEqual(np.unique(drawn[124:, 124:]), 200)
        self.assertEqual(np.unique(drawn[64:124, 64:124]), 90)

    def test_large_pictures_keep_their_size(self):
        large = np.zeros((256, 256, 3), np.uint8)

        self.assertEqual(lettering.label(large, 0.5, False).size, (256, 256))

    def test_the_label_is_at_the_top_left_and_blue_where_decided(self):
        for decided, colour in ((True, (31, 79, 216)), (False, (255,) * 3)):
            drawn = np.asarray(lettering.label(self.image, 0.93, decided))
            label = (drawn == colour).all(axis=2)
            rows, columns = np.nonzero(label)
            self.assertGreater(label.sum(), 100)
            self.assertLess(rows.max(), 40)
            self.assertLess(columns.max(), 64)

    def test_another_probability_is_another_picture(self):
        first, second = (
            np.asarray(lettering.label(self.image, value, True))
            for value in (0.1, 0.9)
        )

        self.assertFalse(np.array_equal(first, second))


class DrawableTest(parameterized.TestCase):
    @parameterized.parameters(
        ("\N{MINUS SIGN}0.51", "-0.51"),
        ("97.3\N{NO-BREAK SPACE}%", "97.3 %"),
        ("Bärtig, groß – façade", "Bartig, gross - facade"),
        ("glasses or open mouth", "glasses or open mouth"),
    )
    def test_has_a_glyph_for_every_letter(self, text, drawn):
        self.assertEqual(lettering.drawable(text), drawn)
        font = lettering.font(20)
        box = bytes(font.getmask("\N{MINUS SIGN}"))
        for letter in drawn:
            self.assertNotEqual(bytes(font.getmask(letter)), box, letter)


if __name__ == "__main__":
    absltest.main()
