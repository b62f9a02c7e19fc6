"""Tests of stylex_tf.data.records.tfrecords and the files below it."""

import dataclasses
import itertools
import pathlib
from unittest import mock

import numpy as np
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.records import (
    manifest,
    record_files,
    shard_writer,
    tfrecords,
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


def _first(dataset, count: int) -> list[dict[str, np.ndarray]]:
    return list(itertools.islice(dataset.as_numpy_iterator(), count))


class WriteTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.parent = pathlib.Path(self.create_tempdir())
        self.directory = self.parent / "data"

    def test_what_is_written_is_loaded(self):
        dataset = tfrecords.write(self.directory, _DESCRIPTION, _examples())
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

    def test_limit(self):
        dataset = tfrecords.write(self.directory, _DESCRIPTION, _examples())
        self.assertEqual(
            dataset.load("train", limit=2).ids, ["image 0", "image 1"]
        )
        self.assertLen(dataset.load("train", limit=100).ids, 23)

    def test_parts_in_a_row_are_the_split(self):
        dataset = tfrecords.write(self.directory, _DESCRIPTION, _examples())
        parts, whole = list(dataset.parts("train", 9)), dataset.load("train")
        self.assertEqual([len(part.ids) for part in parts], [9, 9, 5])
        self.assertEqual(sum((part.ids for part in parts), []), whole.ids)
        for name in ("images", "labels", "factors"):
            np.testing.assert_array_equal(
                np.concatenate([getattr(part, name) for part in parts]),
                getattr(whole, name),
            )

    def test_manifest_counts(self):
        found = tfrecords.write(
            self.directory, _DESCRIPTION, _examples()
        ).manifest
        self.assertEqual(found.splits, {"train": 23, "test": 4})
        self.assertEqual(
            found.label_counts, {"train": (12, 11), "test": (2, 2)}
        )
        self.assertFalse(found.greyscale)

    def test_grey_images_are_known(self):
        grey = np.full((12, 12, 3), 7, np.uint8)
        examples = [
            ("train", tfrecords.Example(grey, 0, (0.0,))),
            ("train", tfrecords.Example(grey, 1, (0.0,))),
            ("test", tfrecords.Example(grey, 1, (0.0,))),
        ]
        dataset = tfrecords.write(self.directory, _DESCRIPTION, examples)
        self.assertTrue(dataset.manifest.greyscale)

    def test_equal_data_has_an_equal_digest(self):
        digests = [
            tfrecords.write(
                self.parent / name, _DESCRIPTION, _examples(train)
            ).manifest.digest
            for name, train in (("a", 23), ("b", 23), ("c", 22))
        ]
        self.assertEqual(digests[0], digests[1])
        self.assertNotEqual(digests[0], digests[2])

    def test_many_shards_read_as_one(self):
        with mock.patch.object(shard_writer, "_SHARD_BYTES", 2000):
            many = tfrecords.write(self.directory, _DESCRIPTION, _examples())
        one = tfrecords.write(self.parent / "one", _DESCRIPTION, _examples())
        self.assertGreater(len(many.manifest.shards["train"]), 2)
        np.testing.assert_array_equal(
            many.load("train").images, one.load("train").images
        )
        self.assertEqual(many.manifest.digest, one.manifest.digest)

    def test_images_without_labels(self):
        unknown = (
            (split, dataclasses.replace(example, label=tfrecords.UNKNOWN_LABEL))
            for split, example in _examples()
        )
        dataset = tfrecords.write(self.directory, _DESCRIPTION, unknown)
        self.assertFalse(dataset.manifest.labelled)
        self.assertEqual(dataset.manifest.splits, {"train": 23, "test": 4})
        self.assertEqual(
            dataset.manifest.label_counts, {"train": (0, 0), "test": (0, 0)}
        )
        np.testing.assert_array_equal(dataset.load("test").labels, [-1] * 4)
        (batch,) = _first(dataset.batches("train", batch_size=5, seed=0), 1)
        np.testing.assert_array_equal(batch["label"], [-1] * 5)

    def test_refuses_labels_of_some_images_alone(self):
        unknown = tfrecords.Example(
            image_files.noise(0), tfrecords.UNKNOWN_LABEL, (0.0,)
        )
        with self.assertRaisesRegex(ValueError, "1 examples have no label"):
            tfrecords.write(
                self.directory,
                _DESCRIPTION,
                [*_examples(), ("train", unknown)],
            )

    def test_a_name_that_is_no_unicode(self):
        name = b"caf\xe9".decode("utf-8", "surrogateescape")
        image = image_files.noise(0)
        examples = [
            (split, tfrecords.Example(image, label, (0.0,), name))
            for split in ("train", "test")
            for label in (0, 1)
        ]
        dataset = tfrecords.write(self.directory, _DESCRIPTION, examples)
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
            tfrecords.write(
                self.directory,
                _DESCRIPTION,
                itertools.chain(_examples(), [bad]),
            )
        self.assertEmpty(list(self.parent.iterdir()))

    def test_refuses_an_empty_test_split(self):
        with self.assertRaisesRegex(
            errors.DataError, "test split has no image"
        ):
            tfrecords.write(self.directory, _DESCRIPTION, _examples(5, 0))

    def test_refuses_a_class_without_training_images(self):
        with self.assertRaisesRegex(
            errors.DataError, "class 'odd' has no training"
        ):
            tfrecords.write(self.directory, _DESCRIPTION, _examples(1, 4))


class ReadTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.create_tempdir()) / "data"
        self.dataset = tfrecords.write(
            self.directory, _DESCRIPTION, _examples()
        )

    def _batches(self, count, **options):
        options = {"batch_size": 4, "seed": 1} | options
        return _first(self.dataset.batches("train", **options), count)

    def _assert_same(self, found, expected):
        self.assertEqual(len(found), len(expected))
        for one, other in zip(found, expected, strict=True):
            for key in ("image", "label"):
                np.testing.assert_array_equal(one[key], other[key])

    def test_shapes_and_types(self):
        spec = self.dataset.batches("train", batch_size=4, seed=0).element_spec
        self.assertEqual(spec["image"].shape, [4, 12, 12, 3])
        self.assertEqual(spec["image"].dtype, "uint8")
        self.assertEqual(spec["label"].shape, [4])
        self.assertEqual(spec["label"].dtype, "int32")

    def test_the_same_arguments_give_the_same_batches(self):
        self._assert_same(self._batches(8), self._batches(8))

    def test_another_seed_gives_another_order(self):
        one, other = self._batches(1)[0], self._batches(1, seed=2)[0]
        self.assertFalse(np.array_equal(one["image"], other["image"]))

    @parameterized.parameters(1, 5, 6, 300)
    def test_starting_late_is_leaving_out(self, start):
        self._assert_same(
            self._batches(3, start=start), self._batches(start + 3)[start:]
        )

    @parameterized.parameters(2, 4)
    def test_readers_together_see_what_one_reader_sees(self, readers):
        whole = self._batches(7, batch_size=8, start=2)
        for index in range(readers):
            part = self._batches(
                7,
                batch_size=8 // readers,
                start=2,
                shard=(index, readers),
            )
            self._assert_same(
                part,
                [
                    {k: np.split(v, readers)[index] for k, v in b.items()}
                    for b in whole
                ],
            )

    def test_an_epoch_has_every_image_once_with_its_label(self):
        batches = self._batches(23, batch_size=1)
        found = {b["image"].tobytes(): int(b["label"][0]) for b in batches}
        expected = {image_files.noise(n).tobytes(): n % 2 for n in range(23)}
        self.assertEqual(found, expected)

    def test_a_batch_may_be_larger_than_the_data(self):
        self.assertLen(self._batches(1, batch_size=50)[0]["label"], 50)

    def test_large_data_is_read_from_its_files_in_the_same_order(self):
        expected = self._batches(9, shard=(1, 2), start=3)
        with mock.patch.object(record_files, "_MEMORY_BYTES", 0):
            self._assert_same(self._batches(9, shard=(1, 2), start=3), expected)

    def test_balanced_batches_hold_every_class_equally_often(self):
        # Class 0 has two training images, class 1 has nine.
        skewed = tfrecords.write(
            self.directory.parent / "skewed",
            _DESCRIPTION,
            [
                (
                    "train" if number < 11 else "test",
                    tfrecords.Example(
                        image=image_files.noise(number),
                        label=int(number % 11 not in (3, 7)),
                        factors=(0.0,),
                    ),
                )
                for number in range(12)
            ],
        )
        with mock.patch.object(tfrecords, "_LABELS_AT_ONCE", 4):
            batches = _first(
                skewed.batches("train", batch_size=4, seed=0, balanced=True),
                9,
            )
        numbers = {image_files.noise(n).tobytes(): n for n in range(11)}
        seen = {n: 0 for n in range(11)}
        for batch in batches:
            self.assertEqual(batch["label"].sum(), 2)
            for image, label in zip(*batch.values(), strict=True):
                number = numbers[image.tobytes()]
                self.assertEqual(label, int(number not in (3, 7)))
                seen[number] += 1
        # 18 of each class: nine times both of the one, twice all of the other.
        self.assertEqual(seen, {n: 9 if n in (3, 7) else 2 for n in range(11)})

    @parameterized.parameters(1, 6, 300)
    def test_balanced_batches_begin_anywhere(self, start):
        self._assert_same(
            self._batches(3, start=start, balanced=True),
            self._batches(start + 3, balanced=True)[start:],
        )

    def test_readers_of_balanced_batches_see_what_one_reader_sees(self):
        whole = self._batches(5, batch_size=8, balanced=True)
        parts = [
            self._batches(5, shard=(index, 2), balanced=True)
            for index in range(2)
        ]
        joined = [
            {k: np.concatenate([one[k], other[k]]) for k in one}
            for one, other in zip(*parts, strict=True)
        ]
        self._assert_same(joined, whole)

    @parameterized.named_parameters(
        ("batch_size", {"batch_size": 0}),
        ("start", {"start": -1}),
        ("shard", {"shard": (2, 2)}),
    )
    def test_refuses_impossible_arguments(self, options):
        with self.assertRaisesRegex(ValueError, "expected batch_size >= 1"):
            self._batches(1, **options)

    def test_refuses_an_unknown_split(self):
        with self.assertRaisesRegex(ValueError, "no split 'val'"):
            self.dataset.load("val")

    def test_a_cut_file_is_noticed(self):
        path = self.directory / "train-00000.tfrecord"
        path.write_bytes(path.read_bytes()[:-1])
        with self.assertRaisesRegex(
            errors.DataError, "tfrecord: ends within record 22"
        ):
            tfrecords.Dataset(self.directory)

    def test_a_missing_file_is_noticed(self):
        (self.directory / "test-00000.tfrecord").unlink()
        with self.assertRaisesRegex(errors.DataError, "test-00000"):
            tfrecords.Dataset(self.directory)

    def test_missing_records_are_noticed(self):
        train = self.directory / "train-00000.tfrecord"
        test = self.directory / "test-00000.tfrecord"
        train.write_bytes(test.read_bytes())
        with self.assertRaisesRegex(errors.DataError, "4 records .* says 23"):
            tfrecords.Dataset(self.directory)


if __name__ == "__main__":
    absltest.main()
