"""Tests of stylex_tf.data.records.tfrecords."""

import hashlib
import itertools
import json
import pathlib
from unittest import mock

import numpy as np
import tensorflow as tf
from absl.testing import absltest, parameterized

from stylex_tf import errors
from stylex_tf.data.records import (
    manifest,
    mirrored_places,
    record_files,
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


def _first(dataset, count: int) -> list[dict[str, np.ndarray]]:
    return list(itertools.islice(dataset.as_numpy_iterator(), count))


class ReadTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        self.directory = pathlib.Path(self.create_tempdir()) / "data"
        self.dataset = writing.write(self.directory, _DESCRIPTION, _examples())

    def _batches(self, count, **options):
        options = {"batch_size": 4, "seed": 1} | options
        return _first(self.dataset.batches("train", **options), count)

    def _assert_same(self, actual, expected):
        self.assertEqual(len(actual), len(expected))
        for first, second in zip(actual, expected, strict=True):
            for key in ("image", "label"):
                np.testing.assert_array_equal(first[key], second[key])

    def test_shapes_and_types(self):
        spec = self.dataset.batches("train", batch_size=4, seed=0).element_spec
        self.assertEqual(spec["image"].shape, [4, 12, 12, 3])
        self.assertEqual(spec["image"].dtype, "uint8")
        self.assertEqual(spec["label"].shape, [4])
        self.assertEqual(spec["label"].dtype, "int32")

    def test_the_same_arguments_give_the_same_batches(self):
        self._assert_same(self._batches(8), self._batches(8))

    def test_another_seed_gives_another_order(self):
        first, second = self._batches(1)[0], self._batches(1, seed=2)[0]
        self.assertFalse(np.array_equal(first["image"], second["image"]))

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
        actual = {b["image"].tobytes(): int(b["label"][0]) for b in batches}
        expected = {image_files.noise(n).tobytes(): n % 2 for n in range(23)}
        self.assertEqual(actual, expected)

    def test_no_thread_of_a_reader_sleeps_for_a_minute(self):
        # The one that tunes does, and a process that ends waits for it.
        batches = self.dataset.batches("train", batch_size=4, seed=0)
        self.assertFalse(batches.options().autotune.enabled)

    def test_a_batch_may_be_larger_than_the_data(self):
        self.assertLen(self._batches(1, batch_size=50)[0]["label"], 50)

    def test_large_data_is_read_from_its_files_in_the_same_order(self):
        expected = self._batches(9, shard=(1, 2), start=3)
        with mock.patch.object(record_files, "_MEMORY_BYTES", 0):
            self._assert_same(self._batches(9, shard=(1, 2), start=3), expected)

    def test_balanced_batches_hold_every_class_equally_often(self):
        # Class 0 has two training images, class 1 has nine.
        skewed = writing.write(
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
            {k: np.concatenate([first[k], second[k]]) for k in first}
            for first, second in zip(*parts, strict=True)
        ]
        self._assert_same(joined, whole)

    @parameterized.parameters({}, {"balanced": True})
    def test_mirrored_batches_are_the_others_with_half_turned(self, **options):
        plain = self._batches(20, batch_size=8, **options)
        mirrored = self._batches(20, batch_size=8, mirror=True, **options)
        turned = 0
        for first, second in zip(plain, mirrored, strict=True):
            np.testing.assert_array_equal(first["label"], second["label"])
            self.assertEqual(second["image"].shape, (8, 12, 12, 3))
            for before, after in zip(
                first["image"], second["image"], strict=True
            ):
                if not np.array_equal(before, after):
                    np.testing.assert_array_equal(before[:, ::-1], after)
                    turned += 1
        self.assertBetween(turned, 60, 100)

    def test_an_image_is_turned_in_some_epochs_and_not_in_others(self):
        batches = self._batches(23 * 8, batch_size=1, mirror=True)
        seen = {batch["image"].tobytes() for batch in batches}
        self.assertGreater(len(seen), 40)
        self.assertLessEqual(len(seen), 46)

    @parameterized.parameters(1, 6, 300)
    def test_mirrored_batches_begin_anywhere(self, start):
        options = {"mirror": True, "balanced": True}
        self._assert_same(
            self._batches(3, start=start, **options),
            self._batches(start + 3, **options)[start:],
        )

    def test_readers_of_mirrored_batches_see_what_one_reader_sees(self):
        whole = self._batches(5, batch_size=8, mirror=True)
        parts = [
            self._batches(5, shard=(index, 2), mirror=True)
            for index in range(2)
        ]
        joined = [
            {k: np.concatenate([first[k], second[k]]) for k in first}
            for first, second in zip(*parts, strict=True)
        ]
        self._assert_same(joined, whole)

    def test_another_seed_turns_others(self):
        places = np.arange(1000)
        first, second = (
            mirrored_places.is_mirrored(places, s).numpy() for s in (0, 1)
        )
        self.assertBetween(first.mean(), 0.44, 0.56)
        self.assertBetween((first == second).mean(), 0.44, 0.56)
        # Neighbours are turned independently of each other.
        self.assertBetween((first[1:] == first[:-1]).mean(), 0.44, 0.56)

    @parameterized.named_parameters(
        ("batch_size", {"batch_size": 0}),
        ("start", {"start": -1}),
        ("shard", {"shard": (2, 2)}),
    )
    def test_refuses_impossible_arguments(self, options):
        with self.assertRaisesRegex(ValueError, "expected batch_size >= 1"):
            self._batches(1, **options)

    @parameterized.parameters(-2, 2, 32, 2**32, 2**32 + 1)
    def test_a_label_of_no_class_is_noticed(self, label):
        shard = self.directory / "train-00000.tfrecord"
        records = list(tf.data.TFRecordDataset(str(shard)).as_numpy_iterator())
        example = tf.train.Example.FromString(records[17])
        example.features.feature["label"].int64_list.value[:] = [label]
        records[17] = example.SerializeToString()
        with tf.io.TFRecordWriter(str(shard)) as writer:
            for record in records:
                writer.write(record)
        # As a stranger would, who writes its digest as well.
        digests = "".join(
            record_files.RecordFiles([path]).digest()
            for path in (shard, self.directory / "test-00000.tfrecord")
        )
        path = self.directory / "manifest.json"
        fields = json.loads(path.read_text())
        fields["digest"] = hashlib.sha256(digests.encode()).hexdigest()
        path.write_text(json.dumps(fields))
        dataset = tfrecords.Dataset(self.directory)
        message = f"has the label {label}; expected 0 to 1"
        with self.assertRaisesRegex(errors.DataError, message):
            dataset.load("train")
        with self.assertRaisesRegex(errors.DataError, message):
            dataset.batches("train", batch_size=4, seed=1)

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

    def test_an_empty_file_is_noticed(self):
        (self.directory / "test-00000.tfrecord").write_bytes(b"")
        with self.assertRaisesRegex(errors.DataError, "test-00000.*is empty"):
            tfrecords.Dataset(self.directory)

    def test_any_changed_byte_of_a_record_is_noticed(self):
        path = self.directory / "train-00000.tfrecord"
        whole = path.read_bytes()
        for place in (12, len(whole) // 2, len(whole) - 5):
            changed = bytearray(whole)
            changed[place] ^= 1
            path.write_bytes(bytes(changed))
            with self.assertRaisesRegex(errors.DataError, "not those that"):
                tfrecords.Dataset(self.directory)
        path.write_bytes(whole)
        tfrecords.Dataset(self.directory)


if __name__ == "__main__":
    absltest.main()
