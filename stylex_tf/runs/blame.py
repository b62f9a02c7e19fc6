"""Finds out whose fault it is that a training diverged."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import tensorflow as tf

from stylex_tf import errors
from stylex_tf.classifiers import adapter
from stylex_tf.ops import preprocessing

Rebuild = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def classifier(
    judge: adapter.Classifier,
    batches: Iterable[np.ndarray],
    *,
    rebuild: Rebuild | None = None,
) -> None:
    """Asks the classifier again what it was asked when training diverged.

    Args:
        judge: the classifier under explanation.
        batches: images of the steps in which a metric was not finite, uint8
            [N, H, W, 3].
        rebuild: images and logits to reconstructions by networks that are
            finite, about which it is asked as well; None asks of images alone.

    Raises:
        ClassifierError: its answers, or their gradients, are not finite.
    """
    for batch in batches:
        for what, images in _asked(judge, batch, rebuild):
            with tf.GradientTape() as tape:
                tape.watch(images)
                logits = judge(images)
            gradients = tape.gradient(logits, images)
            for name, value in (("answer", logits), ("gradient", gradients)):
                _check(name, what, value)


def _asked(
    judge: adapter.Classifier, batch: np.ndarray, rebuild: Rebuild | None
) -> Iterator[tuple[str, tf.Tensor]]:
    images = preprocessing.to_float(tf.constant(batch))
    yield "training images", images
    if rebuild is not None:
        rebuilt = rebuild(images, judge(images))
        if np.all(np.isfinite(rebuilt)):
            yield "reconstructions", rebuilt


def _check(name: str, what: str, value: tf.Tensor) -> None:
    values = np.asarray(value, np.float32)
    wrong = ~np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    if wrong.any():
        raise errors.ClassifierError(
            f"the classifier's {name} is not finite for {wrong.sum()} of "
            f"{len(wrong)} {what} of one batch, so that nothing can be "
            "trained with it; expected a finite one for every image"
        )
