"""Tests of stylex_tf.data.records.picture_hashes."""

import numpy as np
from absl.testing import absltest

from stylex_tf.data.records import picture_hashes


class PictureHashesTest(absltest.TestCase):
    def test_pixels_and_shape_alone_decide(self):
        pictures = np.random.default_rng(0).integers(
            0, 256, [5, 4, 6, 3], np.uint8
        )
        hashes = picture_hashes.of(pictures)
        self.assertEqual(hashes.dtype, np.uint64)
        self.assertLen(set(hashes.tolist()), 5)
        np.testing.assert_array_equal(hashes, np.sort(hashes))
        # In another order, twice, and as a view that is not contiguous.
        again = [np.asfortranarray(picture) for picture in pictures[::-1]]
        np.testing.assert_array_equal(
            picture_hashes.of([*again, pictures[2]]), hashes
        )
        changed = pictures[0].copy()
        changed[3, 5, 2] ^= 1
        for other in (changed, pictures[0].reshape([6, 4, 3])):
            self.assertEmpty(np.intersect1d(picture_hashes.of([other]), hashes))


if __name__ == "__main__":
    absltest.main()
