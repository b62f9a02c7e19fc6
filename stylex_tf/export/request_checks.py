"""Asserts what a request must be, inside the saved graph.

Each function returns its tensors, which are there only if the request makes
sense: whatever is computed of them waits for that, however large it would be.
"""

import tensorflow as tf

from stylex_tf.export import checks, signatures


def batch(signature: signatures.Signature, tensor: tf.Tensor) -> tf.Tensor:
    """Checks that N, of [N, ...], is one that a call may have."""
    size = tf.shape(tensor)[0]
    return checks.require(
        tensor,
        (size >= 1) & (size <= signature.max_batch),
        f"{signature.name} takes 1 to {signature.max_batch} images a call; "
        "this one has",
        size,
    )


def images(signature: signatures.Signature, tensor: tf.Tensor) -> tf.Tensor:
    """Checks float images, [N, R, R, 3]."""
    return checks.within(batch(signature, tensor), "images", tensor, -1, 1)


def styles(signature: signatures.Signature, tensor: tf.Tensor) -> tf.Tensor:
    """Checks styles, [N, T]."""
    return checks.finite(batch(signature, tensor), "styles", tensor)


def edits(
    signature: signatures.Signature,
    *,
    searched: int,
    image_bytes: tf.Tensor,
    coordinates: tf.Tensor,
    directions: tf.Tensor,
    strengths: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """Checks the inputs of the signature `edit`, and returns them in order.

    Args:
        signature: the signature that is asked.
        searched: the number of coordinates, S.
        image_bytes: encoded images, [N].
        coordinates: the coordinate of each edit, [N, E]; -1 is no edit.
        directions: 0 or 1, [N, E].
        strengths: finite, [N, E].
    """
    checked = batch(signature, image_bytes)
    count = tf.shape(coordinates)[1]
    for name, tensor in (
        ("coordinates", coordinates),
        ("directions", directions),
        ("strengths", strengths),
    ):
        checked = _same_length(checked, name, tensor)
        checked = checks.require(
            checked,
            tf.shape(tensor)[1] == count,
            f"{name} has another number of edits than coordinates: found",
            tf.shape(tensor)[1],
            "expected",
            count,
        )
    checked = checks.require(
        checked,
        count <= signatures.MAX_EDITS,
        f"coordinates must be at most {signatures.MAX_EDITS} an image; found",
        count,
    )
    checked = checks.within(
        checked, "coordinates", coordinates, -1, searched - 1
    )
    # Where there is no edit, the direction may be anything. Not before the
    # shapes were compared.
    directions = tf.where(
        checks.after(checked, coordinates) >= 0, directions, 0
    )
    checked = checks.within(checked, "directions", directions, 0, 1)
    checked = checks.finite(checked, "strengths", strengths)
    return (
        checked,
        checks.after(checked, coordinates),
        checks.after(checked, directions),
        checks.after(checked, strengths),
    )


def attributes(
    signature: signatures.Signature,
    first: tf.Tensor,
    *,
    target_class: tf.Tensor,
    top_k: tf.Tensor,
    lowest_class: int,
    classes: int,
    max_top_k: int,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Checks the first input, classes and numbers of attributes, each [N]."""
    checked = batch(signature, first)
    checked = _same_length(checked, "target_class", target_class)
    checked = _same_length(checked, "top_k", top_k)
    checked = checks.within(
        checked, "target_class", target_class, lowest_class, classes - 1
    )
    checked = checks.within(checked, "top_k", top_k, 1, max_top_k)
    return (
        checked,
        checks.after(checked, target_class),
        checks.after(checked, top_k),
    )


def chunk(
    signature: signatures.Signature,
    *,
    searched: int,
    image_bytes: tf.Tensor,
    first_edit: tf.Tensor,
    num_edits: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Checks a request that asks which of the 2S edits do what, [N] images.

    Each image names the first edit to measure, and how many follow it.
    """
    checked = batch(signature, image_bytes)
    checked = _same_length(checked, "first_edit", first_edit)
    checked = _same_length(checked, "num_edits", num_edits)
    checked = checks.within(
        checked, "first_edit", first_edit, 0, 2 * searched - 1
    )
    checked = checks.within(
        checked, "num_edits", num_edits, 1, signatures.MAX_MEASURED
    )
    return (
        checked,
        checks.after(checked, first_edit),
        checks.after(checked, num_edits),
    )


def _same_length(tensor: tf.Tensor, name: str, other: tf.Tensor) -> tf.Tensor:
    length, expected = tf.shape(other)[0], tf.shape(tensor)[0]
    return checks.require(
        tensor,
        length == expected,
        f"{name} has another length than the first input: found",
        length,
        "expected",
        expected,
    )
