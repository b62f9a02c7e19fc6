"""Tests of the maps of what an edit changes."""

import numpy as np
from absl.testing import absltest

from stylex_tf.report import heat_map


class HeatMapTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.sources = np.full((2, 4, 4, 3), 100, np.uint8)
        self.edited = self.sources.copy()
        self.edited[0, 1, 2] = 200
        self.edited[1, 3, 3] = 50

    def test_the_strongest_change_is_opaque_and_the_scale_is_shared(self):
        drawn = heat_map.draw(self.sources, self.edited).astype(float)

        plain, hot, half = drawn[0, 0, 0], drawn[0, 1, 2], drawn[1, 3, 3]
        self.assertEqual(np.ptp(plain), 0)
        self.assertGreater(hot[0] - hot[2], 150)
        # Half the change is half the way to the hottest colour.
        np.testing.assert_allclose(half, (plain + hot) / 2, atol=1)

    def test_what_does_not_change_is_grey(self):
        drawn = heat_map.draw(self.sources, self.edited)

        changed = np.any(self.edited != self.sources, axis=3)
        self.assertEqual(np.ptp(drawn[~changed], axis=1).max(), 0)

    def test_no_change_at_all_is_no_heat(self):
        drawn = heat_map.draw(self.sources, self.sources)

        self.assertEqual(np.ptp(drawn), 0)

    def test_the_image_can_still_be_seen(self):
        self.sources[0, 0, 0] = 0
        drawn = heat_map.draw(self.sources, self.sources)

        self.assertLess(drawn[0, 0, 0, 0], drawn[0, 1, 1, 0])

    def test_no_images(self):
        empty = np.zeros((0, 4, 4, 3), np.uint8)

        self.assertEqual(heat_map.draw(empty, empty).shape, (0, 4, 4, 3))


if __name__ == "__main__":
    absltest.main()
