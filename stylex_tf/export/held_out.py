"""Keeps how a model does on held-out images, to judge single images by.

An explanation starts from the reconstruction of an image. Whether that means
anything for the image can be told from how far the reconstruction is from it,
and how far its styles lie from those that the model knows: both as the share of
held-out images that are nearer. An export carries the figures, so this imports
no TensorFlow.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

# The percentiles of the distances that are kept: 0 %, 1 %, ..., 100 %.
_SHARES = np.linspace(0.0, 1.0, 101)
# A coordinate that hardly moves must not decide everything.
_LEAST_SCALE = 1e-3


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """Figures of n held-out images.

    Attributes:
        images: n.
        style_mean: the mean of each of the T style coordinates, [T].
        style_scale: their standard deviations, [T].
        errors: the 0 % to 100 % quantiles of `errors_of`, [101].
        style_distances: the same of `style_distances_of`, [101].
    """

    images: int
    style_mean: np.ndarray
    style_scale: np.ndarray
    errors: np.ndarray
    style_distances: np.ndarray

    @classmethod
    def measure(
        cls, images: np.ndarray, reconstructions: np.ndarray, styles: np.ndarray
    ) -> "HeldOut":
        """Measures held-out images.

        The styles of one half say where styles lie, those of the other how far
        from there held-out images are: an image would be too near to a mean
        that it is part of.

        Args:
            images: uint8 [n, R, R, 3], at least two.
            reconstructions: the same.
            styles: the styles of all layers, [n, T].

        Raises:
            ValueError: there are fewer than two.
        """
        if len(images) < 2:
            raise ValueError(f"{len(images)} held-out images; expected two")
        half, other = styles[0::2], styles[1::2]
        mean = half.mean(axis=0, dtype=np.float64)
        deviation = half.std(axis=0, dtype=np.float64)
        scale = np.maximum(
            deviation, _LEAST_SCALE * max(float(deviation.max()), 1e-12)
        )
        return cls(
            images=len(images),
            style_mean=mean,
            style_scale=scale,
            errors=np.quantile(errors_of(images, reconstructions), _SHARES),
            style_distances=np.quantile(
                style_distances_of(other, mean, scale), _SHARES
            ),
        )

    def error_shares(
        self, images: np.ndarray, reconstructions: np.ndarray
    ) -> np.ndarray:
        """Returns which share of held-out images is rebuilt better, [N].

        Args:
            images: uint8 [N, R, R, 3].
            reconstructions: the same.
        """
        return _shares(errors_of(images, reconstructions), self.errors)

    def style_shares(self, styles: np.ndarray) -> np.ndarray:
        """Returns the share of held-out images whose styles are nearer, [N].

        Args:
            styles: the styles of all layers, [N, T].
        """
        distances = style_distances_of(
            styles, self.style_mean, self.style_scale
        )
        return _shares(distances, self.style_distances)

    def to_dict(self) -> dict[str, Any]:
        """Returns the figures as numbers and lists, which JSON can hold."""
        return {
            "images": self.images,
            **{
                name: np.asarray(getattr(self, name), np.float32).tolist()
                for name in _ARRAYS
            },
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "HeldOut":
        """Reads what `to_dict` made.

        Raises:
            KeyError, TypeError, ValueError: a field is missing, or is not of
                the right size.
        """
        arrays = {
            name: np.asarray(document[name], np.float64) for name in _ARRAYS
        }
        if arrays["style_mean"].shape != arrays["style_scale"].shape:
            raise ValueError("style_mean and style_scale differ in length")
        for name in ("errors", "style_distances"):
            if arrays[name].shape != _SHARES.shape:
                raise ValueError(
                    f"{name} has shape {arrays[name].shape}; expected "
                    f"{_SHARES.shape}"
                )
        return cls(images=int(document["images"]), **arrays)


_ARRAYS = ("style_mean", "style_scale", "errors", "style_distances")


def errors_of(images: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Returns the mean absolute difference of pixels, in [0, 1], [N].

    Args:
        images: uint8 [N, R, R, 3].
        reconstructions: the same.
    """
    difference = images.astype(np.float32) - reconstructions.astype(np.float32)
    return np.abs(difference).mean(axis=(1, 2, 3)) / 255.0


def style_distances_of(
    styles: np.ndarray, mean: np.ndarray, scale: np.ndarray
) -> np.ndarray:
    """Returns the root mean square of standardised coordinates, [N].

    Args:
        styles: [N, T].
        mean: [T].
        scale: [T].
    """
    standardised = (styles - mean) / scale
    return np.sqrt(np.square(standardised).mean(axis=1))


def _shares(values: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Returns the share of held-out values below each, [N]; 1 beyond all."""
    shares = np.interp(values, quantiles, _SHARES)
    # Where quantiles repeat, interpolation takes any of them.
    return np.where(values > quantiles[-1], 1.0, shares).astype(np.float32)
