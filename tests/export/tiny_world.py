"""A model of three matrices that stands in for trained networks."""

import io
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from stylex_tf.attributes import edit_space, style_ranges
from stylex_tf.export import functions as functions_lib
from stylex_tf.export import held_out, photo_features, servables
from stylex_tf.search import effects_chunk, moves, screening
from stylex_tf.search import model as model_lib

RESOLUTION = 8
NUM_STYLES = 6
NUM_SEARCHED = 5
CLASS_NAMES = ("apple", "pear", "Quitte ü")
MAX_TOP_K = 4
STYLE_STRENGTH = 0.75
ATTRIBUTE_NAMES = {"4": "stem"}
CLASS_ATTRIBUTES = {
    0: [{"coordinate": 3, "direction": 1, "effect": 0.5, "share": 0.25}],
    1: [
        {"coordinate": 4, "direction": 0, "effect": 1.5, "share": 0.75},
        {"coordinate": 0, "direction": 1, "effect": 0.5, "share": 0.0},
        {"coordinate": 1, "direction": 1, "effect": 0.25, "share": 0.0},
    ],
    2: [],
}


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
        self.ranges = style_ranges.StyleRanges(
            minimum=-rng.uniform(1, 2, NUM_SEARCHED),
            maximum=rng.uniform(1, 2, NUM_SEARCHED),
        )
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

    @property
    def model(self) -> model_lib.Model:
        """The generator and the classifier, without a score."""
        return model_lib.Model(self.generate, self.classify)

    def find_attributes(
        self, styles: tf.Tensor, target_class: tf.Tensor, *, top_k: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Finds edits within the ranges."""
        return screening.find_attributes(
            self.model,
            styles,
            edit_space.EditSpace(self.ranges, STYLE_STRENGTH),
            target_class,
            top_k=top_k,
        )

    def move(
        self,
        styles: tf.Tensor,
        coordinates: tf.Tensor,
        directions: tf.Tensor,
        strengths: tf.Tensor,
    ) -> tf.Tensor:
        """Moves coordinates within the ranges."""
        return moves.move_all(
            styles,
            self.ranges,
            coordinates,
            directions,
            strengths,
        )

    def measure_effects(
        self, styles: tf.Tensor, first_edit: tf.Tensor, *, count: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """Measures edits within the ranges."""
        return effects_chunk.measure(
            self.model,
            styles,
            edit_space.EditSpace(self.ranges, STYLE_STRENGTH),
            first_edit,
            count=count,
        )

    def _flat(self, images: tf.Tensor) -> tf.Tensor:
        return tf.reshape(images, [-1, RESOLUTION * RESOLUTION * 3])


def servable(
    world: TinyWorld, *, resources=(), crop="center", **overrides
) -> servables.Servable:
    """The world ready for export; overrides replace single functions."""
    functions = {
        "encode": world.encode,
        "generate": world.generate,
        "classify": world.classify,
        "find_attributes": world.find_attributes,
        "move": world.move,
        "measure_effects": world.measure_effects,
        **overrides,
    }
    return servables.Servable(
        functions_lib.Functions(**functions),
        class_names=CLASS_NAMES,
        resolution=RESOLUTION,
        num_styles=NUM_STYLES,
        num_searched=NUM_SEARCHED,
        class_attributes=CLASS_ATTRIBUTES,
        style_strength=STYLE_STRENGTH,
        max_top_k=MAX_TOP_K,
        crop=crop,
        resources=resources,
        about=about(world),
    )


def about(world: TinyWorld) -> dict[str, Any]:
    """What the world's export says of itself."""
    images, known = np.random.default_rng(2).integers(
        0, 256, [2, 40, RESOLUTION, RESOLUTION, 3], dtype=np.uint8
    )
    styles = world.encode(tf.constant(images / 127.5 - 1, tf.float32))
    known_styles = world.encode(tf.constant(known / 127.5 - 1, tf.float32))
    rebuilt = (world.generate(styles).numpy() + 1) * 127.5
    return {
        "name": "tiny",
        "ranges": {
            "minimum": world.ranges.minimum.tolist(),
            "maximum": world.ranges.maximum.tolist(),
        },
        "attribute_names": ATTRIBUTE_NAMES,
        "evaluation": {"reconstruction": {"agreement": 0.5}},
        "held_out": held_out.HeldOut.measure(
            images,
            np.rint(rebuilt).astype(np.uint8),
            styles.numpy(),
            features=photo_features.of(images),
            known=held_out.Known(
                styles=known_styles.numpy(),
                features=photo_features.of(known),
                negatives=photo_features.of(255 - known),
            ),
        ).to_dict(),
    }


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
