import io
import struct
import zlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from PIL import Image

from stylex_tf.data import pictures
from stylex_tf.export import image_codec


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def smooth(height: int, width: int) -> np.ndarray:
    """A picture without sharp edges, so that resizers agree."""
    rng = np.random.default_rng(height * width)
    coarse = rng.integers(0, 256, [4, 4, 3], dtype=np.uint8)
    size = (width, height)
    return np.asarray(Image.fromarray(coarse).resize(size, Image.BICUBIC))


def hard_edges(kind: str, side: int) -> np.ndarray:
    """Black and white, or noise: what two resizers agree on the least."""
    rng = np.random.default_rng(side)
    if kind == "noise":
        return rng.integers(0, 256, [side, side + 8, 3], dtype=np.uint8)
    if kind == "sprite":
        return (rng.random([side, side]) > 0.5).astype(np.uint8) * 255
    rows, columns = np.ogrid[:side, :side]
    lines = (rows + 2 * columns) % max(3, side // 6) == 0
    return np.where(lines, 0, 255).astype(np.uint8)


def png_that_claims(height: int, width: int) -> bytes:
    """A few bytes whose header announces a picture of any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
    )


def levels(images: tf.Tensor) -> np.ndarray:
    return (np.asarray(images) + 1.0) * 127.5


class DecodeTest(parameterized.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # As in an export: traced once for every batch size.
        cls.decode = staticmethod(
            tf.function(
                lambda contents: image_codec.decode(
                    contents, 16, max_pixels=40_000
                ),
                input_signature=[tf.TensorSpec([None], tf.string)],
            )
        )

    def assert_refuses(self, contents: bytes, message: str):
        good = encoded(Image.fromarray(smooth(16, 16)), "PNG")
        with self.assertRaisesRegex(tf.errors.InvalidArgumentError, message):
            self.decode(tf.constant([good, contents]))

    def test_an_image_of_the_right_size_keeps_every_level(self):
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 256, [3, 16, 16, 3], dtype=np.uint8)
        files = [encoded(Image.fromarray(image), "PNG") for image in pixels]

        images = self.decode(tf.constant(files))

        self.assertEqual(images.dtype, tf.float32)
        np.testing.assert_allclose(levels(images), pixels, atol=1e-4)

    def test_decoding_gives_back_what_was_encoded(self):
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 256, [2, 16, 16, 3], dtype=np.uint8)
        images = tf.constant(pixels / 127.5 - 1.0, tf.float32)

        again = self.decode(image_codec.encode(images))

        np.testing.assert_allclose(again, images, atol=1e-6)

    @parameterized.product(
        kind=["lines", "sprite", "noise"], side=[5, 16, 23, 60, 190]
    )
    def test_hard_edges_become_what_they_become_for_training(self, kind, side):
        image = Image.fromarray(hard_edges(kind, side))
        content = encoded(image, "PNG")
        expected = pictures.decode(content, 16).astype(float)
        actual = levels(self.decode(tf.constant([content]))[0])
        difference = np.abs(actual - expected)
        # Pillow's fixed-point arithmetic may round one level otherwise.
        self.assertLessEqual(difference.max(), 1.01)
        self.assertLess(difference.mean(), 0.1)

    @parameterized.parameters(
        (50, 80), (80, 50), (33, 32), (7, 9), (1, 1), (1, 200)
    )
    def test_takes_the_centre_square_as_pillow_resizes_it(self, height, width):
        image = Image.fromarray(smooth(height, width))
        side = min(height, width)
        left, top = (width - side) // 2, (height - side) // 2
        square = image.crop((left, top, left + side, top + side))
        expected = np.asarray(square.resize((16, 16), Image.LANCZOS), float)

        actual = levels(self.decode(tf.constant([encoded(image, "PNG")])))[0]

        # Pillow rounds between its two passes.
        self.assertLess(np.abs(actual - expected).mean(), 0.6)
        self.assertLess(np.abs(actual - expected).max(), 6.0)

    @parameterized.product(
        size=[(50, 80), (80, 50), (23, 60), (7, 9), (16, 16), (1, 200)],
        kind=["PNG", "JPEG"],
    )
    def test_pads_as_for_training(self, size, kind):
        """The twin is what makes training images, to a level or a few."""
        content = encoded(Image.fromarray(smooth(*size)), kind)
        expected = pictures.decode(content, 16, crop="pad").astype(float)

        actual = levels(
            image_codec.decode(tf.constant([content]), 16, crop="pad")
        )[0]

        difference = np.abs(actual - expected)
        self.assertLess(difference.mean(), 0.6)
        self.assertLess(difference.max(), 6.0)

    @parameterized.parameters("L", "LA", "P", "RGBA", "1", "I;16")
    def test_every_kind_of_png_becomes_rgb(self, mode):
        grey = Image.fromarray(smooth(16, 16)).convert("L")
        if mode == "I;16":
            image = Image.fromarray(np.asarray(grey, np.uint16) * 257)
            expected = np.asarray(grey.convert("RGB"))
        else:
            image = grey.convert(mode)
            expected = np.asarray(image.convert("RGB"))

        actual = levels(self.decode(tf.constant([encoded(image, "PNG")])))[0]

        np.testing.assert_allclose(actual, expected, atol=1.0)

    @parameterized.parameters(1, 2, 4, 8)
    def test_every_depth_of_palette_becomes_rgb(self, bits):
        image = Image.fromarray(smooth(16, 16)).quantize(2**bits)
        contents = encoded(image, "PNG", bits=bits)
        expected = np.asarray(image.convert("RGB"))

        actual = levels(self.decode(tf.constant([contents])))[0]

        np.testing.assert_allclose(actual, expected, atol=1.0)

    @parameterized.parameters("RGBA", "LA", "P")
    def test_transparent_pixels_are_laid_on_white(self, mode):
        image = Image.fromarray(smooth(16, 16))
        if mode == "P":
            image = image.quantize(8)
            contents = encoded(image, "PNG", transparency=3)
            image.info["transparency"] = 3
        else:
            image = image.convert(mode)
            image.putalpha(Image.fromarray(smooth(16, 16)[..., 0]))
            contents = encoded(image, "PNG")
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        expected = Image.alpha_composite(white, image).convert("RGB")

        actual = levels(self.decode(tf.constant([contents])))[0]

        np.testing.assert_allclose(actual, expected, atol=1.0)

    @parameterized.parameters(
        ("L", {}), ("RGB", {}), ("RGB", {"progressive": True}), ("CMYK", {})
    )
    def test_every_kind_of_jpeg_becomes_rgb(self, mode, options):
        image = Image.fromarray(smooth(64, 48)).convert(mode)
        contents = encoded(image, "JPEG", quality=95, **options)
        reopened = Image.open(io.BytesIO(contents)).convert("RGB")
        square = reopened.crop((0, 8, 48, 56))
        expected = np.asarray(square.resize((16, 16), Image.LANCZOS), float)

        actual = levels(self.decode(tf.constant([contents])))[0]

        self.assertLess(np.abs(actual - expected).mean(), 1.5)

    def test_photographs_are_turned_upright(self):
        image = Image.fromarray(smooth(64, 64))
        upright = encoded(image, "JPEG", quality=95)
        tags = Image.Exif()
        tags[0x0112] = 6  # The camera was held a quarter turn to the left.
        stored = image.transpose(Image.Transpose.ROTATE_90)
        turned = encoded(stored, "JPEG", quality=95, exif=tags)

        first, second = levels(self.decode(tf.constant([upright, turned])))

        self.assertLess(np.abs(first - second).mean(), 1.5)

    @parameterized.parameters(
        (200, 201), (40_001, 1), (2**31 - 1, 2**31 - 1), (2**31, 1), (0, 9)
    )
    def test_refuses_a_header_before_it_decodes(self, height, width):
        # The file holds no pixels: decoding would say something else.
        self.assert_refuses(
            png_that_claims(height, width), "more than 40000 pixels"
        )

    def test_refuses_a_large_jpeg(self):
        image = Image.new("RGB", (300, 200))

        self.assert_refuses(
            encoded(image, "JPEG"), "more than 40000 pixels.*200.*300"
        )

    @parameterized.named_parameters(
        ("nothing", b""),
        ("text", b"hello"),
        ("gif", encoded(Image.new("RGB", (16, 16)), "GIF")),
        ("bmp", encoded(Image.new("RGB", (16, 16)), "BMP")),
        ("webp", encoded(Image.new("RGB", (16, 16)), "WEBP")),
    )
    def test_refuses_other_formats(self, contents):
        self.assert_refuses(contents, "neither a PNG nor a JPEG")

    @parameterized.named_parameters(
        ("png_signature_alone", b"\x89PNG\r\n\x1a\n"),
        ("png_without_header", b"\x89PNG\r\n\x1a\n" + b"x" * 40),
        ("png_cut", encoded(Image.new("RGB", (16, 16)), "PNG")[:50]),
        ("jpeg_start_alone", b"\xff\xd8\xff"),
        ("jpeg_cut", encoded(Image.new("RGB", (16, 16)), "JPEG")[:300]),
    )
    def test_refuses_damaged_files(self, contents):
        self.assert_refuses(contents, "")


class EncodeTest(absltest.TestCase):
    def test_rounds_to_the_nearest_level_and_clips(self):
        row = tf.constant([-1.5, -1.0, -0.9961, 0.0, 0.9999, 1.0, 2.0])
        image = tf.repeat(row[tf.newaxis, :, tf.newaxis], 3, axis=-1)

        pixels = tf.io.decode_png(image_codec.encode(image))

        # 0 lies between two levels and goes to the even one.
        self.assertEqual(
            pixels[0, :, 0].numpy().tolist(), [0, 0, 0, 128, 255, 255, 255]
        )

    def test_keeps_the_leading_axes(self):
        files = image_codec.encode(tf.zeros([2, 3, 4, 4, 3]))

        self.assertEqual(files.shape, [2, 3])


if __name__ == "__main__":
    absltest.main()
