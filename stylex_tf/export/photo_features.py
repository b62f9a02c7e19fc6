"""Computes what a network that has seen photographs makes of images, in NumPy.

It is `stylex_tf/models/photo_backbone.py` once more, with the same weights, for
those who ask a model without TensorFlow. What is kept of its maps: the mean and
the standard deviation of every channel, and the deepest map at 3 x 3 places.
"""

import functools
import pathlib
from collections.abc import Sequence

import numpy as np

_CHANNELS = (16, 24, 32, 96)
# Places a side of the deepest map.
_PLACES = 3

MEANS = slice(0, sum(_CHANNELS))
"""Which features are means of channels."""

WIDTH = 2 * sum(_CHANNELS) + _PLACES**2 * _CHANNELS[-1]
"""Features of an image: means, deviations, places; F in shapes."""

SIDES = (16, 64)
"""Smaller images are enlarged to the first, larger ones made as small."""

_WEIGHTS = pathlib.Path(__file__).parents[1] / "models" / "photo_backbone.npz"
_BLOCKS = 13
_TAPS = (0, 2, 5, 12)
_HALVING = (1, 3, 6)
# At once: the widest maps of an image take 1 MB.
_AT_ONCE = 16


def of(images: np.ndarray) -> np.ndarray:
    """Returns the features of images, float32 [N, WIDTH].

    Args:
        images: uint8 [N, R, R, 3]; R is a power of two.
    """
    parts = [
        summed_up(_maps(seen(images[start : start + _AT_ONCE])))
        for start in range(0, len(images), _AT_ONCE)
    ]
    return np.concatenate([np.zeros([0, WIDTH], np.float32), *parts])


def seen(images: np.ndarray) -> np.ndarray:
    """Returns images as the network sees them, of a side between SIDES.

    Args:
        images: uint8 [N, R, R, 3].

    Returns:
        float32 in [-1, 1].
    """
    pixels = images.astype(np.float32) / np.float32(127.5) - np.float32(1.0)
    count, size = images.shape[:2]
    times = max(1, SIDES[0] // size)
    pixels = pixels.repeat(times, axis=1).repeat(times, axis=2)
    side = min(size * times, SIDES[1])
    part = size * times // side
    cut = pixels.reshape(count, side, part, side, part, 3)
    return cut.mean(axis=(2, 4))


def summed_up(maps: Sequence[np.ndarray]) -> np.ndarray:
    """Returns the features that the four maps make, [N, WIDTH].

    Args:
        maps: [N, h, w, C] each.
    """
    means = [of.mean(axis=(1, 2)) for of in maps]
    deviations = [of.std(axis=(1, 2)) for of in maps]
    places = _places(maps[-1]).reshape(len(maps[-1]), -1)
    return np.concatenate([*means, *deviations, places], axis=1)


def _places(deepest: np.ndarray) -> np.ndarray:
    """Returns the means of equal parts of a map, [N, 3, 3, C].

    Where its side is no multiple of 3, as with the smallest images, each pixel
    counts for three.
    """
    if deepest.shape[1] % _PLACES:
        deepest = deepest.repeat(_PLACES, axis=1).repeat(_PLACES, axis=2)
    count, size, _, channels = deepest.shape
    part = size // _PLACES
    cut = deepest.reshape(count, _PLACES, part, _PLACES, part, channels)
    return cut.mean(axis=(2, 4))


def _maps(x: np.ndarray) -> list[np.ndarray]:
    """Returns the four maps of images in [-1, 1], [N, h, w, C] each."""
    enlarge = _bilinear(x.shape[1], 2 * (3 * x.shape[1] // 4))
    x = np.einsum("ah,nhwc->nawc", enlarge, x, optimize=True)
    x = np.einsum("bw,nawc->nabc", enlarge, x, optimize=True)
    x = _relu6(_conv(x, "stem", stride=2))
    maps = []
    for block in range(_BLOCKS):
        name, stride = f"b{block}", 2 if block in _HALVING else 1
        y = x
        if f"{name}/expand/kernel" in _weights():
            y = _relu6(_pointwise(y, f"{name}/expand"))
        y = _relu6(_conv(y, f"{name}/depthwise", stride=stride))
        y = _pointwise(y, f"{name}/project")
        x = x + y if x.shape == y.shape else y
        if block in _TAPS:
            maps.append(x)
    return maps


def _pointwise(x: np.ndarray, name: str) -> np.ndarray:
    return x @ _weights()[f"{name}/kernel"][0, 0] + _weights()[f"{name}/bias"]


def _conv(x: np.ndarray, name: str, *, stride: int) -> np.ndarray:
    """Convolves by a 3 x 3 kernel, or each channel by one of its own."""
    kernel = _weights()[f"{name}/kernel"]
    each = name.endswith("depthwise")
    side = x.shape[1] // stride
    # A stride of 2 pads below and to the right alone.
    before = 1 if stride == 1 else 0
    x = np.pad(x, [(0, 0), (before, 1), (before, 1), (0, 0)])
    y = np.broadcast_to(
        _weights()[f"{name}/bias"], [len(x), side, side, _width(kernel, each)]
    ).copy()
    for i in range(3):
        for j in range(3):
            part = x[:, i:, j:][:, ::stride, ::stride][:, :side, :side]
            tap = kernel[i, j]
            y += part * tap[:, 0] if each else part @ tap
    return y


def _width(kernel: np.ndarray, each: bool) -> int:
    return kernel.shape[2] if each else kernel.shape[3]


def _relu6(x: np.ndarray) -> np.ndarray:
    return np.clip(x, 0.0, 6.0)


def _bilinear(size: int, wanted: int) -> np.ndarray:
    """Returns the matrix that resizes a side bilinearly, [wanted, size]."""
    places = (np.arange(wanted) + 0.5) * size / wanted - 0.5
    low = np.floor(places).astype(int)
    share = places - low
    matrix = np.zeros([wanted, size], np.float32)
    rows = np.arange(wanted)
    np.add.at(matrix, (rows, np.clip(low, 0, size - 1)), 1 - share)
    np.add.at(matrix, (rows, np.clip(low + 1, 0, size - 1)), share)
    return matrix


@functools.cache
def _weights() -> dict[str, np.ndarray]:
    with np.load(_WEIGHTS) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays}
