"""Tests of stylex_tf.data.augmented_folder."""

import json
import pathlib

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import config, errors
from stylex_tf.data import augmented_folder, preparation

_CLASSES = ("zebra", "an ape")
_FACTS = {"run": "runs/one", "seed": 3}


def _images(count: int) -> np.ndarray:
    shape = (count, 16, 16, 3)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


class AugmentedFolderTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.directory = self.parent / "augmented"

    def _write(self, images: np.ndarray) -> None:
        with augmented_folder.writing(
            self.directory, _CLASSES, _FACTS
        ) as folder:
            for number, image in enumerate(images):
                split = "train" if number < 4 else "test"
                folder.add(split, image, number % 2, {"source": f"#{number}"})

    def test_is_read_like_any_class_folders(self):
        images = _images(6)
        self._write(images)
        data = config.DataConfig(
            source=str(self.directory),
            classes=_CLASSES,
            cache_dir=str(self.parent / "cache"),
        )
        dataset = preparation.prepare(data, 16, 0, progress=False)
        self.assertEqual(dataset.manifest.splits, {"train": 4, "test": 2})
        for split in ("train", "test"):
            examples = dataset.load(split)
            for image, label, name in zip(
                examples.images, examples.labels, examples.ids, strict=True
            ):
                number = int(pathlib.PurePath(name).stem)
                np.testing.assert_array_equal(image, images[number])
                self.assertEqual(label, number % 2)

    def test_says_where_each_image_comes_from(self):
        self._write(_images(2))
        path = self.directory / augmented_folder.PROVENANCE
        content = json.loads(path.read_text())
        self.assertEqual(
            content,
            _FACTS
            | {
                "images": [
                    {
                        "file": "train/zebra/0000000.png",
                        "class": "zebra",
                        "source": "#0",
                    },
                    {
                        "file": "train/an ape/0000001.png",
                        "class": "an ape",
                        "source": "#1",
                    },
                ]
            },
        )

    def test_appears_whole_or_not_at_all(self):
        with self.assertRaisesRegex(OSError, "no space"):
            with augmented_folder.writing(
                self.directory, _CLASSES, _FACTS
            ) as folder:
                folder.add("train", _images(1)[0], 0, {})
                raise OSError("no space")
        self.assertEmpty(list(self.parent.iterdir()))

    def test_keeps_what_is_there(self):
        self._write(_images(2))
        before = sorted(self.directory.rglob("*"))
        with self.assertRaisesRegex(errors.ExistsError, "exists already"):
            self._write(_images(6))
        self.assertEqual(sorted(self.directory.rglob("*")), before)

    @parameterized.parameters("a/b", "..", "")
    def test_refuses_a_class_that_is_no_folder(self, name):
        with self.assertRaisesRegex(errors.DataError, "name of a folder"):
            with augmented_folder.writing(self.directory, ("a", name), {}):
                self.fail("was let in")


if __name__ == "__main__":
    absltest.main()
