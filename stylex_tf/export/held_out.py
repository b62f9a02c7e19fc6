"""Keeps how a model does on held-out images, to judge single images by.

An explanation starts from the reconstruction of an image. Whether that means
anything for the image is told by four distances: of the reconstruction from the
image; of its styles from those of training images; and two in the features that
a network which has seen photographs computes: how far the image is from
training images, and how far it lies to the side of their negatives. All are
compared with held-out images, which the distances were not fitted on. Foreign
is what is far in any of the four; the largest of them is compared with the
largest of held-out images, so that the share of these that are called foreign
is known, however many distances there are. It is the conformal p-value of Bates
et al. 2023 (https://arxiv.org/abs/2104.08279).

An export carries the figures, so this imports no TensorFlow.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stylex_tf.export import familiarity as familiarity_lib
from stylex_tf.export import photo_features

# The percentiles of the distances that are kept: 0 %, 1 %, ..., 100 %.
_SHARES = np.linspace(0.0, 1.0, 101)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Known:
    """What the model makes of M images that it was trained on.

    Attributes:
        styles: the styles of all layers, [M, T].
        features: what `photo_features` makes of the images, [M, F].
        negatives: the same of their negatives, 255 - image.
    """

    styles: np.ndarray
    features: np.ndarray
    negatives: np.ndarray


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Sight:
    """How foreign n held-out images look, in four regards together.

    Attributes:
        familiarity: where training images lie.
        distances: the 0 % to 100 % quantiles of its `distances`, [101].
        negative_scores: the same of its `negative_scores`, [101].
        foreignness: the same of the largest of the four, in standing, [101].
    """

    familiarity: familiarity_lib.Familiarity
    distances: np.ndarray
    negative_scores: np.ndarray
    foreignness: np.ndarray


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """Figures of n held-out images.

    Attributes:
        images: n.
        style_mean: the mean of each of the T style coordinates, [T].
        style_scale: their standard deviations, [T].
        errors: the 0 % to 100 % quantiles of `errors_of`, [101].
        style_distances: the same of `style_distances_of`, [101].
        sight: how foreign they look; None: the export is from before that was
            measured.
    """

    images: int
    style_mean: np.ndarray
    style_scale: np.ndarray
    errors: np.ndarray
    style_distances: np.ndarray
    sight: Sight | None = None

    @classmethod
    def measure(
        cls,
        images: np.ndarray,
        reconstructions: np.ndarray,
        styles: np.ndarray,
        *,
        features: np.ndarray | None = None,
        known: Known | None = None,
    ) -> "HeldOut":
        """Measures held-out images.

        Where styles lie is told by images that are known; without them by one
        half of the images, and how far from there by the other half: an image
        would be too near to a mean that it is part of.

        Args:
            images: uint8 [n, R, R, 3], at least two.
            reconstructions: the same.
            styles: the styles of all layers, [n, T].
            features: what `photo_features` makes of the images, [n, F]; needed
                where `known` is given.
            known: other images, which the model was trained on; without them
                there is no `sight`.

        Raises:
            ValueError: there are fewer than two.
        """
        if len(images) < 2:
            raise ValueError(f"{len(images)} held-out images; expected two")
        if known is None:
            near, others = styles[0::2], styles[1::2]
        else:
            near, others = known.styles, styles
        mean, scale = familiarity_lib.mean_and_scale(near)
        errors = errors_of(images, reconstructions)
        distances = style_distances_of(others, mean, scale)
        figures = cls(
            images=len(images),
            style_mean=mean,
            style_scale=scale,
            errors=np.quantile(errors, _SHARES),
            style_distances=np.quantile(distances, _SHARES),
        )
        if known is None or features is None:
            return figures
        measured = {"reconstruction": errors, "styles": distances}
        return dataclasses.replace(
            figures, sight=_measure_sight(measured, features, known)
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

    def standings(
        self,
        images: np.ndarray,
        reconstructions: np.ndarray,
        styles: np.ndarray,
    ) -> dict[str, np.ndarray] | None:
        """Returns where images stand among held-out ones, in four regards.

        0 is the median of held-out images, 1 is where the twentieth part of
        them begins that is furthest.

        Args:
            images: uint8 [N, R, R, 3].
            reconstructions: the same.
            styles: the styles of all layers, [N, T].

        Returns:
            [N] for "reconstruction", "styles", "photographs" (how far from
            training images) and "negatives" (how far to their side); None
            where the export has no `sight`.
        """
        if self.sight is None:
            return None
        features = photo_features.of(images)
        known = self.sight.familiarity
        return {
            name: _standings(values, quantiles)
            for name, values, quantiles in (
                (
                    "reconstruction",
                    errors_of(images, reconstructions),
                    self.errors,
                ),
                (
                    "styles",
                    style_distances_of(
                        styles, self.style_mean, self.style_scale
                    ),
                    self.style_distances,
                ),
                (
                    "photographs",
                    known.distances(features),
                    self.sight.distances,
                ),
                (
                    "negatives",
                    known.negative_scores(features),
                    self.sight.negative_scores,
                ),
            )
        }

    def shares(
        self,
        images: np.ndarray,
        reconstructions: np.ndarray,
        styles: np.ndarray,
    ) -> dict[str, np.ndarray]:
        """Returns the shares of held-out images that lie nearer.

        Args:
            images: uint8 [N, R, R, 3].
            reconstructions: the same.
            styles: the styles of all layers, [N, T].

        Returns:
            float32 [N] for "error_shares", "style_shares" and, where the export
            has `sight`, "foreign_shares": of the largest of four standings.
        """
        shares = {
            "error_shares": self.error_shares(images, reconstructions),
            "style_shares": self.style_shares(styles),
        }
        standings = self.standings(images, reconstructions, styles)
        if standings is not None:
            shares["foreign_shares"] = self.foreign_shares(standings)
        return shares

    def foreign_shares(self, standings: Mapping[str, np.ndarray]) -> np.ndarray:
        """Returns the share of held-out images that are less foreign, [N].

        Args:
            standings: what `standings` returned.

        Raises:
            ValueError: the export has no `sight`.
        """
        if self.sight is None:
            raise ValueError("these figures do not tell what is foreign")
        furthest = np.max(list(standings.values()), axis=0)
        return _shares(furthest, self.sight.foreignness)

    def to_dict(self) -> dict[str, Any]:
        """Returns the figures as numbers and lists, which JSON can hold."""
        document = {"images": self.images, **_lists(self, _ARRAYS)}
        if self.sight is not None:
            document["sight"] = {
                **_lists(self.sight, _QUANTILES),
                "familiarity": self.sight.familiarity.to_dict(),
            }
        return document

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
            _check_quantiles(name, arrays[name])
        sight = document.get("sight")
        return cls(
            images=int(document["images"]),
            sight=None if sight is None else _read_sight(sight),
            **arrays,
        )


_ARRAYS = ("style_mean", "style_scale", "errors", "style_distances")
_QUANTILES = ("distances", "negative_scores", "foreignness")


def _measure_sight(
    measured: Mapping[str, np.ndarray], features: np.ndarray, known: Known
) -> Sight:
    """Measures held-out images by training images.

    Args:
        measured: the distances of two regards, [n] each.
        features: the features of the held-out images, [n, F].
        known: training images.
    """
    familiarity = familiarity_lib.Familiarity.fit(
        known.features, known.negatives
    )
    distances = familiarity.distances(features)
    scores = familiarity.negative_scores(features)
    standings = [
        _standings(values, np.quantile(values, _SHARES))
        for values in (*measured.values(), distances, scores)
    ]
    return Sight(
        familiarity=familiarity,
        distances=np.quantile(distances, _SHARES),
        negative_scores=np.quantile(scores, _SHARES),
        # A new image is as likely the furthest as each of the n.
        foreignness=np.quantile(
            np.max(standings, axis=0), _SHARES, method="weibull"
        ),
    )


def _read_sight(document: Mapping[str, Any]) -> Sight:
    quantiles = {
        name: np.asarray(document[name], np.float64) for name in _QUANTILES
    }
    for name, values in quantiles.items():
        _check_quantiles(name, values)
    return Sight(
        familiarity=familiarity_lib.Familiarity.from_dict(
            document["familiarity"]
        ),
        **quantiles,
    )


def _check_quantiles(name: str, values: np.ndarray) -> None:
    if values.shape != _SHARES.shape:
        raise ValueError(
            f"{name} has shape {values.shape}; expected {_SHARES.shape}"
        )


def _lists(figures: Any, names: Sequence[str]) -> dict[str, Any]:
    return {
        name: np.asarray(getattr(figures, name), np.float32).tolist()
        for name in names
    }


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


def _standings(values: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Counts from the median, in steps as far as from there to the 95 %."""
    median, far = quantiles[50], quantiles[95]
    return (values - median) / max(float(far - median), 1e-12)


def _shares(values: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Returns the share of held-out values below each, [N]; 1 beyond all."""
    shares = np.interp(values, quantiles, _SHARES)
    # Where quantiles repeat, interpolation takes any of them.
    return np.where(values > quantiles[-1], 1.0, shares).astype(np.float32)
