"""Measures whether images look real: KID and FID on any features."""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from stylex_tf.evaluation import figure, record
from stylex_tf.ops import batching, preprocessing

# Rows of the kernel matrix that are in memory at once.
_BLOCK = 1024


def measure(
    features: Callable[[tf.Tensor], tf.Tensor],
    reals: np.ndarray,
    other_reals: np.ndarray,
    generated: np.ndarray,
    *,
    extractor: str,
    others: Mapping[str, np.ndarray] | None = None,
    batch_size: int = 64,
) -> record.Realism:
    """Measures how far generated and edited images are from real ones.

    Beside both distances stands the floor that real images reach. All sets are
    cut to the smallest of the first three, since FID depends on their size.

    Args:
        features: images [B, H, W, 3] in [-1, 1] -> [B, D].
        reals: uint8 [N, H, W, 3], none of them the source of a generated image.
        other_reals: uint8 [M, H, W, 3], none of them in `reals`; best are the
            sources, which show what perfect reconstructions would reach.
        generated: float [L, H, W, 3] in [-1, 1].
        extractor: the name of the features.
        others: further sets, uint8 or float, by the field of `record.Realism`
            that is their KID; of fewer than two images there is none.
        batch_size: images at once.

    Returns:
        The figures, each with the number of images of its set.

    Raises:
        ValueError: images of the wrong kind, or fewer than two.
    """
    _check_images(reals, other_reals, generated)
    count = min(len(reals), len(other_reals), len(generated))

    of_batch = _of_pixels(features)

    def of_set(images: np.ndarray) -> np.ndarray:
        if images.dtype != np.uint8:
            images = images.astype(np.float32)
        return batching.apply(of_batch, images[:count], batch_size=batch_size)

    real, other, fake = map(of_set, (reals, other_reals, generated))

    def kid(features_of_set: np.ndarray) -> figure.Figure:
        distance = kernel_distance(real, features_of_set)
        return figure.Figure(distance, len(features_of_set))

    return record.Realism(
        kid=kid(fake),
        kid_floor=kid(other),
        fid=figure.Figure(frechet_distance(real, fake), count),
        fid_floor=figure.Figure(frechet_distance(real, other), count),
        extractor=extractor,
        **{
            name: kid(of_set(images))
            for name, images in (others or {}).items()
            if len(images) > 1
        },
    )


def _of_pixels(features: Callable[[tf.Tensor], tf.Tensor]):
    """Returns the same features of uint8 and of float images, compiled."""

    @tf.function(autograph=False, reduce_retracing=True)
    def of_batch(images: tf.Tensor) -> tf.Tensor:
        if images.dtype == tf.uint8:
            images = preprocessing.to_float(images)
        return features(images)

    return of_batch


def _check_images(
    reals: np.ndarray, other_reals: np.ndarray, generated: np.ndarray
) -> None:
    for name, images in (("reals", reals), ("other_reals", other_reals)):
        if images.dtype != np.uint8:
            raise ValueError(f"{name} are {images.dtype}; expected uint8")
    if min(len(reals), len(other_reals), len(generated)) < 2:
        raise ValueError(
            f"there are {len(reals)} reals, {len(other_reals)} other reals "
            f"and {len(generated)} generated images; expected at least 2"
        )


def kernel_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Estimates KID, the unbiased squared MMD, [N, D], [M, D].

    Binkowski et al. 2018 (https://arxiv.org/abs/1801.01401): with the kernel
    k(x, y) = (x . y / D + 1)^3, mean k over pairs of different a, plus the
    same of b, minus twice the mean of k(a, b). Unbiased whatever N and M:
    two sets from one distribution give 0 on average, so some less than 0.

    Raises:
        ValueError: a set has fewer than two rows, or the widths differ.
    """
    _check(a, b)
    within = [
        (_kernel_sum(x, x) - _kernel(np.sum(x * x, axis=1), x).sum())
        / (len(x) * (len(x) - 1))
        for x in (np.asarray(a, np.float64), np.asarray(b, np.float64))
    ]
    between = _kernel_sum(a, b) / (len(a) * len(b))
    return float(sum(within) - 2.0 * between)


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Computes FID, between gaussians fitted to [N, D], [M, D].

    Heusel et al. 2017 (https://arxiv.org/abs/1706.08500), equation 6:
    |mean_a - mean_b|^2 + Tr(C_a + C_b - 2 (C_a C_b)^(1/2)). It falls with
    the number of rows, so it says nothing without that number.

    Raises:
        ValueError: a set has fewer than two rows, or the widths differ.
    """
    _check(a, b)
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    cov_a, cov_b = (np.atleast_2d(np.cov(x, rowvar=False)) for x in (a, b))
    # C_a C_b has the eigenvalues of R C_b R, where R = C_a^(1/2); that
    # product is symmetric, so they come out real, and safe from rounding.
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    eigenvalues = np.linalg.eigvalsh(root @ cov_b @ root)
    trace_of_root = np.sqrt(np.maximum(eigenvalues, 0.0)).sum()
    means = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    distance = means + np.trace(cov_a) + np.trace(cov_b) - 2.0 * trace_of_root
    return max(0.0, float(distance))


def _kernel_sum(a: np.ndarray, b: np.ndarray) -> float:
    """Sums k over all pairs."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    return sum(
        float(_kernel(a[start : start + _BLOCK] @ b.T, a).sum())
        for start in range(0, len(a), _BLOCK)
    )


def _kernel(products: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Computes k from inner products of rows of `features`."""
    return (products / features.shape[1] + 1.0) ** 3


def _check(a: np.ndarray, b: np.ndarray) -> None:
    shapes = np.shape(a), np.shape(b)
    fits = all(len(shape) == 2 and shape[0] > 1 for shape in shapes)
    if not fits or shapes[0][1] != shapes[1][1]:
        raise ValueError(
            f"features have shapes {shapes[0]} and {shapes[1]}; expected "
            "[N, D] and [M, D] with N and M more than 1"
        )
