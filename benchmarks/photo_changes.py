"""Changes photographs in one respect, and counts the decisions that turn.

No one has drawn a photograph, so that no truth is known as it is in a rendered
world. The nearest thing to it are photographs that get another tint, lose their
colours, are blurred or sharpened: the share of decisions that turn says what a
classifier looks at, and an explanation has to agree with it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from stylex_tf.evaluation import blur
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import trained as trained_lib

_AT_ONCE = 32
# Factors of the distance from grey.
_SATURATIONS = {"more saturated": 1.5, "less saturated": 0.5}
# Factors of red, green and blue.
_TINTS = {
    "yellower": (1.2, 1.2, 0.8),
    "bluer": (0.85, 0.85, 1.2),
}
# Pixels; finer detail is doubled.
_SHARPENED = 1.0

Change = Callable[[np.ndarray], np.ndarray]
"""Makes of uint8 [N, H, W, 3] the same pictures, changed."""


def changes() -> dict[str, Change]:
    """Returns the changes that photographs of anything can have, by name."""
    return {
        **{name: _saturated(by) for name, by in _SATURATIONS.items()},
        **{name: _tinted(factors) for name, factors in _TINTS.items()},
        "blurred": _blurred,
        "sharpened": _sharpened,
        "grey": _saturated(0.0),
    }


def turned(
    decide: Callable[[np.ndarray], np.ndarray],
    images: np.ndarray,
    class_names: tuple[str, ...],
    named_changes: Mapping[str, Change],
) -> dict[str, dict[str, dict[str, Any]]]:
    """Measures how many decisions each change turns.

    Args:
        decide: uint8 [N, H, W, 3] to the number of a class, [N].
        images: uint8 [N, H, W, 3].
        class_names: in the order of those numbers.
        named_changes: the changes by name.

    Returns:
        For each change, and each class that the unchanged image was given:
        `n`, its images, and `turned`, the share that is of another class now.
    """
    before = decide(images)
    shares: dict[str, dict[str, dict[str, Any]]] = {}
    for name, change in named_changes.items():
        other = decide(change(images)) != before
        shares[name] = {
            of: {
                "n": int((before == number).sum()),
                "turned": float(other[before == number].mean()),
            }
            for number, of in enumerate(class_names)
            if (before == number).any()
        }
    return shares


def of_run(
    trained: trained_lib.TrainedRun,
    images: np.ndarray,
    named_changes: Mapping[str, Change],
) -> dict[str, dict[str, dict[str, Any]]]:
    """Measures what `turned` returns, with the classifier of a run."""

    def decide(pictures: np.ndarray) -> np.ndarray:
        return batching.apply(
            lambda pixels: trained.classifier(preprocessing.to_float(pixels)),
            pictures,
            batch_size=_AT_ONCE,
        ).argmax(axis=-1)

    names = trained.dataset.manifest.class_names
    return turned(decide, images, names, named_changes)


def _tinted(factors: tuple[float, float, float]) -> Change:
    return lambda images: np.clip(images * np.array(factors), 0, 255).astype(
        np.uint8
    )


def _saturated(factor: float) -> Change:
    def change(images: np.ndarray) -> np.ndarray:
        grey = images.mean(axis=-1, keepdims=True)
        moved = grey + factor * (images - grey)
        return np.clip(np.round(moved), 0, 255).astype(np.uint8)

    return change


def _blurred(images: np.ndarray) -> np.ndarray:
    return preprocessing.to_uint8_numpy(blur.gaussian(images))


def _sharpened(images: np.ndarray) -> np.ndarray:
    sharp = preprocessing.to_float_numpy(images)
    finer = sharp - blur.gaussian(images, _SHARPENED)
    return preprocessing.to_uint8_numpy(np.clip(sharp + finer, -1.0, 1.0))
