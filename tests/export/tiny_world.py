"""A model of three matrices that stands in for trained networks."""

import io

import numpy as np
import tensorflow as tf
from PIL import Image

from stylex_tf.export import servables

RESOLUTION = 8
NUM_STYLES = 6
CLASS_NAMES = ("apple", "pear", "Quitte ü")
MAX_TOP_K = 4


class TinyWorld:
    """Encoder, generator and classifier, each one float32 matrix."""

    def __init__(self, seed: int = 0):
        rng = np.random.default_rng(seed)
        pixels = RESOLUTION * RESOLUTION * 3

        def matrix(rows: int, columns: int) -> tf.Variable:
            values = rng.normal(0, rows**-0.5, [rows, columns])
            return tf.Variable(values, dtype=tf.float32)

        self.encoder = matrix(pixels, NUM_STYLES)
        self.generator = matrix(NUM_STYLES, pixels)
        # Not trainable, as a classifier under explanation is.
        self.classifier = tf.Variable(
            matrix(pixels, len(CLASS_NAMES)) * 3.0, trainable=False
        )

    def encode(self, images: tf.Tensor) -> tf.Tensor:
        return self._flat(images) @ self.encoder

    def generate(self, styles: tf.Tensor) -> tf.Tensor:
        images = tf.tanh(styles @ self.generator)
        return tf.reshape(images, [-1, RESOLUTION, RESOLUTION, 3])

    def classify(self, images: tf.Tensor) -> tf.Tensor:
        return self._flat(images) @ self.classifier

    def find_attributes(
        self, styles: tf.Tensor, target_class: tf.Tensor, *, top_k: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Tries every coordinate in both directions, by one unit."""
        before = tf.nn.softmax(self.classify(self.generate(styles)))
        away = target_class < 0
        column = tf.where(
            away, tf.argmax(before, -1, output_type=tf.int32), target_class
        )
        sign = tf.where(away, -1.0, 1.0)
        step = np.concatenate([-np.eye(NUM_STYLES), np.eye(NUM_STYLES)])
        edited = styles[:, tf.newaxis] + tf.constant(step, tf.float32)
        images = self.generate(tf.reshape(edited, [-1, NUM_STYLES]))
        after = tf.reshape(
            tf.nn.softmax(self.classify(images)),
            [-1, 2 * NUM_STYLES, len(CLASS_NAMES)],
        )
        images = tf.reshape(
            images, [-1, 2 * NUM_STYLES, RESOLUTION, RESOLUTION, 3]
        )
        score = tf.gather(after, column, axis=2, batch_dims=1)
        _, best = tf.math.top_k(score * sign[:, tf.newaxis], k=top_k)
        direction = best // NUM_STYLES
        return {
            "coordinates": best % NUM_STYLES,
            "directions": direction,
            "strengths": 2.0 * tf.cast(direction, tf.float32) - 1.0,
            "probabilities_before": before,
            "probabilities_after": tf.gather(after, best, batch_dims=1),
            "images": tf.gather(images, best, batch_dims=1),
        }

    def _flat(self, images: tf.Tensor) -> tf.Tensor:
        return tf.reshape(images, [-1, RESOLUTION * RESOLUTION * 3])


def servable(
    world: TinyWorld, *, resources=(), **overrides
) -> servables.Servable:
    """The world ready for export; overrides replace single functions."""
    functions = {
        "encode": world.encode,
        "generate": world.generate,
        "classify": world.classify,
        "find_attributes": world.find_attributes,
        **overrides,
    }
    return servables.Servable(
        servables.Functions(**functions),
        class_names=CLASS_NAMES,
        resolution=RESOLUTION,
        num_styles=NUM_STYLES,
        max_top_k=MAX_TOP_K,
        resources=resources,
    )


def pictures(count: int = 3) -> list[bytes]:
    """PNG and JPEG files of different sizes and shapes."""
    rng = np.random.default_rng(1)
    files = []
    for i in range(count):
        pixels = rng.integers(0, 256, [9 + i, 12, 3], dtype=np.uint8)
        files.append(encoded(pixels, "JPEG" if i % 2 else "PNG"))
    return files


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    """The bytes of an image file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()
