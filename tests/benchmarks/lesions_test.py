"""Tests of benchmarks.lesions, on pictures of which all is known."""

import numpy as np
from absl.testing import absltest

from benchmarks import lesions

_GREEN = (60, 120, 50)
_BROWN = (150, 90, 40)
_RETINA = (180, 90, 30)
_YELLOW = (220, 170, 60)


def _eye() -> np.ndarray:
    """Draws an eye with a bright optic disc at the left, uint8."""
    rows, columns = np.mgrid[:64, :64]
    image = np.zeros([64, 64, 3], np.uint8)
    image[np.hypot(rows - 32, columns - 32) < 30] = _RETINA
    image[np.hypot(rows - 32, columns - 14) < 6] = (250, 200, 120)
    return image


class LesionsTest(absltest.TestCase):
    def test_marks_brown_and_nothing_else(self):
        images = np.zeros([2, 16, 16, 3], np.uint8)
        images[:, 2:14, 2:14] = _GREEN
        images[1, 4:6, 4:9] = _BROWN
        images[0, 5, 5] = (255, 255, 255)
        images[0, 6, 6] = (30, 20, 10)
        marked = lesions.brown_spots(images)
        self.assertEqual(marked.sum(axis=(1, 2)).tolist(), [0, 10])
        np.testing.assert_array_equal(
            marked[1], (images[1] == _BROWN).all(axis=-1)
        )

    def test_marks_small_yellow_spots_and_no_optic_disc(self):
        healthy, sick = _eye(), _eye()
        for row, column in ((20, 40), (30, 45), (40, 38)):
            sick[row : row + 2, column : column + 2] = _YELLOW
        marked = lesions.bright_spots(np.stack([healthy, sick]))
        self.assertEqual(marked[0].sum(), 0)
        np.testing.assert_array_equal(marked[1], (sick == _YELLOW).all(axis=-1))

    def test_a_spot_that_is_white_or_large_is_none(self):
        white, large = _eye(), _eye()
        white[30:32, 45:47] = (250, 150, 150)
        large[16:48, 26:58] = _YELLOW
        marked = lesions.bright_spots(np.stack([white, large]))
        self.assertEqual(marked[0].sum(), 0)
        self.assertFalse(marked[1, 26:38, 36:48].any())


if __name__ == "__main__":
    absltest.main()
