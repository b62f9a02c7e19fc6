"""Computes, in TensorFlow, the features by which foreign images are told.

The same as `stylex_tf/export/photo_features.py`, many times faster, for the
thousands of training images that the figures of an export are made of.
"""

import numpy as np
import tensorflow as tf

from stylex_tf.export import photo_features
from stylex_tf.models import photo_backbone
from stylex_tf.ops import batching

MOST_KNOWN = 3_000
"""Training images, at most, that tell what is foreign."""

# At once: the widest maps of an image take 1 MB.
_AT_ONCE = 64
# Means and deviations of styles need fewer.
_STYLED = 1_000


def features(images: np.ndarray) -> np.ndarray:
    """Returns what `photo_features.of` does, float32 [N, F].

    Args:
        images: uint8 [N, R, R, 3], at least one; R is a power of two.
    """
    side = photo_features.seen(images[:1]).shape[1]
    backbone = photo_backbone.PhotoBackbone(side)

    def of_batch(batch: tf.Tensor) -> np.ndarray:
        maps = backbone(photo_features.seen(batch.numpy()))
        return photo_features.summed_up([each.numpy() for each in maps])

    return batching.apply(of_batch, images, batch_size=_AT_ONCE)


def styled(images: np.ndarray) -> np.ndarray:
    """Returns the training images whose styles are measured: some of all.

    Args:
        images: all training images, [N, ...]; where there are many, every
            second, third, ... one is taken.
    """
    return images[:: max(1, len(images) // _STYLED)]
