"""Measures a chunk of the edits of each image, all of it inside a graph."""

import tensorflow as tf

from stylex_tf.attributes import edit_space
from stylex_tf.search import model as model_lib
from stylex_tf.search import moves


def measure(
    model: model_lib.Model,
    styles: tf.Tensor,
    space: edit_space.EditSpace,
    first_edit: tf.Tensor,
    *,
    count: tf.Tensor,
    batch_size: int = 32,
) -> dict[str, tf.Tensor]:
    """Measures some of the 2S edits of each image.

    Edit e moves coordinate e mod S in direction e div S: the order of
    `StyleEffects.effects`, whose numbers these are. Unlike `search`, which
    resumes the edits of a layer there, it draws every picture whole: a chunk
    may begin and end anywhere, in each image elsewhere.

    Args:
        model: what is searched.
        styles: the styles of the images, [N, T]; N may be unknown while
            tracing.
        space: the edits.
        first_edit: the first edit of each image, int32 [N].
        count: edits of each image, E, at least 1, int32 [].
        batch_size: edits evaluated at once; memory does not grow with N or E.

    Returns:
        coordinates, directions: int32 [N, E]; -1 beyond the last edit.
        effects: logits of the edited image minus base_logits, [N, E, K]; -1
            beyond the last edit.
        base_logits: the base logits of the images, [N, K].
    """
    size = space.size
    edits = first_edit[:, None] + tf.range(count)
    exists = edits < 2 * size
    edits = tf.minimum(edits, 2 * size - 1)
    batches = -(-count // batch_size)
    width = -(-count // batches)
    # The last batch is filled up with the last edit.
    filled = tf.gather(
        edits, tf.minimum(tf.range(batches * width), count - 1), axis=1
    )

    parts = tf.reshape(filled, [-1, batches, width])
    # [N, batches, width + 1, K]; the unedited image is the first of each.
    logits = tf.map_fn(
        lambda inputs: _logits_in_batches(model, space, *inputs),
        (styles, parts),
        fn_output_signature=tf.float32,
        parallel_iterations=1,
    )
    changes = logits[:, :, 1:] - logits[:, :, :1]
    shape = tf.shape(changes)
    changes = tf.reshape(changes, [shape[0], batches * width, shape[3]])
    return {
        "coordinates": tf.where(exists, edits % size, -1),
        "directions": tf.where(exists, edits // size, -1),
        "effects": tf.where(exists[:, :, None], changes[:, :count], -1.0),
        "base_logits": logits[:, 0, 0],
    }


def _logits_in_batches(
    model: model_lib.Model,
    space: edit_space.EditSpace,
    style: tf.Tensor,
    parts: tf.Tensor,
) -> tf.Tensor:
    """Classifies one image, [T], and its edits, [b, B] -> [b, 1 + B, K]."""
    return tf.map_fn(
        lambda edits: _logits(model, style, space, edits),
        parts,
        fn_output_signature=tf.float32,
        parallel_iterations=1,
    )


def _logits(
    model: model_lib.Model,
    style: tf.Tensor,
    space: edit_space.EditSpace,
    edits: tf.Tensor,
) -> tf.Tensor:
    """Classifies one image, unedited and edited, [T], [B] -> [1 + B, K].

    Beside each other: the same computation gives the same numbers, so that an
    edit that changes nothing has no effect.
    """
    rows = tf.repeat(style[None], tf.size(edits), axis=0)
    edited, _ = moves.move(
        rows,
        space,
        edits % space.size,
        edits // space.size,
    )
    images = model.generate(tf.concat([style[None], edited], axis=0))
    return tf.cast(model.classify(images), tf.float32)
