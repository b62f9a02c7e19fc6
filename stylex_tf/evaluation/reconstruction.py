"""How much of an image and of its class the reconstruction keeps."""

import dataclasses
from collections.abc import Callable

import numpy as np
import tensorflow as tf

Function = Callable[[tf.Tensor], tf.Tensor]


@dataclasses.dataclass(frozen=True, eq=False)
class Reconstruction:
    """Images passed once through encoder and generator.

    Attributes:
        styles: [N, T].
        logits: of the images, [N, K].
        reconstructed_logits: of the reconstructions, [N, K].
        l1: mean absolute difference of each image in [-1, 1] units, [N].
    """

    styles: np.ndarray
    logits: np.ndarray
    reconstructed_logits: np.ndarray
    l1: np.ndarray

    @property
    def keeps_class(self) -> np.ndarray:
        """Whether image and reconstruction have one predicted class, [N]."""
        return self.logits.argmax(axis=1) == self.reconstructed_logits.argmax(
            axis=1
        )

    def figures(self) -> dict[str, object]:
        """The `reconstruction` section of `evaluation.json`."""
        return {
            "agreement": float(self.keeps_class.mean()),
            "kl": float(_kl(self.logits, self.reconstructed_logits).mean()),
            "l1": float(self.l1.mean()),
            "images": len(self.l1),
        }


def reconstruct(
    encode: Function,
    generate: Function,
    classify: Function,
    images: np.ndarray,
    *,
    batch_size: int = 64,
) -> Reconstruction:
    """Encodes, generates and classifies images batch by batch.

    The pictures themselves are not kept: `generate(styles)` makes them again.

    Args:
        encode: images [B, H, W, 3] in [-1, 1] -> styles [B, T].
        generate: styles -> images.
        classify: images -> logits [B, K].
        images: uint8 [N, H, W, 3].
        batch_size: images at once; the last batch is filled up.

    Raises:
        ValueError: there are no images, or they are not uint8.
    """
    if images.dtype != np.uint8 or images.ndim != 4 or not len(images):
        raise ValueError(
            f"images are {images.dtype} {images.shape}; "
            "expected uint8 [N, H, W, 3] with N > 0"
        )

    @tf.function
    def step(batch: tf.Tensor):
        reals = tf.cast(batch, tf.float32) / 127.5 - 1.0
        styles = encode(reals)
        rebuilt = generate(styles)
        l1 = tf.reduce_mean(tf.abs(rebuilt - reals), axis=[1, 2, 3])
        return styles, classify(reals), classify(rebuilt), l1

    count, size = len(images), min(batch_size, len(images))
    parts = []
    for start in range(0, count, size):
        index = np.minimum(np.arange(start, start + size), count - 1)
        answer = step(tf.constant(images[index]))
        parts.append([np.asarray(one)[: count - start] for one in answer])
    joined = [np.concatenate(one) for one in zip(*parts, strict=True)]
    return Reconstruction(*joined)


def _kl(logits: np.ndarray, other: np.ndarray) -> np.ndarray:
    """KL(softmax(logits) || softmax(other)), [N, K], [N, K] -> [N]."""
    log_p, log_q = (_log_softmax(x.astype(np.float64)) for x in (logits, other))
    return (np.exp(log_p) * (log_p - log_q)).sum(axis=1)


def _log_softmax(x: np.ndarray) -> np.ndarray:
    x = x - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))
