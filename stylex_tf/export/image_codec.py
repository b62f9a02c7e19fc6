"""Decodes and encodes images inside the saved graph.

A request is a stranger's bytes: what an image would decode to is read from
its header, and refused if too large, before a pixel is decoded.
"""

import tensorflow as tf

from stylex_tf.export import checks, exif, signatures
from stylex_tf.ops import preprocessing

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER_BYTES = 24
_JPEG = b"\xff\xd8\xff"
# Decoded images held at once; each may have MAX_PIXELS.
_DECODED_AT_ONCE = 2


def decode(
    image_bytes: tf.Tensor,
    resolution: int,
    *,
    max_pixels: int = signatures.MAX_PIXELS,
    crop: str = "center",
) -> tf.Tensor:
    """Decodes PNG or JPEG of any size to what the networks read.

    An image becomes what `stylex_tf/data/pictures.py` makes of it for training,
    to within a few levels: any kind of pixel to 8-bit RGB, transparent ones
    laid on white, photographs turned upright, the centre square, or all of it
    with its border repeated, resized with Lanczos filtering and rounded to 8
    bits.

    Args:
        image_bytes: encoded images, [N] strings.
        resolution: height and width of the result.
        max_pixels: larger images fail with InvalidArgumentError.
        crop: "center" or "pad": what becomes of an image that is not square.

    Returns:
        Float images in [-1, 1], [N, R, R, 3].
    """

    def decode_one(contents: tf.Tensor) -> tf.Tensor:
        image = _decode_upright(contents, max_pixels)
        if crop == "pad":
            return _resize_and_pad(image, resolution)
        return _resize(_crop_to_square(image), resolution, resolution)

    return tf.map_fn(
        decode_one,
        image_bytes,
        fn_output_signature=tf.TensorSpec([resolution, resolution, 3]),
        parallel_iterations=_DECODED_AT_ONCE,
    )


def encode(images: tf.Tensor) -> tf.Tensor:
    """Encodes float images in [-1, 1], [..., H, W, 3], as PNG, [...]."""
    return tf.io.encode_png(preprocessing.to_uint8(images))


def _decode_upright(contents: tf.Tensor, max_pixels: int) -> tf.Tensor:
    """Decodes an image, uint8 [H, W, 3], if it is small enough."""
    head = tf.strings.substr(contents, 0, _PNG_HEADER_BYTES)
    is_png = tf.strings.substr(head, 0, len(_PNG)) == _PNG
    is_jpeg = tf.strings.substr(head, 0, len(_JPEG)) == _JPEG
    contents = checks.require(
        contents,
        is_png | is_jpeg,
        "image_bytes holds neither a PNG nor a JPEG image",
    )
    height, width = tf.cond(
        is_png,
        lambda: _png_shape(head),
        lambda: _jpeg_shape(contents),
    )
    contents = checks.require(
        contents,
        (height > 0) & (width > 0) & (height * width <= max_pixels),
        f"image_bytes holds an image of more than {max_pixels} pixels, or of "
        "none; height and width:",
        height,
        width,
    )
    return tf.cond(
        is_png,
        lambda: _decode_png(contents),
        lambda: _decode_jpeg(contents),
    )


def _decode_png(contents: tf.Tensor) -> tf.Tensor:
    image = tf.io.decode_png(contents, channels=4)
    rgb, alpha = image[..., :3], image[..., 3:]
    # Where a file has no alpha, TensorFlow puts in the largest value of the
    # file's bit depth: 1 in a picture of black and white.
    depth = tf.io.decode_raw(tf.strings.substr(contents, 24, 1), tf.uint8)[0]
    opaque = tf.bitwise.left_shift(1, tf.minimum(tf.cast(depth, tf.int32), 8))
    return tf.cond(
        tf.reduce_all(tf.cast(alpha, tf.int32) == opaque - 1),
        lambda: rgb,
        lambda: _on_white(rgb, alpha),
    )


def _on_white(rgb: tf.Tensor, alpha: tf.Tensor) -> tf.Tensor:
    """Lays uint8 pixels, [..., 3], on white; alpha, [..., 1], is opacity."""
    # Sums reach 255 * 255, which 16 bits hold.
    rgb, alpha = tf.cast(rgb, tf.uint16), tf.cast(alpha, tf.uint16)
    total = rgb * alpha + 255 * (255 - alpha)
    return tf.cast((total + 127) // 255, tf.uint8)


def _decode_jpeg(contents: tf.Tensor) -> tf.Tensor:
    # The accurate transform agrees with pillow's to a level or two.
    image = tf.io.decode_jpeg(
        contents, channels=3, dct_method="INTEGER_ACCURATE"
    )
    return exif.turn_upright(image, exif.read_orientation(contents))


def _png_shape(head: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Reads height and width, int64, from the first bytes of a PNG.

    The standard puts them into the header chunk, which comes first: length,
    "IHDR", width, height, each of four bytes, the most significant first.
    """
    # A file cut short reads as an image without pixels.
    padded = tf.strings.join([head, b"\0" * _PNG_HEADER_BYTES])
    is_header = tf.strings.substr(padded, 12, 4) == b"IHDR"
    size = tf.io.decode_raw(
        tf.strings.substr(padded, 16, 8), tf.int32, little_endian=False
    )
    size = tf.where(is_header, tf.cast(size, tf.int64), 0)
    return size[1], size[0]


def _jpeg_shape(contents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Reads height and width, int64, from a JPEG's frame header."""
    shape = tf.io.extract_jpeg_shape(contents, output_type=tf.int64)
    return shape[0], shape[1]


def _crop_to_square(image: tf.Tensor) -> tf.Tensor:
    shape = tf.shape(image)
    side = tf.minimum(shape[0], shape[1])
    top = (shape[0] - side) // 2
    left = (shape[1] - side) // 2
    return image[top : top + side, left : left + side]


def _resize_and_pad(image: tf.Tensor, resolution: int) -> tf.Tensor:
    """Shrinks the longer side to R and repeats the border: [R, R, 3]."""
    shape = tf.shape(image, out_type=tf.int64)[:2]
    longest = tf.reduce_max(shape)
    # Rounded half up, as for training.
    sides = (2 * shape * resolution + longest) // (2 * longest)
    sides = tf.cast(tf.maximum(sides, 1), tf.int32)
    resized = _resize(image, sides[0], sides[1])
    for axis in range(2):
        first = (resolution - sides[axis]) // 2
        places = tf.range(resolution) - first
        places = tf.clip_by_value(places, 0, sides[axis] - 1)
        resized = tf.gather(resized, places, axis=axis)
    return tf.ensure_shape(resized, [resolution, resolution, 3])


def _resize(
    image: tf.Tensor, height: int | tf.Tensor, width: int | tf.Tensor
) -> tf.Tensor:
    """Resizes a uint8 image, [H, W, 3], to floats in [-1, 1], [h, w, 3].

    Across first and then down, as Pillow does: it rounds to 8 bits, and so
    clips, between the two. At a hard edge that decides tens of levels.
    """
    across = _to_size(image, [tf.shape(image)[0], width])
    return preprocessing.to_float(_to_size(across, [height, width]))


def _to_size(image: tf.Tensor, size) -> tf.Tensor:
    """Resizes levels of 8 bits that are floats, [h, w, 3]."""
    resized = tf.image.resize(image, size, method="lanczos3", antialias=True)
    return tf.clip_by_value(tf.round(resized), 0.0, 255.0)
