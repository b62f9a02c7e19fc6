"""Measures how good a classifier is, and what its probabilities mean."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from stylex_tf.ops import batching, preprocessing

_BINS = 15
_BATCH = 256


def evaluate(
    classifier: Callable[[tf.Tensor], tf.Tensor],
    images: np.ndarray,
    labels: np.ndarray,
) -> dict[str, float | int]:
    """Measures a classifier on held-out images.

    Args:
        classifier: images float32 in [-1, 1] [N, H, W, 3] -> logits [N, K].
        images: uint8, [N, H, W, 3].
        labels: the true classes, [N].

    Returns:
        "accuracy", "calibration_error" (what the function of that name
        returns) and "images", their number.
    """
    if not len(images):
        raise ValueError("there are no images to evaluate the classifier on")
    probabilities = _probabilities(classifier, images)
    return {
        "accuracy": float(np.mean(probabilities.argmax(axis=1) == labels)),
        "calibration_error": calibration_error(probabilities, labels),
        "images": len(images),
    }


def calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Returns the expected calibration error of [N, K], with 15 bins.

    sum_b n_b / N |accuracy_b - confidence_b| over equal bins of the winning
    class's probability: Guo et al. 2017 (https://arxiv.org/abs/1706.04599),
    equation 5.
    """
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    # Bins are open below and closed above, as in the paper.
    edges = np.linspace(0, 1, _BINS + 1)[1:-1]
    bins = np.searchsorted(edges, confidence, side="left")
    gaps = np.bincount(bins, weights=correct - confidence, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(labels))


def _probabilities(classifier, images: np.ndarray) -> np.ndarray:
    """Returns softmax(logits) for uint8 images, [N, K]."""

    @tf.function(
        input_signature=[tf.TensorSpec([None, *images.shape[1:]], tf.uint8)],
        autograph=False,
    )
    def predict(batch):
        return tf.nn.softmax(classifier(preprocessing.to_float(batch)))

    return batching.apply(predict, images, batch_size=_BATCH)
