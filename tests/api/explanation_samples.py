"""An explanation that no model made."""

import numpy as np

from stylex_tf.api import explanation

N, A, K, R = 2, 3, 2, 6


def make(**changes) -> explanation.Explanation:
    """Two images, with two attributes and three."""
    random = np.random.default_rng(0)

    def pixels(*shape):
        return random.integers(0, 256, [*shape, R, R, 3], dtype=np.uint8)

    coordinates = np.array([[4, 1, -1], [2, 0, 3]], np.int32)
    edited = pixels(N, A)
    edited[0, 2] = 0
    fields = {
        "class_names": ("cat", "Käfer <b>"),
        "image_ids": ("a.png", "image 1"),
        "target_classes": np.array([-1, 0], np.int32),
        "coordinates": coordinates,
        "directions": np.array([[1, 0, -1], [0, 0, 1]], np.int32),
        "strengths": np.where(coordinates >= 0, 1, -1).astype(np.float32),
        "effects": np.where(coordinates >= 0, 2.5, -1).astype(np.float32),
        "probabilities": np.array([[0.25, 0.75], [0.5, 0.5]], np.float32),
        "probabilities_before": np.array([[0.31, 0.69], [1, 0]], np.float32),
        "probabilities_after": np.full([N, A, K], 0.5, np.float32),
        "images": pixels(N),
        "reconstructions": pixels(N),
        "edited": edited,
        "provenance": {"model": "export/1", "top_k": 3},
    }
    return explanation.Explanation(**{**fields, **changes})
