"""Measures held-out images during training.

Everything is measured with what training has at hand: the distances by the
features of its own loss, KID by the same. A second classifier, which judges
the finished run in evaluation.json, may not exist yet.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf import config
from stylex_tf.evaluation import realism
from stylex_tf.losses import classification, perceptual, reconstruction
from stylex_tf.ops import batching, preprocessing

IMAGES = 256
"""At most so many images: a validation costs as much as a few steps."""

# The spread of a class's pictures is measured on so many pixels a side.
_THUMBNAIL = 16
# Measured for each image, so also for each class; perceptual with features.
_TERMS: Sequence[str] = ("agreement", "kl", "l1", "perceptual")

Arrays = Mapping[str, np.ndarray]


class HeldOut:
    """Figures of a fixed set of held-out images, measured again and again.

    Classes are those that the classifier gives the images: these are what
    reconstructions have to keep.
    """

    # More than seven parameters: what to measure, and by which functions.
    def __init__(
        self,
        images: np.ndarray,
        training_images: np.ndarray,
        *,
        rebuild: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
        classify: Callable[[tf.Tensor], tuple[tf.Tensor, Sequence[tf.Tensor]]],
        features: Callable[[tf.Tensor], Sequence[tf.Tensor]] | None,
        weights: config.LossConfig,
        class_names: Sequence[str],
        batch_size: int,
    ):
        """Measures what does not change in training.

        Args:
            images: held-out images, uint8 [N, H, W, 3].
            training_images: as many training images, which KID compares with.
            rebuild: images [B, H, W, 3] in [-1, 1] and the classifier's
                logits of them, [B, K], to reconstructions.
            classify: images to logits, and to feature maps [B, h, w, C],
                none where the classifier shows none.
            features: images to the feature maps to measure with; None takes
                those of `classify`.
            weights: the weights of the losses, for the score.
            class_names: the names of the classifier's K classes.
            batch_size: images at once.
        """
        self._rebuild = rebuild
        self._classify = classify
        self._own_features = features
        self._weights = weights
        self._class_names = class_names
        self._images = images
        self._batch_size = min(batch_size, len(images))
        self._look = tf.function(self._of_images, autograph=False)
        self._compare = tf.function(self._of_pairs, autograph=False)
        self._known = self._look_at(images)
        self._classes = self._known["logits"].argmax(axis=1)
        self._neighbours = _neighbours(self._classes)
        self._l1_of_mean_image = _l1_of_mean_image(images)
        self._trained = self._look_at(training_images)

    def _look_at(self, images: np.ndarray) -> dict[str, np.ndarray]:
        return batching.apply(self._look, images, batch_size=self._batch_size)

    def measure(self) -> dict[str, float]:
        """Returns the figures of the networks as they are now, by name."""
        measured = batching.apply(
            self._compare,
            self._images,
            self._images[self._neighbours],
            self._known["logits"],
            batch_size=self._batch_size,
        )
        terms = [name for name in _TERMS if name in measured]
        figures: dict[str, float] = {
            name: float(measured[name].mean()) for name in terms
        }
        figures["score"] = self._score(figures)
        figures["l1_of_mean_image"] = self._l1_of_mean_image
        others = self._neighbours != np.arange(len(self._images))
        if others.any():
            of_another = measured["l1_of_another_image"][others]
            figures["l1_of_another_image"] = float(of_another.mean())
        figures |= self._distances(measured)
        figures["images"] = len(self._images)
        for index, name in enumerate(self._class_names):
            rows = self._classes == index
            if rows.any():
                of_class = {term: measured[term][rows].mean() for term in terms}
                of_class["images"] = rows.sum()
                of_class |= self._diversity(measured, rows)
                figures |= {
                    f"{term}/{name}": float(value)
                    for term, value in of_class.items()
                }
        return {f"validation/{name}": x for name, x in figures.items()}

    def _score(self, figures: Mapping[str, float]) -> float:
        """Adds up what the generator minimises, as far as it is of an image."""
        weights = self._weights
        return (
            weights.l1 * figures["l1"]
            + weights.perceptual * figures.get("perceptual", 0.0)
            + weights.classification * figures["kl"]
        )

    def _distances(self, measured: Arrays) -> dict[str, float]:
        """Measures the KID of reconstructions, and its floor."""
        if "embedding" not in measured or len(self._images) < 2:
            return {}
        reals = self._trained["embedding"]
        return {
            "kid": realism.kernel_distance(reals, measured["embedding"]),
            "kid_floor": realism.kernel_distance(
                reals, self._known["embedding"]
            ),
        }

    def _diversity(
        self, measured: Arrays, rows: np.ndarray
    ) -> dict[str, float]:
        """Compares the spread of a class's reconstructions and images."""
        spread, full = (
            float(np.sqrt(answers["thumbnail"][rows].var(axis=0).sum()))
            for answers in (measured, self._known)
        )
        return {"diversity": spread / full} if full else {}

    def _of_images(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        reals = preprocessing.to_float(images)
        logits, maps = self._classify(reals)
        out = {"logits": logits, "thumbnail": _thumbnail(reals)}
        return out | _embedding(self._features(reals, maps))

    def _of_pairs(
        self, images: tf.Tensor, others: tf.Tensor, logits: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        reals, others = map(preprocessing.to_float, (images, others))
        # What is shown is what is measured: no colour goes beyond white.
        rebuilt = tf.clip_by_value(self._rebuild(reals, logits), -1.0, 1.0)
        new_logits, new_maps = self._classify(rebuilt)
        same = tf.equal(tf.argmax(logits, -1), tf.argmax(new_logits, -1))
        out = {
            "agreement": tf.cast(same, tf.float32),
            "kl": classification.kl_divergence(logits, new_logits),
            "l1": reconstruction.l1(reals, rebuilt),
            "l1_of_another_image": reconstruction.l1(others, rebuilt),
            "thumbnail": _thumbnail(rebuilt),
        }
        maps = self._features(reals, self._classify(reals)[1])
        new_maps = self._features(rebuilt, new_maps)
        if maps:
            out["perceptual"] = perceptual.perceptual_distance(maps, new_maps)
        return out | _embedding(new_maps)

    def _features(
        self, images: tf.Tensor, maps: Sequence[tf.Tensor]
    ) -> Sequence[tf.Tensor]:
        return self._own_features(images) if self._own_features else maps


def _embedding(maps: Sequence[tf.Tensor]) -> dict[str, tf.Tensor]:
    """Averages the last feature map over space, [B, D], if there is one."""
    if not maps:
        return {}
    last = tf.cast(maps[-1], tf.float32)
    return {"embedding": tf.reduce_mean(last, axis=[1, 2])}


def _thumbnail(images: tf.Tensor) -> tf.Tensor:
    """Shrinks [B, H, W, 3] to [B, 16, 16, 3], so that all can be kept."""
    factor = images.shape[1] // _THUMBNAIL
    return tf.nn.avg_pool2d(images, factor, factor, "VALID")


def _neighbours(classes: np.ndarray) -> np.ndarray:
    """Finds the next image of each one's class, or itself if alone."""
    neighbours = np.arange(len(classes))
    for measured in np.unique(classes):
        rows = np.flatnonzero(classes == measured)
        neighbours[rows] = np.roll(rows, -1)
    return neighbours


def _l1_of_mean_image(images: np.ndarray) -> float:
    """Returns the mean L1 distance of the images from their mean."""
    mean = images.mean(axis=0)
    return float(np.mean([np.abs(x - mean).mean() for x in images]) / 127.5)
