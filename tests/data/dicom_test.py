"""Tests of stylex_tf.data.dicom, without the package that reads the files.

What pydicom makes of a file is a `dataset` with attributes, for which plain
objects stand here.
"""

import sys
import types
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf.data import dicom, pictures

_FILE = bytes(128) + b"DICM" + b"and the rest"


def _dataset(pixels, kind="MONOCHROME2", **more):
    return types.SimpleNamespace(
        Rows=len(pixels),
        Columns=len(pixels[0]),
        PhotometricInterpretation=kind,
        pixel_array=np.asarray(pixels),
        **more,
    )


class ShownTest(parameterized.TestCase):
    def test_without_a_window_all_numbers_are_shown(self):
        shown = dicom.shown(_dataset([[-1000, 0], [500, 1000]]))
        np.testing.assert_array_equal(shown, [[0, 128], [191, 255]])

    def test_the_window_is_of_what_the_numbers_measure(self):
        # Hounsfield units: 2 * number - 1000; the window is from 0 to 80.
        shown = dicom.shown(
            _dataset(
                [[500, 520], [540, 400]],
                RescaleSlope=2,
                RescaleIntercept=-1000,
                WindowCenter=[40.5, 300],
                WindowWidth=[81, 1500],
            )
        )
        np.testing.assert_array_equal(shown, [[0, 128], [255, 0]])

    def test_white_and_black_may_be_turned_over(self):
        shown = dicom.shown(_dataset([[0, 10]], kind="MONOCHROME1"))
        np.testing.assert_array_equal(shown, [[255, 0]])

    def test_one_number_everywhere(self):
        np.testing.assert_array_equal(dicom.shown(_dataset([[7, 7]])), [[0, 0]])

    def test_colours(self):
        colours = np.array([[[255, 0, 0], [0, 0, 255]]], np.uint8)
        shown = dicom.shown(_dataset(colours, kind="RGB", BitsStored=8))
        np.testing.assert_array_equal(shown, colours)
        deep = colours.astype(np.uint16) * 257
        shown = dicom.shown(_dataset(deep, kind="RGB", BitsStored=16))
        np.testing.assert_array_equal(shown, colours)

    @parameterized.parameters(
        ({"NumberOfFrames": 3}, "3 pictures; expected one"),
        ({"kind": "PALETTE COLOR"}, "in PALETTE COLOR of shape"),
    )
    def test_refuses(self, more, message):
        with self.assertRaisesRegex(dicom.DicomError, message):
            dicom.shown(_dataset([[0, 1]], **more))


class FileTest(absltest.TestCase):
    def _decode(self, module, size=2):
        with mock.patch.dict(sys.modules, {"pydicom": module}):
            return pictures.decode(_FILE, size)

    def test_it_is_known_by_its_mark(self):
        self.assertTrue(dicom.is_dicom(_FILE))
        self.assertFalse(dicom.is_dicom(b"DICM" + bytes(200)))

    def test_without_the_package_the_error_names_it(self):
        with self.assertRaisesRegex(
            pictures.UnreadableError, r"pip install '\.\[dicom\]'"
        ):
            self._decode(None)

    def test_a_file_becomes_a_picture_like_any_other(self):
        read = []

        def dcmread(file):
            read.append(file.read())
            return _dataset([[0, 0, 255, 0], [0, 255, 255, 0]])

        pixels = self._decode(types.SimpleNamespace(dcmread=dcmread))
        self.assertEqual(read, [_FILE])
        np.testing.assert_array_equal(pixels[..., 0], [[0, 255], [255, 255]])

    def test_a_large_one_is_refused_before_it_is_decoded(self):
        large = types.SimpleNamespace(Rows=50_000, Columns=50_000)
        with self.assertRaisesRegex(
            pictures.UnreadableError, "50000 x 50000 pixels; at most 16,777,216"
        ):
            self._decode(types.SimpleNamespace(dcmread=lambda file: large))

    def test_whatever_the_package_raises_is_the_reason(self):
        def dcmread(file):
            raise RuntimeError("JPEG 2000 needs another package")

        with self.assertRaisesRegex(
            pictures.UnreadableError, "cannot be read: JPEG 2000 needs"
        ):
            self._decode(types.SimpleNamespace(dcmread=dcmread))


if __name__ == "__main__":
    absltest.main()
