"""Tests of stylex_tf.runs.augmenting, on a run that really was trained."""

import collections
import dataclasses
import json
import pathlib
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest
from PIL import Image

from stylex_tf import errors
from stylex_tf.attributes import carried_edit, selection
from stylex_tf.ops import preprocessing
from stylex_tf.runs import augmenting, searching
from stylex_tf.runs import trained as trained_lib
from tests.testing import tiny_experiment, tiny_run

_MOVED = (2, 0)


class AugmentingTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Less than the training images, so that there are several parts.
        run = tiny_run.train(batch_size=12)
        cls.trained = trained_lib.load(run.folder.root)
        cls.directory = run.folder.root.with_name("augmented")
        cls.made = augmenting.augment(
            cls.trained, [str(c) for c in _MOVED], cls.directory
        )
        cls.content = json.loads(
            (cls.directory / augmenting.PROVENANCE).read_text()
        )
        cls.train = run.dataset.load("train")
        cls.styles = cls.trained.stylex.encode(
            preprocessing.to_float(cls.train.images)
        ).numpy()

    def _image(self, entry: dict) -> np.ndarray:
        return np.asarray(Image.open(self.directory / entry["file"]))

    def _of(self, split: str) -> list[dict]:
        images = self.content["images"]
        return [entry for entry in images if entry["file"].startswith(split)]

    def _row(self, name: str) -> int:
        return self.train.ids.index(name)

    def test_every_training_image_keeps_its_label(self):
        labels = {
            entry["source"]: entry["class"] for entry in self._of("train")
        }
        expected = {
            name: tiny_experiment.CLASSES[label]
            for name, label in zip(
                self.train.ids, self.train.labels, strict=True
            )
        }
        self.assertEqual(labels, expected)
        self.assertEqual(self.made.counterfactuals, len(expected))

    def test_every_image_gives_its_attribute_to_one_image(self):
        donors = [entry["attribute_of"] for entry in self._of("train")]
        self.assertCountEqual(donors, self.train.ids)

    def test_images_are_drawn_with_the_attribute_of_another(self):
        for entry in self._of("train"):
            row, donor = (
                self._row(entry[name]) for name in ("source", "attribute_of")
            )
            edited = self.styles[row].copy()
            edited[list(_MOVED)] = self.styles[donor, list(_MOVED)]
            drawn = self.trained.stylex.generate(edited[None])
            expected = preprocessing.to_uint8(drawn).numpy()[0].astype(int)
            # The batch has another shape, so that sums round differently.
            self.assertLessEqual(abs(self._image(entry) - expected).max(), 1)
            for move, coordinate in zip(entry["moves"], _MOVED, strict=True):
                self.assertEqual(move["coordinate"], coordinate)
                np.testing.assert_allclose(
                    [move["from"], move["to"]],
                    self.styles[[row, donor], coordinate],
                    atol=1e-4,
                )

    def test_probabilities_are_those_of_the_label(self):
        turned = []
        for entry in self._of("train"):
            row = self._row(entry["source"])
            donor = self._row(entry["attribute_of"])
            edited = self.styles[row].copy()
            edited[list(_MOVED)] = self.styles[donor, list(_MOVED)]
            pictures = self.trained.stylex.generate(
                np.stack([self.styles[row], edited])
            )
            p = tf.nn.softmax(self.trained.stylex.classify(pictures)).numpy()
            np.testing.assert_allclose(
                [entry["probability_before"], entry["probability_after"]],
                p[:, self.train.labels[row]],
                atol=1e-3,
            )
            turned.append(p[0].argmax() != p[1].argmax())
        self.assertAlmostEqual(self.made.turned, np.mean(turned), places=1)

    def test_the_test_images_are_as_they_were(self):
        test = self.trained.dataset.load("test")
        entries = {entry["source"]: entry for entry in self._of("test")}
        self.assertCountEqual(entries, test.ids)
        for name, image, label in zip(
            test.ids, test.images, test.labels, strict=True
        ):
            np.testing.assert_array_equal(self._image(entries[name]), image)
            self.assertEqual(
                entries[name]["class"], tiny_experiment.CLASSES[label]
            )

    def test_says_what_made_it(self):
        self.assertEqual(self.content["run"], str(self.trained.folder.root))
        self.assertEqual(self.content["step"], 2)
        self.assertEqual(self.content["classes"], ["dark", "bright"])
        space = self.trained.stylex.style_space
        for entry, coordinate in zip(
            self.content["attribute"], _MOVED, strict=True
        ):
            self.assertEqual(entry["coordinate"], coordinate)
            self.assertEqual(
                (entry["layer"], entry["channel"]), space.locate(coordinate)
            )

    def test_the_same_seed_gives_the_same_images(self):
        parent = pathlib.Path(self.create_tempdir())
        names = [str(c) for c in _MOVED]
        for name, seed in (("same", 0), ("other", 1)):
            augmenting.augment(self.trained, names, parent / name, seed=seed)
        same, other = (
            json.loads((parent / name / augmenting.PROVENANCE).read_text())
            for name in ("same", "other")
        )
        self.assertEqual(same, self.content)
        self.assertNotEqual(other["images"], self.content["images"])

    def test_originals_are_added_where_asked_for(self):
        directory = pathlib.Path(self.create_tempdir()) / "both"
        augmenting.augment(self.trained, ["1"], directory, originals=True)
        content = json.loads((directory / augmenting.PROVENANCE).read_text())
        counts = collections.Counter(
            (entry["file"].split("/")[0], "moves" in entry)
            for entry in content["images"]
        )
        self.assertEqual(
            counts,
            {("train", True): 32, ("train", False): 32, ("test", False): 16},
        )
        original = next(
            entry
            for entry in content["images"]
            if entry["file"].startswith("train") and "moves" not in entry
        )
        np.testing.assert_array_equal(
            np.asarray(Image.open(directory / original["file"])),
            self.train.images[self._row(original["source"])],
        )

    def test_an_edit_is_carried_onto_the_image_where_asked_for(self):
        directory = pathlib.Path(self.create_tempdir()) / "carried"
        made = augmenting.augment(
            self.trained, [str(c) for c in _MOVED], directory, carried=True
        )
        content = json.loads((directory / augmenting.PROVENANCE).read_text())
        self.assertTrue(content["carried"])
        self.assertFalse(self.content["carried"])
        self.assertEqual(made.counterfactuals, len(self.train.ids))
        for entry, edited in zip(
            content["images"], self.content["images"], strict=True
        ):
            # The same edits in the same order.
            self.assertEqual(entry["source"], edited["source"])
            if not entry["file"].startswith("train"):
                continue
            row = self._row(entry["source"])
            rebuilt = preprocessing.to_uint8(
                self.trained.stylex.generate(self.styles[row][None])
            ).numpy()
            expected = carried_edit.carry(
                self.train.images[row][None],
                rebuilt,
                self._image(edited)[None],
            )[0].astype(int)
            image = np.asarray(Image.open(directory / entry["file"]))
            # As above; the mask makes more of a level where little changes.
            self.assertLess(abs(image - expected).mean(), 0.5)
            p = self.trained.stylex.probabilities(
                tf.constant(
                    preprocessing.to_float_numpy(
                        np.stack([self.train.images[row], image])
                    )
                )
            )
            np.testing.assert_allclose(
                [entry["probability_before"], entry["probability_after"]],
                p[:, self.train.labels[row]],
                atol=1e-3,
            )

    def test_a_rank_is_that_of_the_significant_attributes(self):
        result = searching.find(self.trained)
        # A run this short finds nothing beyond chance.
        shown = dataclasses.replace(
            result, by_class={0: [], 1: [selection.Attribute(4, 1, 1.0, 0.5)]}
        )
        directory = pathlib.Path(self.create_tempdir()) / "ranked"
        with mock.patch.object(
            searching.SearchResult, "only", lambda *_: shown
        ):
            made = augmenting.augment(self.trained, ["bright:1"], directory)
        self.assertEqual(made.coordinates, (4,))

    def test_refuses_images_without_labels(self):
        directory = pathlib.Path(self.create_tempdir()) / "unlabelled"
        manifest = self.trained.dataset.manifest
        without = dataclasses.replace(
            manifest, label_counts={"train": (0, 0), "test": (0, 0)}
        )
        with mock.patch.object(self.trained.dataset, "manifest", without):
            with self.assertRaisesRegex(errors.DataError, "no labels"):
                augmenting.augment(self.trained, ["1"], directory)
        self.assertFalse(directory.exists())


if __name__ == "__main__":
    absltest.main()
