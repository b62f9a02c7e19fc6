"""Turns an image inside StylEx into the pixels that a classifier knows."""

import tensorflow as tf

from stylex_tf import errors

# ITU-R BT.601, as Pillow turns colour into grey.
_LUMA = (0.299, 0.587, 0.114)


def check_shape(shape: tuple[int | None, int | None, int | None]) -> None:
    """Raises ClassifierError unless it is that of grey or colour pixels.

    Args:
        shape: of a classifier's input, (height, width, channels).
    """
    channels = shape[2]
    if channels in (1, 3):
        return
    if shape[0] in (1, 3):
        why = (
            "seems to have its channels first: put a transposition before it, "
            "as keras.layers.Permute((3, 1, 2)), and save the whole"
        )
    elif channels is None:
        why = "does not say how many channels: save it with 1 or 3 of them"
    else:
        why = "cannot be used: only grey (1) and colour (3) are supported"
    raise errors.ClassifierError(
        f"the classifier takes {channels or 'any number of'} channels, since "
        f"its input shape {shape} is height x width x channels; it {why}"
    )


def from_images(
    images: tf.Tensor,
    *,
    size: tuple[int, int] | None,
    channels: int,
    value_range: tuple[float, float],
    dtype: tf.DType,
) -> tf.Tensor:
    """Converts images [N, H, W, 3] in [-1, 1]; differentiable for floats.

    Args:
        images: images of any size, and of any kind of float.
        size: (height, width) of the result; None keeps the images' own.
        channels: 1 for grey, 3 for colour.
        value_range: what -1 and 1 become.
        dtype: the dtype of the result; integers are rounded.

    Returns:
        Pixels, [N, *size, channels].

    Raises:
        ClassifierError: where the images cannot be what this expects.
    """
    x = tf.convert_to_tensor(images)
    if x.shape.rank != 4 or x.shape[3] != 3 or not x.dtype.is_floating:
        raise errors.ClassifierError(
            f"images are {x.dtype.name} of shape {x.shape}; expected floats "
            "in [-1, 1] of shape [N, H, W, 3]"
        )
    x = tf.cast(x, tf.float32)
    if size and tuple(x.shape[1:3]) != size:
        # Without antialiasing a smaller copy is another image; for a larger
        # one it changes nothing, and has no GPU kernel.
        shrinks = any(
            old is None or old > new
            for old, new in zip(x.shape[1:3], size, strict=True)
        )
        x = tf.image.resize(x, size, antialias=shrinks)
    if channels == 1:
        x = tf.reduce_sum(x * _LUMA, axis=-1, keepdims=True)
    low, high = value_range
    if (low, high) != (-1.0, 1.0):
        x = (x + 1.0) * ((high - low) / 2.0) + low
    return tf.saturate_cast(tf.round(x) if dtype.is_integer else x, dtype)
