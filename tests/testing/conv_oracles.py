"""Slow twins of the convolutions, in numpy: zeros, filters and loops.

As the papers write them: every example with its own kernel, upsampling by
putting zeros between the pixels, and one filter after it or before it.
"""

import numpy as np

_TAPS = np.array([1.0, 3.0, 3.0, 1.0]) / 8.0


def conv2d(x, kernel, *, pad, stride: int = 1) -> np.ndarray:
    """Convolves one output pixel at a time, [N, H, W, I] -> [N, H', W', O].

    Args:
        x: activations, [N, H, W, I].
        kernel: weights, [h, w, I, O].
        pad: zeros before and after height and width.
        stride: pixels from one output to the next.
    """
    x = np.pad(np.asarray(x, np.float64), [(0, 0), pad, pad, (0, 0)])
    h, w, _, channels = kernel.shape
    rows = range(0, x.shape[1] - h + 1, stride)
    columns = range(0, x.shape[2] - w + 1, stride)
    y = np.zeros([len(x), len(rows), len(columns), channels])
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            patch = x[:, row : row + h, column : column + w]
            y[:, i, j] = np.einsum("nhwi,hwio->no", patch, kernel)
    return y


def fir(x, *, pad, gain: float = 1.0) -> np.ndarray:
    """Filters each channel with [1, 3, 3, 1] x [1, 3, 3, 1] / 64."""
    taps = np.outer(_TAPS, _TAPS)[:, :, None, None] * gain
    channels = np.moveaxis(np.asarray(x, np.float64), -1, 0)[..., None]
    filtered = [conv2d(channel, taps, pad=pad) for channel in channels]
    return np.concatenate(filtered, axis=-1)


def spread(x) -> np.ndarray:
    """Puts a zero after every pixel, [N, H, W, C] -> [N, 2H, 2W, C]."""
    x = np.asarray(x, np.float64)
    n, h, w, c = x.shape
    y = np.zeros([n, 2 * h, 2 * w, c])
    y[:, ::2, ::2] = x
    return y


def upsample2d(x) -> np.ndarray:
    """Zeros between the pixels, then the filter."""
    return fir(spread(x), pad=(2, 1), gain=4.0)


def downsample2d(x) -> np.ndarray:
    """The filter, then every second pixel."""
    return fir(x, pad=(1, 1))[:, ::2, ::2]


def conv2d_upsample(x, kernel) -> np.ndarray:
    """Zeros between the pixels, the 3x3 convolution, then the filter."""
    return fir(conv2d(spread(x), kernel, pad=(2, 1)), pad=(1, 1), gain=4.0)


def conv2d_downsample(x, kernel) -> np.ndarray:
    """The filter, then the convolution at every second pixel."""
    pad = (kernel.shape[0] + 1) // 2
    return conv2d(fir(x, pad=(pad, pad)), kernel, pad=(0, 0), stride=2)


def modulated_conv2d(
    x, kernel, styles, *, demodulate: bool = True, upsample: bool = False
) -> np.ndarray:
    """Karras et al. 2020, equations 1 and 3: a kernel for every example."""
    outputs = []
    for example, style in zip(x, styles, strict=True):
        scaled = np.array(kernel, np.float64)
        for i, factor in enumerate(style):
            scaled[:, :, i, :] *= factor
        if demodulate:
            for o in range(scaled.shape[-1]):
                energy = np.sum(scaled[..., o] ** 2)
                scaled[..., o] /= np.sqrt(energy + 1e-8)
        if upsample:
            outputs.append(conv2d_upsample(example[None], scaled))
        else:
            half = kernel.shape[0] // 2
            outputs.append(conv2d(example[None], scaled, pad=(half, half)))
    return np.concatenate(outputs)


def scaled_leaky_relu(x) -> np.ndarray:
    """sqrt(2) x where positive, 0.2 sqrt(2) x elsewhere."""
    x = np.asarray(x, np.float64)
    return np.sqrt(2.0) * np.where(x > 0, x, 0.2 * x)


def minibatch_stddev(x, group_size: int) -> np.ndarray:
    """The appended channel's value of every example, [N, H, W, C] -> [N]."""
    n = len(x)
    groups = max(1, n // group_size)
    values = np.zeros(n)
    for group in range(groups):
        members = [i for i in range(n) if i % groups == group]
        deviation = np.std(np.asarray(x, np.float64)[members], axis=0)
        values[members] = deviation.mean()
    return values
