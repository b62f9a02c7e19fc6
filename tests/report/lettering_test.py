"""Tests of probabilities on pictures."""

import numpy as np
from absl.testing import absltest

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
        one, other = (
            np.asarray(lettering.label(self.image, value, True))
            for value in (0.1, 0.9)
        )

        self.assertFalse(np.array_equal(one, other))


if __name__ == "__main__":
    absltest.main()
