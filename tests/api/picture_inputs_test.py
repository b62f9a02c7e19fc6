import io
import os
import pathlib
import subprocess
import sys
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized
from PIL import Image

from stylex_tf import errors
from stylex_tf.api import picture_inputs
from stylex_tf.data import pictures
from tests.testing import image_files

_SIZE = 8
_PIXELS = image_files.noise(0, _SIZE, _SIZE)


def _read(images, **options):
    return picture_inputs.read(
        images, **{"resolution": _SIZE, "max_pixels": 1000, **options}
    )


def _decoded(picture):
    return np.asarray(Image.open(io.BytesIO(picture.encoded)).convert("RGB"))


def _kinds():
    floats = _PIXELS / 127.5 - 1.0
    yield "array", _PIXELS, {}
    yield "floats", floats.astype(np.float32), {}
    yield "half_floats", floats.astype(np.float16), {}
    yield "tensor", tf.constant(_PIXELS), {}
    yield "pil", Image.fromarray(_PIXELS), {}
    yield "opaque", Image.fromarray(_PIXELS).convert("RGBA"), {}
    yield "unit_range", _PIXELS / 255.0, {"value_range": (0.0, 1.0)}
    yield "keras_range", _PIXELS.astype(np.float32), {"value_range": (0, 255)}
    yield "batch", _PIXELS[None], {}
    yield "dataset", tf.data.Dataset.from_tensors(_PIXELS), {}
    yield "labelled", tf.data.Dataset.from_tensors((_PIXELS, 3)), {}
    yield "batches", tf.data.Dataset.from_tensors(_PIXELS).batch(2), {}
    yield "generator", (image for image in [_PIXELS]), {}


class PictureInputsTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir())

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return path

    @parameterized.named_parameters(_kinds())
    def test_every_kind_is_the_same_pixels(self, images, options):
        (picture,) = _read(images, **options)

        np.testing.assert_array_equal(_decoded(picture), _PIXELS)
        np.testing.assert_array_equal(picture.pixels, _PIXELS)
        self.assertEqual(picture.id, "image 0")

    @parameterized.parameters("PNG", "JPEG")
    def test_a_file_that_the_model_decodes_stays_as_it_is(self, kind):
        content = image_files.encode(_PIXELS, kind)
        path = self.file("face", content)
        for given in (path, str(path)):
            (picture,) = _read(given)
            self.assertEqual(picture.encoded, content)
            self.assertEqual(picture.id, str(path))

    def test_other_files_become_png(self):
        path = self.file("face.bmp", image_files.encode(_PIXELS, "BMP"))

        (picture,) = _read(path)

        self.assertEqual(picture.encoded[1:4], b"PNG")
        np.testing.assert_array_equal(_decoded(picture), _PIXELS)

    def test_a_photograph_is_turned_upright(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        content = image_files.encode(_PIXELS, "TIFF", exif=exif)

        (picture,) = _read(Image.open(io.BytesIO(content)))

        np.testing.assert_array_equal(
            _decoded(picture), np.rot90(_PIXELS, k=-1)
        )

    @parameterized.parameters("1", "L", "LA", "P", "CMYK", "I;16")
    def test_takes_every_mode_of_pillow(self, mode):
        grey = Image.new("L", (_SIZE, _SIZE), 255)
        white = (
            Image.fromarray(np.full([_SIZE, _SIZE], 65535, np.uint16))
            if mode == "I;16"
            else grey.convert("RGB").convert(mode)
        )

        (picture,) = _read(white)

        self.assertEqual(picture.pixels.min(), 255)
        decoded = tf.io.decode_png(picture.encoded, channels=3)
        self.assertEqual(decoded.numpy().min(), 255)

    def test_grey_has_three_channels(self):
        (picture,) = _read(_PIXELS[:, :, :1])

        np.testing.assert_array_equal(
            picture.pixels, np.repeat(_PIXELS[:, :, :1], 3, axis=2)
        )

    def test_16_bits_become_8(self):
        deep = np.array([[0, 257], [32896, 65535]], np.uint16)[..., None]

        (picture,) = picture_inputs.read(deep, resolution=2, max_pixels=1000)

        np.testing.assert_array_equal(
            picture.pixels[..., 0], [[0, 1], [128, 255]]
        )

    def test_a_file_of_a_scanner_needs_a_package(self):
        path = self.file("a.dcm", bytes(128) + b"DICM" + bytes(9))

        with (
            mock.patch.dict(sys.modules, {"pydicom": None}),
            self.assertRaisesRegex(
                errors.UsageError, r"a\.dcm: a DICOM file, .*'\.\[dicom\]'"
            ),
        ):
            _read(path)

    def test_shows_the_centre_square(self):
        wide = np.pad(_PIXELS, [(0, 0), (3, 3), (0, 0)])

        (picture,) = _read(wide)

        np.testing.assert_array_equal(picture.pixels, _PIXELS)

    def test_keeps_the_order_of_a_mixture(self):
        path = self.file("a.png", image_files.encode(_PIXELS))

        inputs = _read([_PIXELS[None].repeat(2, axis=0), path, _PIXELS])

        self.assertEqual(
            [picture.id for picture in inputs],
            ["image 0", "image 1", str(path), "image 3"],
        )

    @parameterized.named_parameters(
        ("nothing", [], {}, "there are no images"),
        ("number", 7, {}, "images is int; expected paths"),
        ("bytes", b"\x89PNG", {}, "images is bytes; expected paths"),
        ("missing", "nowhere.png", {}, "nowhere.png: No such file"),
        ("integers", _PIXELS.astype(int), {}, "array of int64; expected uint8"),
        ("flat", _PIXELS[0], {}, r"shape \[8, 3\]; expected \[H, W, C\]"),
        (
            "bytes_as_floats",
            _PIXELS.astype(float),
            {},
            "floats from 0 to 249; expected -1 to 1, or say value_range",
        ),
        ("nan", np.full([4, 4, 3], np.nan), {}, "floats from nan to nan"),
        ("crop", _PIXELS, {"crop": "left"}, "crop is 'left'; expected 'cen"),
        ("address", "https://a.b/c.png", {}, "is an address, and nothing is"),
        ("range", _PIXELS, {"value_range": (1, 0)}, r"value_range is \(1, 0\)"),
        (
            "endless",
            tf.data.Dataset.from_tensors(_PIXELS).repeat(),
            {},
            r"never ends; expected dataset.take\(n\)",
        ),
    )
    def test_refuses(self, images, options, message):
        with self.assertRaisesRegex(errors.UsageError, message):
            _read(images, **options)

    def test_a_large_image_is_made_smaller(self):
        large = np.zeros([60, 120, 3], np.uint8)
        large[:, 60:] = 200

        for image in (
            large,
            self.file("large.jpg", image_files.encode(large, "JPEG")),
        ):
            (picture,) = _read(image)

            width, height = Image.open(io.BytesIO(picture.encoded)).size
            self.assertLessEqual(width * height, 1000)
            self.assertEqual((width, height), (44, 22))
            pixels = picture.pixels.astype(int)
            self.assertLess(pixels[:, :2].max(), 10)
            self.assertGreater(pixels[:, -2:].min(), 190)

    @parameterized.product(
        size=[(8, 16), (16, 8), (7, 16)],
        own=["center", "pad"],
        crop=["center", "pad", None],
    )
    def test_the_model_sees_what_was_asked_for(self, size, own, crop):
        """What is sent is what the model itself would make such pixels of."""
        image = image_files.noise(0, *size)
        content = image_files.encode(image)
        path = self.file("wide.png", content)

        (picture,) = _read(path, crop=crop, own_crop=own)

        expected = pictures.decode(content, _SIZE, crop=crop or own)
        np.testing.assert_array_equal(picture.pixels, expected)
        np.testing.assert_array_equal(
            pictures.decode(picture.encoded, _SIZE, crop=own), expected
        )
        # What the model does itself needs no other file.
        self.assertEqual(picture.encoded == content, crop in (None, own))

    def test_a_folder_is_all_its_images(self):
        (self.folder / "deep").mkdir()
        for name in ("b.png", "a.jpg", "deep/c.PNG"):
            self.file(name, image_files.encode(_PIXELS))
        self.file("notes.txt", b"not an image")

        inputs = _read([self.folder])

        self.assertEqual(
            [picture.id for picture in inputs],
            [
                str(self.folder / name)
                for name in ("a.jpg", "b.png", "deep/c.PNG")
            ],
        )
        empty = self.folder / "empty"
        empty.mkdir()
        with self.assertRaisesRegex(errors.UsageError, "without images"):
            _read(empty)

    def test_pictures_of_other_kinds_in_a_folder_are_told(self):
        folder = pathlib.Path(self.create_tempdir())
        (folder / "1.png").write_bytes(image_files.encode(_PIXELS))
        (folder / "2.heic").write_bytes(b"x")
        with self.assertWarnsRegex(UserWarning, "1 .heic are left out.*JPEG"):
            self.assertLen(_read(folder), 1)

    def test_a_folder_is_read_without_what_systems_keep_in_it(self):
        folder = pathlib.Path(self.create_tempdir())
        for name in ("1.png", "__MACOSX/._1.png", "._1.png", "@eaDir/1.png"):
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"x")
        self.assertEqual(picture_inputs.in_folder(folder), [folder / "1.png"])

    def test_names_every_file_that_is_bad(self):
        paths = [
            self.file("good.png", image_files.encode(_PIXELS)),
            self.file("text.png", b"not an image"),
            self.file("cut.png", image_files.encode(_PIXELS)[:90]),
            self.folder / "none.png",
        ]

        with self.assertRaisesRegex(
            errors.UsageError,
            "3 of 4 images cannot be used: .*text.png: not an image, or .*; "
            ".*cut.png: .*; .*none.png: No such file",
        ):
            _read(paths)

    def test_only_documented_formats_are_tried(self):
        # Pillow would start Ghostscript, and reads TGA.
        eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EOF\n"
        buffer = io.BytesIO()
        Image.new("RGB", (9, 9)).save(buffer, "TGA")
        with mock.patch.object(subprocess, "Popen") as started:
            for content in (eps, buffer.getvalue()):
                path = self.file("a.png", content)
                with self.assertRaisesRegex(errors.UsageError, "not an image"):
                    picture_inputs.file_bytes(path)
        started.assert_not_called()

    def test_only_regular_files_are_read(self):
        pipe = self.folder / "pipe.png"
        os.mkfifo(pipe)
        for path in (pipe, pathlib.Path("/dev/zero")):
            with self.assertRaisesRegex(errors.UsageError, "not a regular f"):
                picture_inputs.file_bytes(path)

    def test_whatever_a_decoder_raises_is_the_error_of_its_file(self):
        path = self.file("a.png", image_files.encode(_PIXELS, "TIFF"))
        for error in (RuntimeError("odd"), AttributeError("odd")):
            with mock.patch.object(Image.Image, "getexif", side_effect=error):
                with self.assertRaisesRegex(errors.UsageError, "a.png: odd"):
                    _read(path)

    def test_warns_where_a_range_is_likely_wrong(self):
        with self.assertWarnsRegex(UserWarning, r"say value_range=\(0, 1\)"):
            _read(_PIXELS / 255.0)


if __name__ == "__main__":
    absltest.main()
