"""Draws and measures heat maps of Grad-CAM, by the package tf-keras-vis.

Selvaraju et al. 2017 (https://arxiv.org/abs/1610.02391): the maps of a layer,
weighted by the mean gradient of the class over each map, as far as the sum is
positive. A map is measured by what it claims: hiding the hottest pixels has to
turn the decision (deletion, Petsiuk et al. 2018,
https://arxiv.org/abs/1806.07421). What is hidden becomes a blurred picture,
since a grey patch is nothing that the classifier has ever seen.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from stylex_tf import errors
from stylex_tf.evaluation import blur
from stylex_tf.ops import preprocessing

HOW = (
    "Grad-CAM comes from tf-keras-vis: pip install tf-keras-vis==0.8.7 in a "
    "Python environment that has requirements.lock, and name that Python in "
    "STYLEX_PYTHON"
)

SHARES = (0.1, 0.2, 0.4)
"""So much of a picture is hidden."""

SIGMA = 4.0
"""Pixels, of the Gaussian that hides."""

_DRAWS = 5
# A map of fewer positions has no place to point at.
_LEAST_SIDE = 2
_FINER_SIDE = 8
_RED = np.array([226.0, 58.0, 20.0])


def check() -> None:
    """Raises UserError, before long work, where the package is missing."""
    _library()


def _library() -> Any:
    try:
        from tf_keras_vis import gradcam
    except ImportError as error:
        raise errors.UserError(HOW) from error
    return gradcam.Gradcam


def layers(model: keras.Model) -> dict[str, tuple[str, int]]:
    """Chooses the layers to look at: the last one, and the last finer one.

    Args:
        model: made of layers.

    Returns:
        `last` and, where it is another, `finer` (8 x 8 positions or more):
        the layer's name and its side in positions.

    Raises:
        UserError: no layer has a map.
    """
    chosen: dict[str, tuple[str, int]] = {}
    for layer in reversed(model.layers):
        shape = tuple(getattr(layer.output, "shape", ()))
        square = len(shape) == 4 and shape[1] == shape[2] and shape[1]
        # Padding shifts the map against the picture.
        if not square or isinstance(layer, keras.layers.ZeroPadding2D):
            continue
        if shape[1] >= _LEAST_SIDE and not chosen:
            chosen["last"] = (layer.name, int(shape[1]))
        if shape[1] >= _FINER_SIDE:
            if chosen["last"][0] != layer.name:
                chosen["finer"] = (layer.name, int(shape[1]))
            return chosen
    if not chosen:
        raise errors.UserError(
            "Grad-CAM needs a classifier with maps of 2 x 2 or more in one of "
            f"its layers; this one ({model.name}) has none"
        )
    return chosen


def heat_maps(
    model: keras.Model, layer: str, pixels: np.ndarray, classes: np.ndarray
) -> np.ndarray:
    """Asks the package why each image is of its class.

    Args:
        model: the classifier, of two or more scores.
        layer: the name of the layer.
        pixels: as the classifier takes them, float32 [N, H, W, C].
        classes: one an image, [N].

    Returns:
        The heat from 0 to 1, float32 [N, H, W]; all 0 where nothing speaks for
        the class.
    """
    asked = _library()(model, clone=True)

    def score(output: tf.Tensor) -> tf.Tensor:
        return tf.gather(output, classes, batch_dims=1)

    maps = asked(
        score,
        pixels,
        penultimate_layer=layer,
        # A layer's activations, and not the nearest convolution before them.
        seek_penultimate_conv_layer=False,
    )
    # The package divides by the hottest, which is 0 where nothing speaks.
    return np.nan_to_num(np.asarray(maps, np.float32))


def paint(images: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Lays heat over pictures: the hotter, the redder.

    Args:
        images: uint8 [N, H, W, 3].
        maps: from 0 to 1, [N, H, W].

    Returns:
        uint8 [N, H, W, 3].
    """
    heat = 0.75 * maps[..., None]
    return np.round(images + (_RED - images) * heat).astype(np.uint8)


def hottest(maps: np.ndarray, share: float, *, seed: int) -> np.ndarray:
    """Marks the hottest share of each map's pixels, bool [N, H, W].

    Args:
        maps: [N, H, W].
        share: of the pixels.
        seed: of the draw among pixels that are equally hot.
    """
    flat = maps.reshape(len(maps), -1).astype(np.float64)
    ties = np.random.default_rng(seed).random(flat.shape)
    order = np.lexsort((ties, -flat), axis=1)
    marked = np.zeros(flat.shape, bool)
    count = round(share * flat.shape[1])
    np.put_along_axis(marked, order[:, :count], True, axis=1)
    return marked.reshape(maps.shape)


def hide(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Puts the blurred picture in place of the marked pixels.

    Args:
        images: uint8 [N, H, W, 3].
        masks: bool [N, H, W].
    """
    blurred = preprocessing.to_uint8_numpy(blur.gaussian(images, SIGMA))
    return np.where(masks[..., None], blurred, images)


@dataclasses.dataclass(frozen=True)
class Hidden:
    """Shares of decisions that hiding pixels turns, one for each of `SHARES`.

    Attributes:
        hottest: the hottest pixels of the image's own map.
        of_another: the hottest pixels of the next image's map.
        random: as many random pixels, mean of five draws.
        everything: the whole picture is blurred.
        empty: images whose map has no heat at all.
        n: images.
    """

    hottest: tuple[float, ...]
    of_another: tuple[float, ...]
    random: tuple[float, ...]
    everything: float
    empty: float
    n: int


def deletion(
    decide: Callable[[np.ndarray], np.ndarray],
    images: np.ndarray,
    maps: np.ndarray,
    *,
    seed: int,
) -> Hidden:
    """Measures how many decisions turn when the hottest pixels are hidden.

    Args:
        decide: uint8 [N, H, W, 3] to classes, [N].
        images: uint8 [N, H, W, 3].
        maps: theirs, [N, H, W].
        seed: of the random pixels.
    """
    before = decide(images)

    def turned(masks: np.ndarray) -> float:
        return float((decide(hide(images, masks)) != before).mean())

    def of_maps(given: np.ndarray, draw: int = 0) -> list[float]:
        return [
            turned(hottest(given, share, seed=seed + draw)) for share in SHARES
        ]

    nothing = np.zeros_like(maps)
    drawn = [of_maps(nothing, draw) for draw in range(_DRAWS)]
    return Hidden(
        hottest=tuple(of_maps(maps)),
        of_another=tuple(of_maps(np.roll(maps, -1, axis=0))),
        random=tuple(np.mean(drawn, axis=0).tolist()),
        everything=turned(np.ones(maps.shape, bool)),
        empty=float((maps.max(axis=(1, 2)) == 0).mean()),
        n=len(images),
    )


def under_heat(
    change: np.ndarray, maps: np.ndarray, share: float, *, seed: int
) -> float:
    """Returns the share of a change that lies on the hottest pixels.

    Args:
        change: how far an edit moves each pixel, at least 0, [N, H, W].
        maps: of the same images, [N, H, W].
        share: of the pixels that count as hot; the answer is as large where
            heat and change have nothing to do with one another.
        seed: as in `hottest`.
    """
    total = change.sum(axis=(1, 2))
    on = np.where(hottest(maps, share, seed=seed), change, 0).sum(axis=(1, 2))
    moved = total > 0
    return float((on[moved] / total[moved]).mean())
