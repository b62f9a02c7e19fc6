"""Measures how much of an image and its class the reconstruction keeps."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.evaluation import figure, record
from stylex_tf.ops import batching, preprocessing
from stylex_tf.search import model as model_lib

Function = Callable[[tf.Tensor], tf.Tensor]

CYCLES = 10
"""Images go so many times through encoder and generator."""

# Side of the window of SSIM, as published.
_WINDOW = 11


@dataclasses.dataclass(frozen=True, eq=False)
class Reconstruction:
    """Images passed through encoder and generator.

    Attributes:
        styles: [N, T].
        logits: the logits of the images, [N, K].
        reconstructed_logits: the logits of the reconstructions, [N, K].
        l1: mean absolute difference of each image in [-1, 1] units, [N].
        ssim: structural similarity of image and reconstruction, [N].
        perceptual: distance of their features, [N].
        extractor: the name of these features.
        cycled_logits: after 10 cycles, [N, K].
        cycled_l1: from the image itself after 10 cycles, [N].
    """

    styles: np.ndarray
    logits: np.ndarray
    reconstructed_logits: np.ndarray
    l1: np.ndarray
    ssim: np.ndarray | None = None
    perceptual: np.ndarray | None = None
    extractor: str | None = None
    cycled_logits: np.ndarray | None = None
    cycled_l1: np.ndarray | None = None

    @property
    def keeps_class(self) -> np.ndarray:
        """Tells which reconstructions keep their image's class, bool [N]."""
        return self._same_class(self.reconstructed_logits)

    def at(self, rows: np.ndarray) -> "Reconstruction":
        """Returns what is known of some of the images, by their numbers."""
        return dataclasses.replace(
            self,
            **{
                field.name: value[rows]
                for field in dataclasses.fields(self)
                if isinstance(value := getattr(self, field.name), np.ndarray)
            },
        )

    def figures(self) -> record.Reconstruction:
        """Returns the means over the images.

        `probability_change` is half of the sum over classes of |dp|: with two
        classes, |dp| of either.
        """
        moved = _softmax(self.reconstructed_logits) - _softmax(self.logits)
        cycled = None
        if self.cycled_logits is not None:
            cycled = figure.share_of(self._same_class(self.cycled_logits))
        return record.Reconstruction(
            agreement=figure.share_of(self.keeps_class),
            agreement_by_class=self._by_class(),
            # For two equal answers it may be rounded to below 0.
            kl=_mean(
                np.maximum(_kl(self.logits, self.reconstructed_logits), 0.0)
            ),
            probability_change=_mean(
                np.minimum(np.abs(moved).sum(axis=1) / 2, 1.0)
            ),
            l1=_mean(self.l1),
            ssim=_mean(self.ssim),
            perceptual=_mean(self.perceptual),
            agreement_cycled=cycled,
            l1_cycled=_mean(self.cycled_l1),
            extractor=self.extractor,
        )

    def _by_class(self) -> dict[str, figure.Figure]:
        """Returns the agreement of each class that an image is put in."""
        classes, kept = self.logits.argmax(axis=1), self.keeps_class
        return {
            str(index): figure.share_of(kept[classes == index])
            for index in np.unique(classes)
        }

    def _same_class(self, logits: np.ndarray) -> np.ndarray:
        return logits.argmax(axis=1) == self.logits.argmax(axis=1)


def reconstruct(
    encode: Function,
    model: model_lib.Model,
    images: np.ndarray,
    *,
    features: Callable[[tf.Tensor], Sequence[tf.Tensor]] | None = None,
    extractor: str | None = None,
    batch_size: int = 64,
) -> Reconstruction:
    """Encodes, generates and classifies images batch by batch.

    The pictures themselves are not kept: `generate(styles)` makes them again.
    A reconstruction is then encoded again, and so on, ten times in all: what
    a reconstruction loses, it loses again each time.

    Args:
        encode: images [B, H, W, 3] in [-1, 1] -> styles [B, T].
        model: its generator and classifier are asked.
        images: uint8 [N, H, W, 3].
        features: images -> feature maps, each [B, h, w, C], for the
            perceptual distance; None measures none.
        extractor: the name of these features.
        batch_size: images at once; the last batch is filled up.

    Raises:
        ValueError: there are no images, or they are not uint8; or only one of
            features and extractor is given.
    """
    if images.dtype != np.uint8 or images.ndim != 4 or not len(images):
        raise ValueError(
            f"images are {images.dtype} {images.shape}; "
            "expected uint8 [N, H, W, 3] with N > 0"
        )
    if (features is None) != (extractor is None):
        raise ValueError(
            f"extractor is {extractor!r}; expected a name with features, and "
            "none without"
        )
    window = min(_WINDOW, *images.shape[1:3])
    step = _compiled_step(encode, model, features, window)
    joined = batching.apply(step, images, batch_size=batch_size)
    return Reconstruction(**joined, extractor=extractor)


def _compiled_step(
    encode: Function,
    model: model_lib.Model,
    features: Callable[[tf.Tensor], Sequence[tf.Tensor]] | None,
    window: int,
) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
    """Returns what reconstructs one batch, uint8 [B, H, W, 3], and measures.

    Args:
        encode: as in `reconstruct`.
        model: as there.
        features: as there.
        window: height and width of what SSIM compares at a time, in pixels.
    """
    generate, classify = model.generate, model.classify

    # Its loop over cycles is Python's, which autograph makes one of the graph.
    @tf.function
    def step(batch: tf.Tensor) -> dict[str, tf.Tensor]:
        reals = preprocessing.to_float(batch)
        styles = encode(reals)
        # A loop's variable must have one shape, known from the start.
        rebuilt = tf.ensure_shape(generate(styles), reals.shape)
        out = {
            "styles": styles,
            "logits": classify(reals),
            "reconstructed_logits": classify(rebuilt),
            "l1": _l1(reals, rebuilt),
            # Wang et al. 2004; brightness is measured from black, so from 0.
            "ssim": tf.image.ssim(
                (reals + 1.0) / 2.0,
                (rebuilt + 1.0) / 2.0,
                max_val=1.0,
                filter_size=window,
            ),
        }
        if features is not None:
            out["perceptual"] = _perceptual(features(reals), features(rebuilt))
        for _ in tf.range(CYCLES - 1):
            rebuilt = tf.ensure_shape(generate(encode(rebuilt)), reals.shape)
        out["cycled_logits"] = classify(rebuilt)
        out["cycled_l1"] = _l1(reals, rebuilt)
        return out

    return step


def distances(
    images: np.ndarray,
    pictures: np.ndarray,
    features: Callable[[tf.Tensor], Sequence[tf.Tensor]],
    *,
    batch_size: int = 64,
) -> tuple[figure.Figure, figure.Figure]:
    """Measures pictures as reconstructions are: L1 and perceptual distance.

    Args:
        images: uint8 [N, H, W, 3].
        pictures: what became of them, float [N, H, W, 3] in [-1, 1].
        features: as in `reconstruct`.
        batch_size: images at once.
    """

    @tf.function(autograph=False, reduce_retracing=True)
    def of_batch(batch: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
        reals = preprocessing.to_float(batch)
        perceptual = _perceptual(features(reals), features(others))
        return tf.stack([_l1(reals, others), perceptual], axis=1)

    pair = batching.apply(
        of_batch, images, pictures.astype(np.float32), batch_size=batch_size
    )
    l1, perceptual = (
        figure.Figure(float(distance.mean()), len(images))
        for distance in pair.T
    )
    return l1, perceptual


def _l1(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.abs(a - b), axis=[1, 2, 3])


def _perceptual(
    features: Sequence[tf.Tensor], other: Sequence[tf.Tensor]
) -> tf.Tensor:
    """Sums the mean squared distance of unit features over layers, [B].

    The few lines of `losses/perceptual.py`, which is not for this folder: a
    measure must not change with a loss.
    """
    distances = []
    for a, b in zip(features, other, strict=True):
        a, b = (
            tf.math.l2_normalize(tf.cast(x, tf.float32), axis=-1, epsilon=1e-10)
            for x in (a, b)
        )
        per_pixel = tf.reduce_sum(tf.square(a - b), axis=-1)
        distances.append(tf.reduce_mean(per_pixel, axis=[1, 2]))
    return tf.add_n(distances)


def _mean(values: np.ndarray | None) -> figure.Figure | None:
    """Averages over images, [N]; None where there are none."""
    if values is None:
        return None
    return figure.Figure(float(values.mean()), len(values))


def _kl(logits: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Computes KL(softmax(logits) || softmax(other)), [N, K] twice -> [N]."""
    log_p, log_q = (_log_softmax(x.astype(np.float64)) for x in (logits, other))
    return (np.exp(log_p) * (log_p - log_q)).sum(axis=1)


def _softmax(x: np.ndarray) -> np.ndarray:
    return np.exp(_log_softmax(x.astype(np.float64)))


def _log_softmax(x: np.ndarray) -> np.ndarray:
    x = x - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))
