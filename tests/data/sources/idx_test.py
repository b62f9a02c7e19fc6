"""Tests of stylex_tf.data.sources.idx."""

import gzip
import pathlib
import struct

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.sources import idx
from tests.testing import image_files

_TRAIN = (0, 1, 2, 1, 0, 2, 2)
_TEST = (2, 0, 1)


class IdxFolderTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.create_tempdir()) / "digits"

    @parameterized.parameters(True, False)
    def test_reads_images_and_labels(self, compress):
        image_files.idx_folder(self.folder, _TRAIN, _TEST, compress=compress)
        self.assertTrue(idx.is_idx_folder(self.folder))
        images = idx.IdxFolder(self.folder)
        self.assertEqual(images.class_names, ("0", "1", "2"))
        examples = list(images.examples(28))
        self.assertLen(examples, len(images))
        self.assertEqual(
            [(s, e.label, int(e.image.max())) for s, e in examples],
            [("train", label, i + 1) for i, label in enumerate(_TRAIN)]
            + [("test", label, i + 101) for i, label in enumerate(_TEST)],
        )
        self.assertEqual(examples[-1][1].id, "test-00002")

    def test_28_pixels_get_a_border_for_32(self):
        image_files.idx_folder(self.folder, _TRAIN, _TEST)
        _, example = next(idx.IdxFolder(self.folder).examples(32))
        expected = np.zeros((32, 32, 3), np.uint8)
        expected[2:30, 2:30] = 1
        np.testing.assert_array_equal(example.image, expected)

    @parameterized.parameters((28, 16), (28, 64), (20, 32))
    def test_other_sizes_are_resized(self, size, resolution):
        image_files.idx_folder(self.folder, _TRAIN, _TEST, size=size)
        _, example = next(idx.IdxFolder(self.folder).examples(resolution))
        self.assertEqual(example.image.shape, (resolution, resolution, 3))

    def test_classes_can_be_chosen_and_ordered(self):
        image_files.idx_folder(self.folder, _TRAIN, _TEST)
        images = idx.IdxFolder(self.folder, classes=("2", "0"))
        self.assertEqual(images.class_names, ("2", "0"))
        self.assertLen(images, 7)
        labels = [e.label for s, e in images.examples(28) if s == "train"]
        self.assertEqual(labels, [1, 0, 1, 0, 0])

    def test_a_few_are_of_all_classes_though_the_file_is_sorted(self):
        labels = (0,) * 10 + (1,) * 10 + (2,) * 10
        image_files.idx_folder(self.folder, labels, labels)
        images = idx.IdxFolder(self.folder)
        few = list(images.examples(28, few=6))
        self.assertEqual([e.label for _, e in few], [0, 1, 2, 0, 1, 2])
        self.assertEqual(
            [e.id for _, e in few[:2]], ["train-00000", "train-00010"]
        )
        self.assertLen(list(images.examples(28, few=100)), 60)

    def test_a_known_data_set_is_known_by_its_labels(self):
        labels = idx.KNOWN["fashion_mnist"].first_labels
        image_files.idx_folder(self.folder, labels, _TEST)
        images = idx.IdxFolder(self.folder, classes=("sneaker", "ankle boot"))
        self.assertEqual(images.class_names, ("sneaker", "ankle boot"))

    def test_refuses_an_unknown_class(self):
        image_files.idx_folder(self.folder, _TRAIN, _TEST)
        with self.assertRaisesRegex(errors.DataError, "no class 'shoe'; found"):
            idx.IdxFolder(self.folder, classes=("shoe",))

    def test_names_the_missing_file(self):
        image_files.idx_folder(self.folder, _TRAIN, _TEST)
        (self.folder / "t10k-labels-idx1-ubyte.gz").unlink()
        self.assertFalse(idx.is_idx_folder(self.folder))
        with self.assertRaisesRegex(errors.DataError, "no t10k-labels-idx1"):
            idx.IdxFolder(self.folder)

    def test_refuses_more_labels_than_images(self):
        image_files.idx_folder(self.folder, _TRAIN, _TEST)
        path = self.folder / "train-labels-idx1-ubyte.gz"
        path.write_bytes(image_files.idx_bytes(np.zeros(9, np.uint8)))
        with self.assertRaisesRegex(errors.DataError, "7 train images but 9"):
            idx.IdxFolder(self.folder)


def _header(*shape: int) -> bytes:
    return struct.pack(">I3I", 0x803, *shape)


class ReadTest(parameterized.TestCase):
    _WHOLE = image_files.idx_bytes(np.zeros((2, 3, 3), np.uint8))

    @parameterized.named_parameters(
        ("empty", b"", "begins with nothing; expected the magic .*00000803"),
        (
            "labels",
            image_files.idx_bytes(np.zeros(5, np.uint8)),
            "begins with 00000801; expected the magic number 00000803",
        ),
        ("web_page", b"<!DOCTYPE html>", "begins with 3c21444f"),
        ("header", _WHOLE[:10], "ends within its header"),
        ("cut", _WHOLE[:-1], r"17 bytes .* \(2, 3, 3\), which is 18 bytes"),
        ("long", _WHOLE + b"x", "more than 18 bytes follow"),
        (
            "no_image",
            image_files.idx_bytes(np.zeros((0, 3, 3))),
            ".*which is 0 bytes; expected 1 to",
        ),
        (
            "overflow",
            _header(65536, 65536, 65536),
            ".*281,474,976,710,656 bytes",
        ),
        ("overflow_to_0", _header(2**31, 2**31, 4), ".*which is 18,446,"),
        ("bomb", gzip.compress(_WHOLE + bytes(1 << 24)), "more than 18 bytes"),
        ("gzip", gzip.compress(_WHOLE)[:-9], "broken gzip"),
    )
    def test_refuses_other_content(self, content, message):
        path = pathlib.Path(self.create_tempdir()) / "images"
        path.write_bytes(content)
        with self.assertRaisesRegex(errors.DataError, f"images: {message}"):
            idx.read(path, 0x803)


class LocateTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.remote = image_files.idx_folder(
            self.parent / "remote", _TRAIN, _TEST
        )

    def _known(self, url: str) -> dict[str, idx.Known]:
        folders = (str(self.parent / "system"), str(self.parent / "home"))
        return {"digits": idx.Known((), folders, url, ())}

    def test_takes_the_first_place_that_has_it(self):
        home = image_files.idx_folder(self.parent / "home", _TRAIN, _TEST)
        known = self._known("file:///nowhere")
        self.assertEqual(idx.locate("digits", known), home)
        system = image_files.idx_folder(self.parent / "system", _TRAIN, _TEST)
        self.assertEqual(idx.locate("digits", known), system)

    def test_downloads_as_the_last_resort(self):
        folder = idx.locate("digits", self._known(self.remote.as_uri()))
        self.assertEqual(folder, self.parent / "home")
        self.assertLen(idx.IdxFolder(folder), 10)
        self.assertLen(list(folder.iterdir()), 4)

    def test_names_all_places_when_there_is_none(self):
        with self.assertRaises(errors.DataError) as caught:
            idx.locate("digits", self._known("file:///nowhere"))
        for place in ("/system", "/home", "file:///nowhere"):
            self.assertIn(place, str(caught.exception))
        self.assertFalse((self.parent / "home").exists())


if __name__ == "__main__":
    absltest.main()
