"""Measures how probable each class is, on average."""

import numpy as np
import tensorflow as tf

from stylex_tf import errors
from stylex_tf.classifiers import adapter
from stylex_tf.data.records import tfrecords
from stylex_tf.ops import batching, preprocessing

# So many images stand for all.
_IMAGES = 1_000
_AT_ONCE = 100


def of_training_images(
    classifier: adapter.Classifier, dataset: tfrecords.Dataset
) -> np.ndarray:
    """Returns mean probabilities of the first training images, float32 [K].

    Raises:
        ClassifierError: one of its answers is not finite.
    """
    images = dataset.load("train", limit=_IMAGES).images
    answers = batching.apply(
        lambda batch: tf.nn.softmax(classifier(preprocessing.to_float(batch))),
        images,
        batch_size=_AT_ONCE,
    )
    wrong = ~np.isfinite(answers).all(axis=1)
    if wrong.any():
        raise errors.ClassifierError(
            f"the classifier's answer is not finite for {wrong.sum()} of "
            f"{len(answers)} training images, first number "
            f"{wrong.argmax()}; expected a finite one for every image"
        )
    return tf.reduce_mean(answers, axis=0).numpy()
