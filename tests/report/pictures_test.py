"""Tests of the pictures inside a page."""

import base64
import io

import numpy as np
from absl.testing import absltest
from PIL import Image

from stylex_tf.report import pictures

_EXACT, *_COMPRESSED = pictures.ENCODINGS


def _decode(uri: str) -> Image.Image:
    content = base64.b64decode(uri.partition(",")[2], validate=True)
    return Image.open(io.BytesIO(content))


class PicturesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.image = np.random.default_rng(0).integers(
            0, 256, (12, 12, 3), dtype=np.uint8
        )

    def test_the_first_choice_is_exact(self):
        uri = pictures.data_uri(self.image, _EXACT, greyscale=False)

        self.assertStartsWith(uri, "data:image/webp;base64,")
        np.testing.assert_array_equal(np.asarray(_decode(uri)), self.image)

    def test_grey_images_become_grey_again(self):
        picture = np.asarray(
            _decode(pictures.data_uri(self.image, _EXACT, greyscale=True))
        )

        for channel in (1, 2):
            np.testing.assert_array_equal(
                picture[:, :, channel], picture[:, :, 0]
            )

    def test_a_strip_has_its_frames_from_top_to_bottom(self):
        frames = np.stack([self.image, 255 - self.image])

        strip = np.asarray(
            _decode(pictures.strip_uri(frames, _EXACT, greyscale=False))
        )

        np.testing.assert_array_equal(strip, frames.reshape(24, 12, 3))

    def test_frames_are_reduced_without_their_neighbours(self):
        frames = np.zeros((2, 100, 100, 3), np.uint8)
        frames[1] = 255

        strip = np.asarray(
            _decode(pictures.strip_uri(frames, _EXACT, greyscale=False))
        )

        self.assertEqual(strip.shape, (128, 64, 3))
        self.assertEqual(np.unique(strip[:64]), 0)
        self.assertEqual(np.unique(strip[64:]), 255)

    def test_a_thumbnail_is_smaller_yet(self):
        large = np.zeros((512, 512, 3), np.uint8)

        uri = pictures.data_uri(
            large, _COMPRESSED[0], greyscale=False, longest_side=96
        )

        self.assertEqual(_decode(uri).size, (96, 96))

    def test_large_images_are_reduced(self):
        large = np.zeros((512, 512, 3), np.uint8)

        self.assertEqual(
            _decode(
                pictures.data_uri(large, _COMPRESSED[0], greyscale=False)
            ).size,
            (256, 256),
        )
        self.assertEqual(
            _decode(
                pictures.data_uri(large, _COMPRESSED[2], greyscale=False)
            ).size,
            (192, 192),
        )

    def test_small_images_are_not_enlarged(self):
        uri = pictures.data_uri(self.image, _COMPRESSED[0], greyscale=False)

        self.assertStartsWith(uri, "data:image/webp;base64,")
        self.assertEqual(_decode(uri).size, (12, 12))

    def test_every_loss_is_told_to_the_reader(self):
        self.assertEmpty(_EXACT.note)
        for encoding in _COMPRESSED:
            self.assertIn("compressed", encoding.note)
            if encoding.longest_side < 256:
                self.assertIn(f"{encoding.longest_side} pixels", encoding.note)

    def test_pictures_whose_pixels_are_seen_begin_exact(self):
        self.assertEqual(pictures.encodings(64)[0], _EXACT)
        self.assertEqual(pictures.encodings(128)[0], _COMPRESSED[0])


if __name__ == "__main__":
    absltest.main()
