"""Measures how probable each class is, on average."""

import numpy as np
import tensorflow as tf

from stylex_tf import errors
from stylex_tf.classifiers import adapter
from stylex_tf.data.records import tfrecords
from stylex_tf.ops import preprocessing

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
    parts = [
        tf.nn.softmax(classifier(preprocessing.to_float(part)))
        for part in np.array_split(images, max(1, len(images) // _AT_ONCE))
    ]
    answers = tf.concat(parts, axis=0).numpy()
    wrong = ~np.isfinite(answers).all(axis=1)
    if wrong.any():
        raise errors.ClassifierError(
            f"the classifier's answer is not finite for {wrong.sum()} of "
            f"{len(answers)} training images, first number "
            f"{wrong.argmax()}; expected a finite one for every image"
        )
    return tf.reduce_mean(answers, axis=0).numpy()
