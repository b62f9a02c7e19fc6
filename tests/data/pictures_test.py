"""Tests of stylex_tf.data.pictures."""

import io
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized
from PIL import Image

from stylex_tf.data import pictures
from tests.testing import image_files

_ORIENTATION = 0x0112


def _decode(image: Image.Image | np.ndarray, size: int = 2, **options):
    array = image if isinstance(image, np.ndarray) else np.asarray(image)
    return pictures.decode(image_files.encode(array, **options), size)


class DecodeTest(parameterized.TestCase):
    def test_an_image_of_the_right_size_is_unchanged(self):
        image = image_files.noise(0)
        np.testing.assert_array_equal(_decode(image, 12), image)

    @parameterized.parameters(
        "PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF", "PPM"
    )
    def test_reads_what_pillow_writes(self, kind):
        image = np.full((8, 8, 3), (250, 130, 10), np.uint8)
        pixels = _decode(image, 4, kind=kind).astype(int)
        self.assertEqual(pixels.shape, (4, 4, 3))
        self.assertLess(np.abs(pixels - image[:4, :4]).max(), 8)

    def test_the_centre_is_kept(self):
        image = np.zeros((4, 10, 3), np.uint8)
        image[:, 3:7] = 255
        self.assertEqual(_decode(image, 4).min(), 255)
        tall = np.ascontiguousarray(image.transpose(1, 0, 2))
        self.assertEqual(_decode(tall, 4).min(), 255)

    @parameterized.parameters((8, 16, 8), (16, 8, 8), (16, 7, 16), (1, 200, 8))
    def test_padding_keeps_all_of_a_picture(self, height, width, size):
        image = np.full([height, width, 3], 90, np.uint8)
        encoded = image_files.encode(image_files.noise(0, height, width))

        flat = pictures.decode(image_files.encode(image), size, crop="pad")
        pixels = pictures.decode(encoded, size, crop="pad")

        # A border that is repeated adds no black.
        np.testing.assert_array_equal(flat, np.full([size, size, 3], 90))
        share = size / max(height, width)
        inside = [
            max(1, int(length * share + 0.5)) for length in (height, width)
        ]
        top, left = [(size - length) // 2 for length in inside]
        kept = Image.open(io.BytesIO(encoded)).resize(
            inside[::-1], Image.Resampling.LANCZOS
        )
        np.testing.assert_array_equal(
            pixels[top : top + inside[0], left : left + inside[1]], kept
        )
        for outside, border in (
            (pixels[:top], pixels[top]),
            (pixels[top + inside[0] :], pixels[top + inside[0] - 1]),
        ):
            np.testing.assert_array_equal(
                outside, np.broadcast_to(border, outside.shape)
            )

    @parameterized.named_parameters(
        ("square", (3, 2, 4, 4), (3, 2, 4)),
        ("wide", (2, 4, 6, 2), (2, 2, 6)),
        ("tall", (4, 1, 2, 6), (2, 1, 6)),
        ("moved_in", (0, 6, 2, 4), (0, 6, 4)),
        ("moved_in_at_the_end", (11, 0, 1, 4), (8, 0, 4)),
        ("longer_than_the_picture_is_high", (0, 3, 12, 4), (1, 0, 10)),
        ("fractions", (3.4, 2.0, 3.2, 3.9), (3, 2, 4)),
        ("beyond_the_edge", (8, 6, 9, 3), (3, 1, 9)),
    )
    def test_the_square_around_a_box(self, box, expected):
        image = image_files.noise(0, height=10, width=12)
        x, y, side = expected
        pixels = pictures.decode(image_files.encode(image), side, box=box)
        np.testing.assert_array_equal(pixels, image[y : y + side, x : x + side])

    @parameterized.parameters((12, 0, 2, 2), (0, 10, 2, 2), (-1, 0, 2, 2))
    def test_a_box_outside_of_the_picture_is_refused(self, *box):
        image = image_files.encode(image_files.noise(0, height=10, width=12))
        with self.assertRaisesRegex(
            pictures.UnreadableError, "the box begins at .*12 x 10 pixels"
        ):
            pictures.decode(image, 4, box=box)

    def test_a_single_pixel_fills_the_picture(self):
        image = np.full((1, 1, 3), 9, np.uint8)
        np.testing.assert_array_equal(_decode(image, 3), np.full((3, 3, 3), 9))

    def test_large_images_are_averaged_not_sampled(self):
        image = np.zeros((64, 64, 3), np.uint8)
        image[::2] = 255
        self.assertBetween(_decode(image, 4).mean(), 120, 135)

    def test_orientation_is_applied(self):
        image = np.zeros((4, 4, 3), np.uint8)
        image[0] = 255  # White at the top ...
        exif = Image.Exif()
        exif[_ORIENTATION] = 3  # ... of a picture that is upside down.
        pixels = _decode(image, 4, exif=exif)
        self.assertEqual(pixels[3].min(), 255)
        self.assertEqual(pixels[0].max(), 0)

    def test_transparency_becomes_white(self):
        image = np.zeros((2, 2, 4), np.uint8)
        image[0] = (10, 20, 30, 255)
        pixels = _decode(image)
        np.testing.assert_array_equal(pixels[0], [[10, 20, 30]] * 2)
        np.testing.assert_array_equal(pixels[1], [[255] * 3] * 2)

    def test_a_transparent_palette_becomes_white(self):
        image = Image.new("P", (2, 2), 0)
        image.putpalette([200, 0, 0, 0, 200, 0])
        image.putpixel((0, 0), 1)
        file = self.create_tempfile("p.png").full_path
        image.save(file, transparency=1)
        with open(file, "rb") as opened:
            pixels = pictures.decode(opened.read(), 2)
        np.testing.assert_array_equal(pixels[0, 0], [255] * 3)
        np.testing.assert_array_equal(pixels[1, 1], [200, 0, 0])

    @parameterized.named_parameters(
        ("grey", np.full((2, 2), 77, np.uint8), 77),
        ("grey_with_alpha", np.full((2, 2, 2), (77, 255), np.uint8), 77),
        ("bits", np.full((2, 2), True), 255),
        ("deep_grey", np.full((2, 2), 128 * 257, np.uint16), 128),
    )
    def test_grey_becomes_three_equal_channels(self, image, expected):
        np.testing.assert_array_equal(
            _decode(image), np.full((2, 2, 3), expected)
        )

    def test_cmyk(self):
        image = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
        file = self.create_tempfile("c.jpg").full_path
        image.save(file)
        with open(file, "rb") as opened:
            pixels = pictures.decode(opened.read(), 2)
        self.assertGreater(pixels[..., 0].min(), 180)
        self.assertLess(pixels[..., 1:].max(), 80)

    @parameterized.named_parameters(
        ("empty", b"", "the file is empty"),
        ("text", b"<html>not found</html>", "not an image, but a web page"),
        ("lfs", b"version https://git-lfs.github.com/spec/v1", "of Git LFS"),
        ("cut_png", image_files.encode(image_files.noise(0))[:200], "trunc"),
        (
            "cut_jpeg",
            image_files.encode(image_files.noise(0), "JPEG")[:300],
            "Truncated",
        ),
        ("header_only", b"\x89PNG\r\n\x1a\n", "not an image"),
        # Pillow would start Ghostscript.
        ("eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an"),
    )
    def test_says_why_a_file_cannot_be_read(self, content, reason):
        with self.assertRaisesRegex(pictures.UnreadableError, reason):
            pictures.decode(content, 8)

    def test_recognises_an_image_by_its_start(self):
        whole = image_files.encode(image_files.noise(0))

        pictures.recognise(whole)
        # What is cut is found when it is decoded, and not before.
        pictures.recognise(whole[:200])
        for content, reason in (
            (b"", "the file is empty"),
            (b"text", "not an image, or of an unknown format"),
            (
                b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
                "^a HEIC picture, as iPhones take, which is not read; convert",
            ),
        ):
            with self.assertRaisesRegex(pictures.UnreadableError, reason):
                pictures.recognise(content)

    def test_refuses_an_enormous_image_before_decoding_it(self):
        bomb = Image.new("1", (20_000, 20_000))
        file = self.create_tempfile("bomb.png").full_path
        bomb.save(file)
        with open(file, "rb") as opened:
            content = opened.read()
        self.assertLess(len(content), 1 << 20)
        with self.assertRaisesRegex(pictures.UnreadableError, "pixels|bomb"):
            pictures.decode(content, 8)

    @parameterized.parameters(AttributeError, NotImplementedError, MemoryError)
    def test_whatever_a_decoder_raises_is_that_files_error(self, kind):
        content = image_files.encode(image_files.noise(0))
        with mock.patch.object(Image, "open", side_effect=kind("odd")):
            with self.assertRaisesRegex(pictures.UnreadableError, "odd"):
                pictures.decode(content, 8)

    def test_other_formats_are_not_tried(self):
        content = image_files.encode(image_files.noise(0), "TGA")
        Image.open(io.BytesIO(content)).load()
        with self.assertRaisesRegex(pictures.UnreadableError, "not an image"):
            pictures.decode(content, 8)

    def test_the_bound_is_on_decoded_bytes(self):
        with mock.patch.object(pictures, "_MAX_BYTES", 12 * 12 * 4):
            _decode(image_files.noise(0), 8)
            for image in (
                image_files.noise(0, 12, 13),
                np.zeros((12, 12), np.uint16),
            ):
                with self.assertRaisesRegex(
                    pictures.UnreadableError, "pixels; at most"
                ):
                    _decode(image, 8)

    def test_broken_bytes_never_raise_anything_else(self):
        random = np.random.default_rng(0)
        for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"):
            whole = image_files.encode(image_files.noise(0), kind)
            for _ in range(60):
                broken = bytearray(whole)
                for place in random.integers(0, len(broken), 5):
                    broken[place] = random.integers(256)
                try:
                    pixels = pictures.decode(bytes(broken), 8)
                except pictures.UnreadableError:
                    continue
                self.assertEqual(pixels.shape, (8, 8, 3))


if __name__ == "__main__":
    absltest.main()
