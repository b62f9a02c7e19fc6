"""Tests of stylex_tf.data.records.writing."""

import dataclasses
import itertools
import pathlib
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.records import (
    cuts,
    manifest,
    shard_writer,
    tfrecords,
    writing,
)
from tests.testing import image_files

_DESCRIPTION = manifest.Manifest(
    source="test",
    resolution=12,
    class_names=("even", "odd"),
    factors=(manifest.Factor("number"),),
)


def _example(number: int) -> tfrecords.Example:
    return tfrecords.Example(
        image=image_files.noise(number),
        label=number % 2,
        factors=(number / 100,),
        id=f"image {number}",
    )


def _examples(train: int = 23, test: int = 4):
    for number in range(train + test):
        yield ("train" if number < train else "test"), _example(number)


def _flat(grey: int) -> np.ndarray:
    return np.full((12, 12, 3), grey, np.uint8)


class WriteTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.directory = self.parent / "data"

    def test_what_is_written_is_loaded(self):
        dataset = writing.write(self.directory, _DESCRIPTION, _examples())
        test = dataset.load("test")
        for i, number in enumerate(range(23, 27)):
            np.testing.assert_array_equal(
                test.images[i], image_files.noise(number)
            )
        np.testing.assert_array_equal(test.labels, [1, 0, 1, 0])
        np.testing.assert_allclose(test.factors[:, 0], [0.23, 0.24, 0.25, 0.26])
        self.assertEqual(test.ids[0], "image 23")
        self.assertEqual(test.images.dtype, np.uint8)
        self.assertEqual(test.labels.dtype, np.int32)
        self.assertEqual(test.factors.dtype, np.float32)

    def test_a_few_are_spread_over_the_split(self):
        dataset = writing.write(self.directory, _DESCRIPTION, _examples())
        every = dataset.load("train").ids
        self.assertEqual(dataset.spread("train", len(every)).ids, every)
        self.assertEqual(dataset.spread("train", 1000).ids, every)
        half = len(every) // 2
        self.assertEqual(
            dataset.spread("train", 2).ids, [every[0], every[half]]
        )

    def test_limit(self):
        dataset = writing.write(self.directory, _DESCRIPTION, _examples())
        self.assertEqual(
            dataset.load("train", limit=2).ids, ["image 0", "image 1"]
        )
        self.assertLen(dataset.load("train", limit=100).ids, 23)

    def test_parts_in_a_row_are_the_split(self):
        dataset = writing.write(self.directory, _DESCRIPTION, _examples())
        parts, whole = list(dataset.parts("train", 9)), dataset.load("train")
        self.assertEqual([len(part.ids) for part in parts], [9, 9, 5])
        self.assertEqual(sum((part.ids for part in parts), []), whole.ids)
        for name in ("images", "labels", "factors"):
            np.testing.assert_array_equal(
                np.concatenate([getattr(part, name) for part in parts]),
                getattr(whole, name),
            )

    def test_manifest_counts(self):
        written = writing.write(
            self.directory, _DESCRIPTION, _examples()
        ).manifest
        self.assertEqual(written.splits, {"train": 23, "test": 4})
        self.assertEqual(
            written.label_counts, {"train": (12, 11), "test": (2, 2)}
        )
        self.assertFalse(written.greyscale)

    def test_grey_images_are_known(self):
        examples = [
            (split, tfrecords.Example(_flat(grey), label, (0.0,)))
            for split, label, grey in (
                ("train", 0, 7),
                ("train", 1, 70),
                ("test", 1, 140),
            )
        ]
        dataset = writing.write(self.directory, _DESCRIPTION, examples)
        self.assertTrue(dataset.manifest.greyscale)

    def test_equal_data_has_an_equal_digest(self):
        digests = [
            writing.write(
                self.parent / name, _DESCRIPTION, _examples(train)
            ).manifest.digest
            for name, train in (("a", 23), ("b", 23), ("c", 22))
        ]
        self.assertEqual(digests[0], digests[1])
        self.assertNotEqual(digests[0], digests[2])

    def test_many_shards_read_as_one(self):
        with mock.patch.object(shard_writer, "_SHARD_BYTES", 2000):
            many = writing.write(self.directory, _DESCRIPTION, _examples())
        single = writing.write(self.parent / "one", _DESCRIPTION, _examples())
        self.assertGreater(len(many.manifest.shards["train"]), 2)
        np.testing.assert_array_equal(
            many.load("train").images, single.load("train").images
        )
        self.assertEqual(many.manifest.digest, single.manifest.digest)

    def test_images_without_labels(self):
        unknown = (
            (split, dataclasses.replace(example, label=tfrecords.UNKNOWN_LABEL))
            for split, example in _examples()
        )
        dataset = writing.write(self.directory, _DESCRIPTION, unknown)
        self.assertFalse(dataset.manifest.labelled)
        self.assertEqual(dataset.manifest.splits, {"train": 23, "test": 4})
        self.assertEqual(
            dataset.manifest.label_counts, {"train": (0, 0), "test": (0, 0)}
        )
        np.testing.assert_array_equal(dataset.load("test").labels, [-1] * 4)
        batch = next(iter(dataset.batches("train", batch_size=5, seed=0)))
        np.testing.assert_array_equal(batch["label"], [-1] * 5)

    def test_refuses_labels_of_some_images_alone(self):
        unknown = tfrecords.Example(
            image_files.noise(0), tfrecords.UNKNOWN_LABEL, (0.0,)
        )
        with self.assertRaisesRegex(ValueError, "1 examples have no label"):
            writing.write(
                self.directory,
                _DESCRIPTION,
                [*_examples(), ("train", unknown)],
            )

    def test_a_name_that_is_no_unicode(self):
        name = b"caf\xe9".decode("utf-8", "surrogateescape")
        examples = [
            (
                split,
                tfrecords.Example(
                    image_files.noise(number), number % 2, (0.0,), name
                ),
            )
            for number, split in enumerate(("train", "train", "test", "test"))
        ]
        dataset = writing.write(self.directory, _DESCRIPTION, examples)
        self.assertEqual(dataset.load("test").ids[0], r"caf\udce9")

    @parameterized.named_parameters(
        (
            "size",
            {"image": np.zeros((8, 8, 3), np.uint8)},
            r"uint8 \(8, 8, 3\)",
        ),
        ("type", {"image": np.zeros((12, 12, 3))}, "float64"),
        ("label", {"label": 2}, "label is 2; expected 0 to 1"),
        ("factors", {"factors": ()}, "0 factors; expected 1"),
    )
    def test_refuses_what_does_not_fit_and_leaves_nothing(
        self, change, message
    ):
        fields = {
            "image": image_files.noise(0),
            "label": 0,
            "factors": (0.0,),
            "id": "bad",
        }
        bad = ("train", tfrecords.Example(**(fields | change)))
        with self.assertRaisesRegex(ValueError, f"bad: .*{message}"):
            writing.write(
                self.directory,
                _DESCRIPTION,
                itertools.chain(_examples(), [bad]),
            )
        self.assertEmpty(list(self.parent.iterdir()))

    def test_refuses_an_empty_test_split(self):
        with self.assertRaisesRegex(
            errors.DataError, "test split has no image"
        ):
            writing.write(self.directory, _DESCRIPTION, _examples(5, 0))

    def test_refuses_a_class_without_training_images(self):
        with self.assertRaisesRegex(
            errors.DataError, "class 'odd' has no training"
        ):
            writing.write(self.directory, _DESCRIPTION, _examples(1, 4))


class CutTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.create_tempdir()) / "data"

    def _write(self, examples, **cutting):
        return writing.write(
            self.directory,
            _DESCRIPTION,
            examples,
            cutting=cuts.Cutting(**cutting),
        )

    def _undecided(self, count: int, copies: int = 1):
        """Every picture `copies` times, without a split."""
        for number in range(count * copies):
            example = _example(number % count)
            yield None, dataclasses.replace(example, id=f"image {number}")

    @parameterized.parameters(*range(5))
    def test_no_picture_is_on_both_sides(self, seed):
        dataset = self._write(
            self._undecided(30, copies=3), test_fraction=0.2, seed=seed
        )
        train, test = dataset.load("train"), dataset.load("test")
        pictures = [
            {image.tobytes() for image in part.images} for part in (train, test)
        ]
        self.assertEmpty(pictures[0] & pictures[1])
        self.assertEmpty(set(train.groups) & set(test.groups))
        self.assertEqual(len(train.ids) + len(test.ids), 90)
        # 9 of each class' 45 images, in threes.
        self.assertEqual(np.bincount(test.labels).tolist(), [9, 9])
        content = dataset.manifest.content
        self.assertEqual(content.pictures, {"train": 24, "test": 6})
        self.assertEqual(content.groups, {"train": 24, "test": 6})
        self.assertEqual((content.near_copies, content.left_out), (0, 0))

    def test_test_images_that_train_too_are_left_out(self):
        examples = [*_examples(), ("test", _example(3)), ("test", _example(4))]
        with self.assertLogs(level="WARNING") as logs:
            dataset = self._write(examples)
        self.assertEqual(dataset.manifest.splits, {"train": 23, "test": 4})
        self.assertEqual(dataset.manifest.content.left_out, 2)
        self.assertIn("2 test images are left out", logs.output[0])
        self.assertIn("left out", dataset.manifest.summary())

    def test_what_the_source_groups_is_not_split(self):
        examples = [
            (
                split,
                dataclasses.replace(example, group=f"patient {number // 4}"),
            )
            for number, (split, example) in enumerate(self._undecided(40))
        ]
        dataset = self._write(examples, test_fraction=0.2, seed=1)
        patients = [
            {int(name.split()[1]) // 4 for name in dataset.load(split).ids}
            for split in ("train", "test")
        ]
        self.assertEmpty(patients[0] & patients[1])
        self.assertLen(patients[1], 2)
        self.assertEqual(dataset.manifest.splits, {"train": 32, "test": 8})

    def test_near_copies_are_on_one_side_unless_told_otherwise(self):
        brighter = [
            (
                None,
                dataclasses.replace(
                    example,
                    image=np.clip(example.image + 3.0, 0, 255).astype(np.uint8),
                    id=f"brighter {example.id}",
                ),
            )
            for _, example in self._undecided(20)
        ]
        examples = [*self._undecided(20), *brighter]
        dataset = self._write(examples, test_fraction=0.3)
        self.assertEqual(dataset.manifest.content.near_copies, 40)
        self.assertEqual(sum(dataset.manifest.content.groups.values()), 20)
        for split in ("train", "test"):
            names = {name.split()[-1] for name in dataset.load(split).ids}
            self.assertLen(dataset.load(split).ids, 2 * len(names))
        self.directory = self.directory.parent / "told"
        told = self._write(examples, near_copies=False)
        self.assertEqual(sum(told.manifest.content.groups.values()), 40)

    def test_equal_cuts_have_an_equal_digest(self):
        digests = []
        for name, seed in (("a", 0), ("b", 0), ("c", 1)):
            self.directory = self.directory.parent / name
            written = self._write(self._undecided(30), seed=seed)
            digests.append(written.manifest.cut)
        self.assertEqual(digests[0], digests[1])
        self.assertNotEqual(digests[0], digests[2])

    def test_nothing_left_to_test_says_why(self):
        examples = [*_examples(4, 0), ("test", _example(1))]
        with self.assertRaisesRegex(
            errors.DataError, "no image: all 1 share content with training"
        ):
            self._write(examples)
        self.assertEmpty(list(self.directory.parent.iterdir()))

    def test_distinct_drops_copies(self):
        dataset = self._write(self._undecided(30, copies=2), test_fraction=0.2)
        test = dataset.load("test")
        once = test.distinct()
        self.assertLen(test.ids, 12)
        self.assertLen(once.ids, 6)
        self.assertLen({image.tobytes() for image in once.images}, 6)
        self.assertEqual(once.ids, sorted(once.ids, key=test.ids.index))


if __name__ == "__main__":
    absltest.main()
