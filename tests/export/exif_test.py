import io

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from PIL import Image, ImageOps

from stylex_tf.export import exif

ORIENTATION = 0x0112


def jpeg(pixels: np.ndarray, tags: bytes) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", exif=tags)
    return buffer.getvalue()


def orientation_tags(orientation: int, byte_order: str = "II") -> bytes:
    """A TIFF directory with a tag before the orientation and one after."""
    endian = "little" if byte_order == "II" else "big"

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, endian)

    def entry(tag: int, value: int) -> bytes:
        # Type 3 is a two-byte integer, left-aligned in its four bytes.
        return (
            number(tag, 2)
            + number(3, 2)
            + number(1, 4)
            + number(value, 2)
            + b"\0\0"
        )

    return (
        b"Exif\0\0"
        + byte_order.encode()
        + number(42, 2)
        + number(8, 4)
        + number(3, 2)
        + entry(0x0100, 7)
        + entry(ORIENTATION, orientation)
        + entry(0x0128, 2)
        + number(0, 4)
    )


class ExifTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(0)
        self.pixels = rng.integers(0, 256, [4, 6, 3], dtype=np.uint8)

    @parameterized.product(
        orientation=list(range(1, 9)), byte_order=["II", "MM"]
    )
    def test_reads_what_cameras_write(self, orientation, byte_order):
        contents = jpeg(self.pixels, orientation_tags(orientation, byte_order))

        self.assertEqual(exif.read_orientation(contents), orientation)

    @parameterized.named_parameters(
        ("no_exif", b""),
        ("no_header", b"Exif\0\0"),
        ("a_value_that_is_none", orientation_tags(9)),
        ("zero", orientation_tags(0)),
        ("cut_short", orientation_tags(6)[:30]),
        (
            "a_directory_far_outside",
            b"Exif\0\0II\x2a\0\xff\xff\xff\xff" + bytes(20),
        ),
        (
            "more_entries_than_bytes",
            b"Exif\0\0II\x2a\0\x08\0\0\0\xff\xff" + bytes(20),
        ),
    )
    def test_is_upright_where_nothing_sensible_is_told(self, tags):
        # At the very end of the file, where pointers lead beyond it.
        self.assertEqual(exif.read_orientation(b"\xff\xd8\xff" + tags), 1)

    @parameterized.parameters(*range(1, 9))
    def test_turns_as_pillow_does(self, orientation):
        image = Image.fromarray(self.pixels)
        image.getexif()[ORIENTATION] = orientation
        expected = np.asarray(ImageOps.exif_transpose(image))

        turned = exif.turn_upright(
            tf.constant(self.pixels), tf.constant(orientation, tf.int64)
        )

        np.testing.assert_array_equal(turned, expected)


if __name__ == "__main__":
    absltest.main()
