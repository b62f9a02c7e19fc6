"""Computes the features that foreign images are told by, in TensorFlow.

The same as `stylex_tf/export/photo_features.py`, many times faster, for the
thousands of training images that the figures of an export are made of.
"""

import numpy as np

from stylex_tf.export import photo_features
from stylex_tf.models import photo_backbone

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
    batches = [
        photo_features.seen(images[start : start + _AT_ONCE])
        for start in range(0, len(images), _AT_ONCE)
    ]
    backbone = photo_backbone.PhotoBackbone(batches[0].shape[1])
    return np.concatenate(
        [
            photo_features.summed_up([of.numpy() for of in backbone(batch)])
            for batch in batches
        ]
    )


def styled(images: np.ndarray) -> np.ndarray:
    """Returns as many training images, evenly spread, as styles need.

    Args:
        images: [N, ...].
    """
    return images[:: max(1, len(images) // _STYLED)]
