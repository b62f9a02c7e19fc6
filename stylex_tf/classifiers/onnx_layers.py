"""Computes ONNX's convolutions, pools, normalisations and products.

ONNX has its channels first, [N, C, H, W]; TensorFlow's processors want them
last, so each layer of images turns its input and its answer.
https://onnx.ai/onnx/operators says what each computes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import errors

Attributes = Mapping[str, Any]
Operation = Callable[[Sequence[Any], Attributes], Any]

_LAST = (0, 2, 3, 1)
_FIRST = (0, 3, 1, 2)


def _conv(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    """Convolves x [N, I, H, W] with [O, I / groups, h, w], bias [O]."""
    images, kernel = _images(x[0]), tf.convert_to_tensor(x[1])
    if kernel.shape.rank != 4:
        raise errors.ClassifierError(
            f"Conv has a kernel of shape {kernel.shape}; expected images, "
            "[O, I, height, width]"
        )
    groups = a.get("group", 1)
    outputs, size = kernel.shape[0], kernel.shape[2:]
    strides = a.get("strides", [1, 1])
    dilations = a.get("dilations", [1, 1])
    reach = [(k - 1) * d + 1 for k, d in zip(size, dilations, strict=True)]
    padded = _padded(images, a, reach, strides, 0.0)
    # [O, I, h, w] -> [h, w, I, O].
    kernel = tf.transpose(kernel, [2, 3, 1, 0])
    one_stride = strides[0] == strides[1]
    inputs = padded.shape[3]
    if groups == 1:
        y = tf.nn.conv2d(padded, kernel, strides, "VALID", dilations=dilations)
    elif groups == inputs and one_stride and (1 in (strides[0], *dilations)):
        # [h, w, 1, O] -> [h, w, I, O / I].
        kernel = tf.reshape(kernel, [*size, inputs, outputs // inputs])
        y = tf.nn.depthwise_conv2d(
            padded,
            kernel,
            [1, *strides, 1],
            "VALID",
            dilations=dilations,
        )
    else:
        parts = zip(
            tf.split(padded, groups, axis=3),
            tf.split(kernel, groups, axis=3),
            strict=True,
        )
        y = tf.concat(
            [
                tf.nn.conv2d(part, k, strides, "VALID", dilations=dilations)
                for part, k in parts
            ],
            axis=3,
        )
    if len(x) > 2 and x[2] is not None:
        y += x[2]
    return tf.transpose(y, _FIRST)


def _max_pool(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    size = a["kernel_shape"]
    strides = a.get("strides", [1, 1])
    dilations = a.get("dilations", [1, 1])
    reach = [(k - 1) * d + 1 for k, d in zip(size, dilations, strict=True)]
    images = _images(x[0])
    padded = _padded(images, a, reach, strides, images.dtype.min)
    y = tf.nn.pool(padded, size, "MAX", strides, "VALID", dilations=dilations)
    return tf.transpose(y, _FIRST)


def _average_pool(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    """Divides by the pixels in the image, or by all, as it is asked."""
    size = a["kernel_shape"]
    strides = a.get("strides", [1, 1])
    if any(d != 1 for d in a.get("dilations", [1])):
        raise errors.ClassifierError(
            f"AveragePool has dilations {a['dilations']}; expected 1"
        )
    images = _images(x[0])
    total = tf.nn.avg_pool2d(
        _padded(images, a, size, strides, 0.0), size, strides, "VALID"
    )
    borders_count = a.get("count_include_pad", 0)
    if not borders_count or a.get("ceil_mode", 0):
        # Those past the end, that ceil_mode adds, never count.
        counted, beyond = tf.ones_like(images), a
        if borders_count:
            counted = _with_borders(counted, a.get("pads", [0] * 4), 1.0)
            beyond = {**a, "pads": [0] * 4}
        total /= tf.nn.avg_pool2d(
            _padded(counted, beyond, size, strides, 0.0), size, strides, "VALID"
        )
    return tf.transpose(total, _FIRST)


def _batch_normalization(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    values, scale, bias, mean, variance = (tf.convert_to_tensor(v) for v in x)
    shape = [1, -1] + [1] * (values.shape.rank - 2)
    factor = scale * tf.math.rsqrt(variance + a.get("epsilon", 1e-5))
    return values * tf.reshape(factor, shape) + tf.reshape(
        bias - mean * factor, shape
    )


def _instance_normalization(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    values, scale, bias = (tf.convert_to_tensor(v) for v in x)
    axes = list(range(2, values.shape.rank))
    mean, variance = tf.nn.moments(values, axes, keepdims=True)
    shape = [1, -1] + [1] * len(axes)
    normal = (values - mean) * tf.math.rsqrt(variance + a.get("epsilon", 1e-5))
    return normal * tf.reshape(scale, shape) + tf.reshape(bias, shape)


def _layer_normalization(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    values = tf.convert_to_tensor(x[0])
    rank = values.shape.rank
    axes = list(range(a.get("axis", -1) % rank, rank))
    mean, variance = tf.nn.moments(values, axes, keepdims=True)
    y = (values - mean) * tf.math.rsqrt(variance + a.get("epsilon", 1e-5))
    y *= x[1]
    return y + x[2] if len(x) > 2 and x[2] is not None else y


def _gemm(x: Sequence[Any], a: Attributes) -> tf.Tensor:
    y = a.get("alpha", 1.0) * tf.matmul(
        x[0],
        x[1],
        transpose_a=bool(a.get("transA", 0)),
        transpose_b=bool(a.get("transB", 0)),
    )
    if len(x) > 2 and x[2] is not None:
        y += a.get("beta", 1.0) * tf.convert_to_tensor(x[2])
    return y


def _global(reduce: Callable[..., tf.Tensor]) -> Operation:
    def run(x: Sequence[Any], a: Attributes) -> tf.Tensor:
        axes = list(range(2, x[0].shape.rank))
        return reduce(x[0], axis=axes, keepdims=True)

    return run


def _images(x: tf.Tensor) -> tf.Tensor:
    """Moves channels to the end, [N, C, H, W] -> [N, H, W, C]."""
    if x.shape.rank != 4 or x.shape[1] is None:
        raise errors.ClassifierError(
            f"a layer of images is given shape {x.shape}; expected "
            "[N, channels, height, width]"
        )
    return tf.transpose(x, _LAST)


def _padded(
    images: tf.Tensor,
    a: Attributes,
    reach: Sequence[int],
    strides: Sequence[int],
    value: float,
) -> tf.Tensor:
    """Adds the borders that a layer asks for.

    Args:
        images: [N, H, W, C].
        a: the layer's attributes.
        reach: height and width of what the layer sees at once.
        strides: the strides of the layer.
        value: what the borders are filled with.
    """
    pads = list(a.get("pads", [0, 0, 0, 0]))
    how = a.get("auto_pad", "NOTSET")
    sizes = images.shape[1:3]
    if (how.startswith("SAME") or a.get("ceil_mode", 0)) and None in sizes:
        raise errors.ClassifierError(
            f"a layer has auto_pad {how!r} or ceil_mode on images of any size; "
            "export the model for images of one size"
        )
    if how.startswith("SAME"):
        more = [
            max((-(-n // s) - 1) * s + k - n, 0)
            for n, k, s in zip(sizes, reach, strides, strict=True)
        ]
        low = [m // 2 if how == "SAME_UPPER" else m - m // 2 for m in more]
        pads = low + [m - lo for m, lo in zip(more, low, strict=True)]
    if a.get("ceil_mode", 0):
        for axis, (n, k, s) in enumerate(
            zip(sizes, reach, strides, strict=True)
        ):
            total = n + pads[axis] + pads[axis + 2]
            steps = -(-(total - k) // s)
            # A window that would begin in the border after the image is none.
            if steps * s >= n + pads[axis]:
                steps -= 1
            pads[axis + 2] += max(steps * s + k - total, 0)
    return _with_borders(images, pads, value)


def _with_borders(
    images: tf.Tensor, pads: Sequence[int], value: float
) -> tf.Tensor:
    if not any(pads):
        return images
    top, left, bottom, right = pads
    return tf.pad(
        images,
        [[0, 0], [top, bottom], [left, right], [0, 0]],
        constant_values=np.asarray(value, images.dtype.as_numpy_dtype),
    )


OPERATIONS: dict[str, Operation] = {
    "AveragePool": _average_pool,
    "BatchNormalization": _batch_normalization,
    "Conv": _conv,
    "Gemm": _gemm,
    "GlobalAveragePool": _global(tf.reduce_mean),
    "GlobalMaxPool": _global(tf.reduce_max),
    "InstanceNormalization": _instance_normalization,
    "LayerNormalization": _layer_normalization,
    "MatMul": lambda x, a: tf.matmul(x[0], x[1]),
    "MaxPool": _max_pool,
}
"""By ONNX's names; each takes its inputs and its attributes."""
