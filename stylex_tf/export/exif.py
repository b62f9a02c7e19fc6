"""Turns photographs upright inside the saved graph.

Cameras store the sensor's rows and note how they were held in the EXIF tag
Orientation. TensorFlow's decoders ignore it; the data folders that a model is
trained on honour it, so a served photograph must too.
"""

import tensorflow as tf

_MARK = b"Exif\0\0"
# A JPEG segment is at most 64 KiB, and EXIF comes first or second.
_SEARCHED_BYTES = 2**16
_ORIENTATION_TAG = 0x0112
_ENTRY_BYTES = 12
_MAX_ENTRIES = 512
# Whether 1..4 turn the rows around, and the columns; 5..8 do the same after
# rows and columns were swapped.
_FLIPS = ((False, False), (False, True), (True, True), (True, False))


def read_orientation(contents: tf.Tensor) -> tf.Tensor:
    """Reads a JPEG's EXIF orientation, int64 in 1..8; 1 if untold.

    Args:
        contents: encoded bytes, [] string.
    """
    head = tf.strings.substr(contents, 0, _SEARCHED_BYTES)
    data = tf.cast(tf.io.decode_raw(head, tf.uint8), tf.int64)
    # Whatever points beyond the end reads the zeros there.
    data = tf.pad(data, [[0, len(_MARK) + 4]])
    starts = tf.size(data) - len(_MARK)
    is_mark = tf.reduce_all(
        [data[i : starts + i] == byte for i, byte in enumerate(_MARK)], axis=0
    )
    # The TIFF header follows: byte order, 42, offset of the first directory.
    tiff = tf.argmax(is_mark) + len(_MARK)
    little_endian = data[tiff] == ord("I")

    def number(offsets: tf.Tensor, size: int) -> tf.Tensor:
        """Reads the unsigned integer of `size` bytes at each of some offsets.

        Offsets count from the TIFF header, which says the order of the bytes.
        """
        places = (tiff + offsets)[..., tf.newaxis] + tf.range(
            size, dtype=tf.int64
        )
        last = tf.size(data, out_type=tf.int64) - 1
        digits = tf.gather(data, tf.minimum(places, last))
        rising = [256**i for i in range(size)]
        weights = tf.where(
            little_endian,
            tf.constant(rising, tf.int64),
            tf.constant(rising[::-1], tf.int64),
        )
        return tf.reduce_sum(digits * weights, axis=-1)

    directory = number(tf.constant(4, tf.int64), 4)
    entries = tf.minimum(number(directory, 2), _MAX_ENTRIES)
    offsets = directory + 2 + _ENTRY_BYTES * tf.range(entries)
    values = tf.boolean_mask(
        number(offsets + 8, 2), number(offsets, 2) == _ORIENTATION_TAG
    )
    # Without a mark, or a tag, the values are of something else, or none.
    orientation = tf.concat([values, [1]], axis=0)[0]
    is_valid = tf.reduce_any(is_mark) & (orientation >= 1) & (orientation <= 8)
    return tf.where(is_valid, orientation, 1)


def turn_upright(image: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
    """Undoes an orientation: swaps the sides of [H, W, C], then flips them.

    Args:
        image: the image as it is stored.
        orientation: 1..8, as the EXIF standard numbers them, [] int64.
    """
    image = tf.cond(
        orientation > len(_FLIPS),
        lambda: tf.transpose(image, [1, 0, 2]),
        lambda: image,
    )
    flips = tf.gather(tf.constant(_FLIPS), (orientation - 1) % len(_FLIPS))
    return tf.reverse(image, tf.boolean_mask([0, 1], flips))
