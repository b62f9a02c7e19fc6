"""Tells how far an image is from those that a model was trained on.

Measured in what a network that has seen photographs makes of it
(`photo_features.py`), so it does not matter how well the model rebuilds it.
"""

import base64
import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from stylex_tf.export import photo_features

# How much of a covariance is taken from its diagonal: there may be fewer images
# than features.
_SHRINKAGE = 0.1
# A feature that hardly moves must not decide everything.
_LEAST_SCALE = 1e-3
_CHANNELS = photo_features.MEANS.stop


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Familiarity:
    """Where training images lie among features, and where their negatives.

    Attributes:
        mean: the mean of each feature, float32 [F].
        scale: their standard deviations, float32 [F].
        whitening: lower triangle, by which the C means of channels, so
            standardised, have covariance 1 and are independent, [C, C].
        to_negatives: along it, training images and their negatives are told
            apart best, float32 [F].
    """

    mean: np.ndarray
    scale: np.ndarray
    whitening: np.ndarray
    to_negatives: np.ndarray

    @classmethod
    def fit(cls, features: np.ndarray, negatives: np.ndarray) -> "Familiarity":
        """Learns from training images.

        Args:
            features: what `photo_features` makes of them, [N, F].
            negatives: the same of their negatives, 255 - image.
        """
        mean, scale = mean_and_scale(features)
        known, turned = (features - mean) / scale, (negatives - mean) / scale
        covariance = _shrunk(_covariance(known[:, photo_features.MEANS]))
        whitening = np.linalg.cholesky(np.linalg.inv(covariance))
        # Fisher's linear discriminant.
        within = _shrunk((_covariance(known) + _covariance(turned)) / 2)
        direction = np.linalg.solve(
            within, turned.mean(axis=0) - known.mean(axis=0)
        )
        direction /= max(float(np.linalg.norm(direction)), 1e-12)
        return cls(
            mean=mean.astype(np.float32),
            scale=scale.astype(np.float32),
            # As it is kept.
            whitening=whitening.astype(np.float16).astype(np.float32),
            to_negatives=direction.astype(np.float32),
        )

    def distances(self, features: np.ndarray) -> np.ndarray:
        """Returns the log of the Mahalanobis distance to training images, [N].

        Lee et al. 2018 (https://arxiv.org/abs/1807.03888), for one class. Its
        logarithm is spread more evenly.

        Args:
            features: [N, F].
        """
        means = self._standardised(features)[:, photo_features.MEANS]
        squares = np.square(means @ self.whitening).sum(axis=1)
        return np.log(np.maximum(squares, 1e-12)) / 2

    def negative_scores(self, features: np.ndarray) -> np.ndarray:
        """Returns how far an image is to the side of negatives, [N].

        Args:
            features: [N, F].
        """
        scores: np.ndarray = self._standardised(features) @ self.to_negatives
        return scores

    def _standardised(self, features: np.ndarray) -> np.ndarray:
        return (features - self.mean) / self.scale

    def to_dict(self) -> dict[str, str]:
        """Returns base64 of the numbers, little-endian, by field.

        The triangle is kept in float16, row by row; all others in float32.
        """
        rows, columns = np.tril_indices(_CHANNELS)
        return {
            "whitening": _text(self.whitening[rows, columns], "<f2"),
            **{name: _text(getattr(self, name), "<f4") for name in _VECTORS},
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> "Familiarity":
        """Reads what `to_dict` made.

        Raises:
            KeyError, TypeError, ValueError: a field is missing, or is not of
                the right size.
        """
        rows, columns = np.tril_indices(_CHANNELS)
        whitening = np.zeros([_CHANNELS, _CHANNELS], np.float32)
        whitening[rows, columns] = _numbers(
            document, "whitening", "<f2", len(rows)
        )
        return cls(
            whitening=whitening,
            **{
                name: _numbers(document, name, "<f4", photo_features.WIDTH)
                for name in _VECTORS
            },
        )


_VECTORS = ("mean", "scale", "to_negatives")


def mean_and_scale(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns mean and standard deviation of each column, float64 [F] twice.

    A deviation is at least a thousandth of the largest: a column that hardly
    moves must not decide everything.

    Args:
        rows: [N, F].
    """
    deviation = rows.std(axis=0, dtype=np.float64)
    least = _LEAST_SCALE * max(float(deviation.max()), 1e-12)
    return rows.mean(axis=0, dtype=np.float64), np.maximum(deviation, least)


def _covariance(standardised: np.ndarray) -> np.ndarray:
    """Returns the covariance of features, [N, F] -> [F, F]."""
    centred = standardised - standardised.mean(axis=0)
    return centred.T @ centred / len(centred)


def _shrunk(covariance: np.ndarray) -> np.ndarray:
    """Moves a covariance towards its diagonal, which is never 0."""
    diagonal = np.maximum(np.diag(covariance), _LEAST_SCALE**2)
    return (1 - _SHRINKAGE) * covariance + _SHRINKAGE * np.diag(diagonal)


def _text(numbers: np.ndarray, dtype: str) -> str:
    return base64.b64encode(numbers.astype(dtype).tobytes()).decode()


def _numbers(
    document: Mapping[str, Any], name: str, dtype: str, count: int
) -> np.ndarray:
    content = base64.b64decode(document[name], validate=True)
    if len(content) != count * np.dtype(dtype).itemsize:
        raise ValueError(
            f"{name} has {len(content)} bytes; expected {count} numbers"
        )
    read = np.frombuffer(content, dtype).astype(np.float32)
    if not np.all(np.isfinite(read)):
        raise ValueError(f"{name} is not finite everywhere")
    return read
