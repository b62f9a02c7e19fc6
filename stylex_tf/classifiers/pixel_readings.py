"""Lists the ways in which classifiers are commonly given their pixels."""

import dataclasses
from collections.abc import Callable

import numpy as np

from stylex_tf.classifiers import adapter

# Of ImageNet, of pixels in [0, 255] and of those in [0, 1].
_MEAN_255 = np.array([123.68, 116.779, 103.939])
_MEAN = np.array([0.485, 0.456, 0.406])
_DEVIATION = np.array([0.229, 0.224, 0.225])
_RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))


@dataclasses.dataclass(frozen=True)
class Reading:
    """One way from bytes to pixels.

    Attributes:
        name: in words.
        pixels: images, 0 to 255 [N, H, W, 3], to what the classifier is given.
        remedy: what to do where this is the right one.
    """

    name: str
    pixels: Callable[[np.ndarray], np.ndarray]
    remedy: str


def others(classifier: adapter.Classifier) -> list[Reading]:
    """Returns the common readings but the declared one."""
    if classifier.input_dtype.is_integer:
        return []
    readings = [
        _range(low, high)
        for low, high in _RANGES
        if (low, high) != classifier.input_range
    ]
    if classifier.describe()["input_channels"] == 3:
        readings += [
            Reading(
                "blue before red",
                lambda x: _range(*classifier.input_range).pixels(x)[..., ::-1],
                _build_in("reverses the channels"),
            ),
            Reading(
                "ImageNet's mean taken off, blue before red",
                lambda x: (x - _MEAN_255)[..., ::-1],
                _build_in("is keras.applications.resnet.preprocess_input"),
            ),
            Reading(
                "ImageNet's mean and deviation taken out",
                lambda x: (x / 255.0 - _MEAN) / _DEVIATION,
                _build_in("is keras.applications.densenet.preprocess_input"),
            ),
        ]
    return readings


def as_images(classifier: adapter.Classifier, pixels: np.ndarray) -> np.ndarray:
    """Returns the images of which the classifier is given just these pixels.

    The way from images to pixels is linear, so that they may lie beyond
    [-1, 1].

    Args:
        classifier: whose declared range turns images into pixels.
        pixels: as it is to see them, [N, H, W, 3].
    """
    low, high = classifier.input_range
    return ((pixels - low) * (2.0 / (high - low)) - 1.0).astype(np.float32)


def _range(low: float, high: float) -> Reading:
    return Reading(
        f"pixels from {low:g} to {high:g}",
        lambda x: x / 255.0 * (high - low) + low,
        f"set classifier.input_range to ({low:g}., {high:g}.)",
    )


def _build_in(what: str) -> str:
    return (
        "save the model with this step inside (a first layer that "
        f"{what}), and classifier.input_range (0., 255.)"
    )
