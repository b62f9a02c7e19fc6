"""Converts pixels between two forms: uint8 at the edges, floats inside.

Encoded files are decoded by `pictures` when data is prepared, and by
`stylex_tf/export/image_codec.py` inside an exported graph.
"""

import numpy as np
import tensorflow as tf


def to_float(images: tf.Tensor) -> tf.Tensor:
    """Scales uint8 0 to 255 to float32 -1 to 1, of any shape."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0


def to_uint8(images: tf.Tensor) -> tf.Tensor:
    """Rounds floats -1 to 1 to uint8 0 to 255; clips what lies outside."""
    scaled = (tf.cast(images, tf.float32) + 1.0) * 127.5
    return tf.cast(tf.round(tf.clip_by_value(scaled, 0.0, 255.0)), tf.uint8)


def to_float_numpy(images: np.ndarray) -> np.ndarray:
    """Does for arrays what `to_float` does for tensors."""
    return images.astype(np.float32) / np.float32(127.5) - np.float32(1)


def to_uint8_numpy(images: np.ndarray) -> np.ndarray:
    """Does for arrays what `to_uint8` does for tensors."""
    scaled = (images.astype(np.float32) + np.float32(1)) * np.float32(127.5)
    return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
