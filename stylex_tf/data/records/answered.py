"""Gives the images of a data set a classifier's answers as their labels."""

import dataclasses
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf.data.records import tfrecords
from stylex_tf.ops import preprocessing

_AT_ONCE = 100


class AnsweredDataset:
    """Reads a data set, and asks a classifier instead of its labels.

    For images that nobody labelled: what learns from it, learns to answer as
    the classifier does.

    Attributes:
        manifest: the manifest of the data set.
    """

    def __init__(self, dataset: tfrecords.Dataset, classify: Any):
        """Wraps a data set.

        Args:
            dataset: the images.
            classify: images float32 in [-1, 1] [N, H, W, 3] -> logits [N, K].
        """
        self.manifest = dataset.manifest
        self._dataset = dataset
        self._classify = classify

    def load(self, split: str, limit: int | None = None) -> tfrecords.Examples:
        """Loads as `tfrecords.Dataset.load` does, with answers for labels."""
        examples = self._dataset.load(split, limit)
        starts = range(0, len(examples.images), _AT_ONCE)
        labels = [
            self._answer(tf.constant(examples.images[i : i + _AT_ONCE]))
            for i in starts
        ]
        return dataclasses.replace(examples, labels=np.concatenate(labels))

    def batches(self, split: str, **options: Any) -> tf.data.Dataset:
        """Reads as `tfrecords.Dataset.batches` does, answers for labels."""
        return self._dataset.batches(split, **options).map(
            lambda batch: {**batch, "label": self._answer(batch["image"])}
        )

    def _answer(self, images: tf.Tensor) -> tf.Tensor:
        logits = self._classify(preprocessing.to_float(images))
        return tf.argmax(logits, axis=-1, output_type=tf.int32)
