"""Tests of near_copies and of the fingerprints that it compares."""

import io
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image, ImageFilter

from stylex_tf.data.records import fingerprints, near_copies
from tests.testing import image_files


def _photograph(seed: int, side: int = 128) -> Image.Image:
    """Something with the spectrum of a photograph."""
    rough = Image.fromarray(image_files.noise(seed, 16, 16))
    large = rough.resize((side, side), Image.Resampling.BICUBIC)
    return large.filter(ImageFilter.GaussianBlur(2))


def _encoded_again(picture: Image.Image, quality: int = 60) -> Image.Image:
    file = io.BytesIO()
    picture.resize((100, 100)).save(file, "JPEG", quality=quality)
    return Image.open(file)


def _brighter(picture: Image.Image) -> Image.Image:
    return picture.point(lambda value: min(255, round(1.1 * value)))


def _shifted(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    return picture.crop((2, 2, width, height))


def _pairs(pictures):
    prints = [
        fingerprints.fingerprint(np.asarray(picture.resize((64, 64))))
        for picture in pictures
    ]
    return set(
        near_copies.pairs(
            np.stack([fingerprint.structure for fingerprint in prints]),
            np.stack([fingerprint.colours for fingerprint in prints]),
        )
    )


def _limit(pictures) -> int:
    prints = [
        fingerprints.fingerprint(np.asarray(picture.resize((64, 64))))
        for picture in pictures
    ]
    bits = np.unpackbits(
        np.stack([fingerprint.structure for fingerprint in prints]), 1
    )
    return near_copies._most_bits(bits.astype(np.float32) * 2 - 1)


class NearCopiesTest(parameterized.TestCase):
    @parameterized.parameters(_encoded_again, _brighter, _shifted)
    def test_every_copy_is_found_and_nothing_else(self, copy):
        pictures = [_photograph(seed) for seed in range(60)]
        copies = [copy(picture) for picture in pictures[:20]]
        self.assertEqual(
            _pairs([*pictures, *copies]), {(i, 60 + i) for i in range(20)}
        )

    def test_flat_pictures_of_other_colours_are_others(self):
        greys = [Image.new("RGB", (64, 64), (g, g, g)) for g in (0, 60, 120)]
        self.assertEmpty(_pairs(greys))
        again = Image.new("RGB", (64, 64), (3, 3, 3))
        self.assertEqual(_pairs([*greys, again]), {(0, 3)})

    def test_a_set_of_pictures_that_are_alike_has_narrower_limits(self):
        base = np.asarray(_photograph(0, 64), np.float64)

        def alike(seed, amount):
            second = np.asarray(_photograph(seed, 64), np.float64)
            mixed = (1 - amount) * base + amount * second
            return Image.fromarray(mixed.astype(np.uint8))

        different = [_photograph(seed) for seed in range(40)]
        every = [alike(seed, 0.2) for seed in range(40)]
        self.assertEqual(_limit(different), 48)
        self.assertLess(_limit(every), 30)
        # Copies do not narrow it: each of these is there twice.
        self.assertEqual(_limit([*different, *different]), 48)

    def test_chunks_make_no_difference(self):
        pictures = [_photograph(seed) for seed in range(7)]
        pictures += [_encoded_again(picture) for picture in pictures]
        whole = _pairs(pictures)
        with mock.patch.object(near_copies, "_AT_ONCE", 3):
            self.assertEqual(_pairs(pictures), whole)

    def test_one_picture_has_no_copy(self):
        self.assertEmpty(_pairs([_photograph(0)]))

    def test_one_pixel_makes_another_picture(self):
        image = image_files.noise(0, 64, 64)
        changed = image.copy()
        changed[5, 5, 1] ^= 1
        first, second = map(fingerprints.fingerprint, (image, changed))
        self.assertNotEqual(first.pixels, second.pixels)
        self.assertEqual(first.structure.shape, (32,))
        self.assertEqual(first.colours.shape, (192,))


if __name__ == "__main__":
    absltest.main()
