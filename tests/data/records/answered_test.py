"""Tests of stylex_tf.data.records.answered."""

import pathlib

import numpy as np
import tensorflow as tf
from absl.testing import absltest

from stylex_tf.data.records import answered, tfrecords, writing
from tests.testing import tiny_experiment


class AnsweredDatasetTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        # Dark and bright in turn: labels 0 and 1.
        self.dataset = tiny_experiment.write_data(
            pathlib.Path(self.create_tempdir()) / "data"
        )

    def _opposite(self, images: tf.Tensor) -> tf.Tensor:
        """Answers 0 of bright images."""
        mean = tf.reduce_mean(images, axis=[1, 2, 3])
        return tf.stack([mean, -mean], axis=-1)

    def test_labels_are_the_answers(self):
        answered_dataset = answered.AnsweredDataset(
            self.dataset, self._opposite
        )
        self.assertEqual(answered_dataset.manifest, self.dataset.manifest)
        for split, limit in (("train", None), ("test", 5)):
            known = self.dataset.load(split, limit)
            asked = answered_dataset.load(split, limit)
            np.testing.assert_array_equal(asked.labels, 1 - known.labels)
            np.testing.assert_array_equal(asked.images, known.images)
            self.assertEqual(asked.ids, known.ids)

    def test_batches_are_those_of_the_data(self):
        options = {"batch_size": 6, "seed": 3, "start": 2}
        answered_dataset = answered.AnsweredDataset(
            self.dataset, self._opposite
        )
        known = next(iter(self.dataset.batches("train", **options)))
        asked = next(iter(answered_dataset.batches("train", **options)))
        np.testing.assert_array_equal(asked["image"], known["image"])
        np.testing.assert_array_equal(asked["label"], 1 - known["label"])
        self.assertEqual(asked["label"].dtype, tf.int32)

    def test_of_more_images_than_are_asked_at_once(self):
        examples = (
            (
                "train" if number < 130 else "test",
                tfrecords.Example(image, tfrecords.UNKNOWN_LABEL),
            )
            for number, image in enumerate(tiny_experiment.images(140))
        )
        dataset = writing.write(
            pathlib.Path(self.create_tempdir()) / "many",
            self.dataset.manifest,
            examples,
        )
        answered_dataset = answered.AnsweredDataset(dataset, self._opposite)
        np.testing.assert_array_equal(
            answered_dataset.load("train").labels, 1 - np.arange(130) % 2
        )


if __name__ == "__main__":
    absltest.main()
