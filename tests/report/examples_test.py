"""Tests of which images show an attribute."""

import numpy as np
from absl.testing import absltest

from stylex_tf.report import examples


class ChooseTest(absltest.TestCase):
    def test_the_best_is_first(self):
        gains = np.array([0.2, 0.9, 0.5])
        chosen = examples.choose(gains, np.arange(3.0)[:, None], 3)

        self.assertEqual(chosen[0], 1)
        self.assertCountEqual(chosen, [0, 1, 2])

    def test_of_equals_the_most_different_are_chosen(self):
        styles = np.array([[0.0], [0.1], [0.2], [5.0], [9.0]])
        chosen = examples.choose(np.ones(5), styles, 3)

        self.assertEqual(chosen.tolist(), [0, 4, 3])

    def test_a_weak_image_is_not_chosen_for_its_difference(self):
        styles = np.array([[0.0], [0.1], [0.2], [100.0]])
        gains = np.array([0.99, 0.98, 0.97, 0.5])

        self.assertNotIn(3, examples.choose(gains, styles, 3))

    def test_where_few_are_good_the_next_best_fill_up(self):
        gains = np.array([0.9, 0.1, 0.3, 0.2])
        chosen = examples.choose(gains, np.arange(4.0)[:, None], 3)

        self.assertEqual(set(chosen.tolist()), {0, 2, 3})

    def test_copies_are_chosen_once_each(self):
        chosen = examples.choose(np.ones(3), np.zeros((3, 2)), 6)

        self.assertCountEqual(chosen, [0, 1, 2])

    def test_no_images(self):
        self.assertEmpty(examples.choose(np.ones(0), np.ones((0, 2)), 6))


if __name__ == "__main__":
    absltest.main()
