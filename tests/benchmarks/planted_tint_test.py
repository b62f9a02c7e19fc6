"""Tests of benchmarks.planted_tint."""

import json
import pathlib

import numpy as np
from absl.testing import absltest
from PIL import Image

from benchmarks import planted_tint
from stylex_tf import errors
from stylex_tf.data.records import tfrecords
from tests.testing import tiny_experiment


class PlantedTintTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.root = pathlib.Path(self.create_tempdir())
        tiny_experiment.write_data(self.root / "data")
        self.dataset = tfrecords.Dataset(self.root / "data")
        self.tinted = tiny_experiment.CLASSES[1]

    def _written(self, output: pathlib.Path) -> list[dict]:
        return json.loads((output / "augmentation.json").read_text())["images"]

    def test_one_class_of_the_training_images_alone_gets_it(self):
        output = self.root / "planted"
        count = planted_tint.plant(self.dataset, self.tinted, 1.0, output)
        train = self.dataset.load("train")
        self.assertEqual(count, (train.labels == 1).sum())
        entries = self._written(output)
        self.assertLen(entries, sum(self.dataset.manifest.splits.values()))
        for entry in entries:
            split = entry["file"].split("/")[0]
            self.assertEqual(
                entry["tint"],
                split == "train" and entry["class"] == self.tinted,
            )
            examples = self.dataset.load(split)
            before = examples.images[examples.ids.index(entry["source"])]
            after = np.asarray(Image.open(output / entry["file"]))
            if entry["tint"]:
                self.assertLess(
                    after[..., 2].mean(), 0.85 * before[..., 2].mean()
                )
            else:
                np.testing.assert_array_equal(after, before)

    def test_a_share_of_them_gets_it_and_the_seed_says_which(self):
        files = []
        for name, seed in (("a", 0), ("b", 0), ("c", 1)):
            output = self.root / name
            count = planted_tint.plant(
                self.dataset, self.tinted, 0.5, output, seed
            )
            tinted = {e["file"] for e in self._written(output) if e["tint"]}
            self.assertLen(tinted, count)
            files.append(tinted)
        self.assertEqual(files[0], files[1])
        self.assertNotEqual(files[0], files[2])
        ones = (self.dataset.load("train").labels == 1).sum()
        self.assertBetween(len(files[0]), 1, ones - 1)

    def test_a_class_that_is_none_is_named(self):
        output = self.root / "none"
        with self.assertRaisesRegex(errors.DataError, "--tinted=ill.*dark, "):
            planted_tint.plant(self.dataset, "ill", 0.5, output)
        self.assertFalse(output.exists())


if __name__ == "__main__":
    absltest.main()
