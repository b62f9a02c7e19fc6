"""Tests of benchmarks.photo_changes, on pictures of which all is known."""

import numpy as np
from absl.testing import absltest

from benchmarks import photo_changes


def _ramps(*steepness):
    """Draws pictures that are brighter to the right, each by so much."""
    columns = np.arange(16) - 7.5
    images = np.zeros([len(steepness), 16, 16, 3], np.uint8)
    for image, steep in zip(images, steepness, strict=True):
        image[:] = (128 + np.sign(columns) * steep)[None, :, None]
    return images


class PhotoChangesTest(absltest.TestCase):
    def test_saturation_moves_colours_from_grey_and_no_further(self):
        images = np.full([1, 4, 4, 3], (60, 120, 60), np.uint8)
        for name, expected in (
            ("more saturated", (50, 140, 50)),
            ("less saturated", (70, 100, 70)),
            ("grey", (80, 80, 80)),
        ):
            changed = photo_changes.changes()[name](images)
            np.testing.assert_array_equal(
                changed, np.broadcast_to(expected, changed.shape)
            )

    def test_sharpening_and_blurring_move_an_edge_and_no_plane(self):
        images = _ramps(0, 40)

        def height(changed):
            return changed[:, 8, 8, 0].astype(int) - changed[:, 8, 7, 0]

        sharpened = photo_changes.changes()["sharpened"](images)
        blurred = photo_changes.changes()["blurred"](images)
        self.assertEqual(height(sharpened)[0], 0)
        self.assertEqual(height(blurred)[0], 0)
        self.assertGreater(height(sharpened)[1], 80)
        self.assertLess(height(blurred)[1], 80)
        # Far from the edge nothing has moved.
        np.testing.assert_array_equal(sharpened[:, :, 0], images[:, :, 0])

    def test_sharpening_stays_within_the_range_of_pixels(self):
        changed = photo_changes.changes()["sharpened"](_ramps(127))
        # Beyond it, black would become white.
        self.assertLessEqual(changed[:, :, :8].max(), 1)
        self.assertGreaterEqual(changed[:, :, 8:].min(), 254)

    def test_tells_a_classifier_of_edges_from_one_of_colours(self):
        def edged(images):
            rows = images[:, 8, :, 0].astype(int)
            return (np.abs(np.diff(rows, axis=1)).max(axis=1) > 90).astype(int)

        names = ("smooth", "edged")
        shares = photo_changes.turned(
            edged, _ramps(0, 40, 60), names, photo_changes.changes()
        )
        self.assertEqual(
            shares["sharpened"],
            {
                "smooth": {"n": 2, "turned": 0.5},
                "edged": {"n": 1, "turned": 0.0},
            },
        )
        self.assertEqual(shares["blurred"]["edged"]["turned"], 1.0)
        self.assertEqual(shares["grey"]["edged"]["turned"], 0.0)

    def test_leaves_out_a_class_that_no_image_was_given(self):
        shares = photo_changes.turned(
            lambda images: np.zeros(len(images), int),
            _ramps(0, 9),
            ("smooth", "edged"),
            photo_changes.changes(),
        )
        self.assertEqual(list(shares["grey"]), ["smooth"])


if __name__ == "__main__":
    absltest.main()
