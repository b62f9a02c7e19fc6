"""Tests of benchmarks.lesion_checks, on leaves of which all is known."""

import numpy as np
from absl.testing import absltest

from benchmarks import lesion_checks, lesions, photo_changes

_LEAF = lesions.KINDS["leaf"]
_GREEN = (60, 120, 50)
_BROWN = (150, 90, 40)


def _leaves(*areas):
    """Draws green leaves, each with a brown stripe of so many pixels."""
    images = np.zeros([len(areas), 16, 16, 3], np.uint8)
    images[:, 2:14, 2:14] = _GREEN
    for image, area in zip(images, areas, strict=True):
        for number in range(area):
            image[4 + number // 8, 4 + number % 8] = _BROWN
    return images


class LesionChecksTest(absltest.TestCase):
    def test_paints_over_with_what_is_around(self):
        (image,) = _leaves(16)
        painted = lesion_checks.paint_over(
            image, lesions.brown_spots(image[None])[0]
        )
        np.testing.assert_array_equal(painted, _leaves(0)[0])

    def test_paints_nothing_without_an_edge_to_start_from(self):
        (image,) = _leaves(4)
        for mask in (np.zeros([16, 16], bool), np.ones([16, 16], bool)):
            np.testing.assert_array_equal(
                lesion_checks.paint_over(image, mask), image
            )

    def test_tells_a_classifier_of_spots_from_one_of_tints(self):
        def spotted(images):
            return lesions.brown_spots(images).any(axis=(1, 2)).astype(int)

        def blue(images):
            means = images.astype(float).mean(axis=(1, 2))
            return (means[:, 2] < 0.4 * means[:, 1]).astype(int)

        images, names = _leaves(0, 12, 20, 0), ("healthy", "sick")
        by_spots = photo_changes.turned(
            spotted, images, names, lesion_checks.changes(_LEAF)
        )
        self.assertEqual(
            by_spots["spots painted over"],
            {
                "healthy": {"n": 2, "turned": 0.0},
                "sick": {"n": 2, "turned": 1.0},
            },
        )
        by_tint = photo_changes.turned(
            blue, images, names, lesion_checks.changes(_LEAF)
        )
        self.assertEqual(by_tint["yellower"]["healthy"]["turned"], 1.0)
        self.assertEqual(by_tint["spots painted over"]["healthy"]["turned"], 0)

    def test_counts_the_lesions_that_are_rebuilt(self):
        images = _leaves(0, 20, 20, 20)
        rebuilt = _leaves(9, 20, 10, 0)
        self.assertEqual(
            lesion_checks.kept(_LEAF, images, rebuilt),
            {
                "n": 3,
                "pixels": 20.0,
                "rebuilt_pixels": 10.0,
                "recall": 0.5,
                "shown": 2 / 3,
            },
        )
        self.assertEqual(
            lesion_checks.kept(_LEAF, images[:1], rebuilt[:1]), {"n": 0}
        )

    def test_draws_each_photograph_above_its_reconstruction(self):
        images = _leaves(0, *([20] * 12))
        picture = np.asarray(lesion_checks.sheet(_LEAF, images, 255 - images))
        self.assertEqual(picture.shape, (2 * 2 * 16 * 3, 10 * 16 * 3, 3))
        # The first leaf has no spot, and is not shown.
        # The enlargement overshoots a little at the edges.
        np.testing.assert_allclose(picture[5 * 3, 7 * 3], _BROWN, atol=25)
        self.assertEqual(picture[16 * 3 + 1, 1].tolist(), [255, 255, 255])


if __name__ == "__main__":
    absltest.main()
