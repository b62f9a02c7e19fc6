"""Tests of the pictures inside a page."""

import base64
import io

import numpy as np
from absl.testing import absltest
from PIL import Image

from stylex_tf.report import pictures

_PNG, _JPEG, _SMALL_JPEG = pictures.ENCODINGS


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
        uri = pictures.data_uri(self.image, _PNG, greyscale=False)

        self.assertStartsWith(uri, "data:image/png;base64,")
        np.testing.assert_array_equal(np.asarray(_decode(uri)), self.image)

    def test_grey_images_become_grey_again(self):
        grey = np.repeat(self.image[:, :, :1], 3, axis=2)

        picture = _decode(pictures.data_uri(grey, _PNG, greyscale=True))

        self.assertEqual(picture.mode, "L")
        np.testing.assert_array_equal(np.asarray(picture), grey[:, :, 0])

    def test_large_images_are_reduced(self):
        large = np.zeros((512, 512, 3), np.uint8)

        self.assertEqual(
            _decode(pictures.data_uri(large, _PNG, greyscale=False)).size,
            (256, 256),
        )
        self.assertEqual(
            _decode(
                pictures.data_uri(large, _SMALL_JPEG, greyscale=False)
            ).size,
            (128, 128),
        )

    def test_small_images_are_not_enlarged(self):
        uri = pictures.data_uri(self.image, _JPEG, greyscale=False)

        self.assertStartsWith(uri, "data:image/jpeg;base64,")
        self.assertEqual(_decode(uri).size, (12, 12))

    def test_every_loss_is_told_to_the_reader(self):
        self.assertEmpty(_PNG.note)
        self.assertIn("JPEG", _JPEG.note)
        self.assertIn("128 pixels", _SMALL_JPEG.note)


if __name__ == "__main__":
    absltest.main()
