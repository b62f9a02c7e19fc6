"""The fast search: gradients choose candidates, exact edits rank them.

Runs whole inside a graph, so that an exported model can be asked for the
attributes of an image without our Python.
"""

import math
from collections.abc import Callable

import tensorflow as tf

from stylex_tf.attributes import counterfactuals, log_odds, style_ranges

Generate = Callable[[tf.Tensor], tf.Tensor]
Classify = Callable[[tf.Tensor], tf.Tensor]

AWAY = -1
"""A target class that means: away from what is predicted."""


def find_attributes(
    generate: Generate,
    classify: Classify,
    styles: tf.Tensor,
    ranges: style_ranges.StyleRanges,
    target_class: tf.Tensor,
    *,
    top_k: int | tf.Tensor,
    candidates: int = 64,
    batch_size: int = 32,
    shift_size: float = 1.0,
) -> dict[str, tf.Tensor]:
    """Finds the k single edits that lead each image to its target class.

    One gradient an image ranks all 2S edits by their first-order effect on
    the target's log odds; the best candidates are then generated, classified
    and ranked by their exact effect. Images are taken one after another, so
    memory is bounded by `batch_size` pictures, whatever N is, beside those
    that are returned.

    Args:
        generate: styles [B, T] -> images [B, H, W, C], differentiable.
        classify: images -> logits [B, K], differentiable.
        styles: [N, T]; N may be unknown while tracing.
        ranges: the ends of the S searched coordinates.
        target_class: int32 [N]; -1 leads away from the predicted class.
        top_k: how many to return, an int or a scalar tensor; at most as many
            as there are candidates.
        candidates: edits evaluated exactly for each image.
        batch_size: edits evaluated at once.
        shift_size: 1 moves a coordinate to the end of its range.

    Returns:
        coordinates, directions: int32 [N, k], best first. Where fewer than k
            edits help, the rest has coordinate and direction -1, strength 0
            and the picture of the unchanged image.
        strengths: what was added to the style, [N, k].
        effects: exact change of the target's log odds, [N, k].
        logits_before, probabilities_before: [N, K].
        probabilities_after: [N, k, K].
        images: the edited pictures, [N, k, H, W, C].

    Raises:
        ValueError: top_k is larger than the number of candidates.
    """
    candidates = min(candidates, 2 * ranges.size)
    if isinstance(top_k, int) and not 0 < top_k <= candidates:
        raise ValueError(
            f"top_k is {top_k}; expected 1 to {candidates}, the candidates"
        )
    top_k = tf.clip_by_value(tf.convert_to_tensor(top_k), 1, candidates)

    def of_one_image(inputs):
        style, target = inputs
        return _of_one_image(
            lambda rows: tf.cast(generate(rows), tf.float32),
            lambda images: tf.cast(classify(images), tf.float32),
            style,
            tf.constant(ranges.ends()),
            target,
            top_k=top_k,
            candidates=candidates,
            batch_size=batch_size,
            shift_size=shift_size,
        )

    return tf.map_fn(
        of_one_image,
        (styles, tf.cast(target_class, tf.int32)),
        fn_output_signature={
            "coordinates": tf.int32,
            "directions": tf.int32,
            "strengths": tf.float32,
            "effects": tf.float32,
            "logits_before": tf.float32,
            "probabilities_before": tf.float32,
            "probabilities_after": tf.float32,
            "images": tf.float32,
        },
        # More would multiply the memory.
        parallel_iterations=1,
    )


def _of_one_image(
    generate: Generate,
    classify: Classify,
    style: tf.Tensor,
    ends: tf.Tensor,
    target: tf.Tensor,
    *,
    top_k: tf.Tensor,
    candidates: int,
    batch_size: int,
    shift_size: float,
) -> dict[str, tf.Tensor]:
    """`find_attributes` for one style [T] and one target []."""
    size = ends.shape[1]
    row = style[None]
    with tf.GradientTape() as tape:
        tape.watch(row)
        base = classify(generate(row))
        objective = _objective(base, base, target)
    gradient = tape.gradient(objective, row)[:, :size]
    # First order: gradient times the way that the edit goes, [2, S].
    first_order = gradient * (ends - row[:, :size])
    chosen = tf.math.top_k(tf.reshape(first_order, [-1]), candidates).indices

    def edited(edits):
        rows = tf.repeat(row, tf.shape(edits)[0], axis=0)
        return counterfactuals.move(
            rows, ends, edits % size, edits // size, shift_size
        )

    batches = math.ceil(candidates / batch_size)
    width = math.ceil(candidates / batches)
    # The last batch is filled up with the last candidate.
    filled = tf.gather(
        chosen, tf.minimum(tf.range(batches * width), candidates - 1)
    )
    logits = tf.map_fn(
        lambda edits: classify(generate(edited(edits)[0])),
        tf.reshape(filled, [batches, width]),
        fn_output_signature=tf.float32,
        parallel_iterations=1,
    )
    logits = tf.reshape(logits, [batches * width, -1])[:candidates]
    gains = _objective(logits, base, target) - _objective(base, base, target)
    best = tf.math.top_k(gains, top_k)
    edits = tf.gather(chosen, best.indices)
    helps = best.values > log_odds.ROUNDING
    moved, strengths = edited(edits)
    images = generate(tf.where(helps[:, None], moved, row))
    return {
        "coordinates": tf.where(helps, edits % size, -1),
        "directions": tf.where(helps, edits // size, -1),
        "strengths": tf.where(helps, strengths, 0.0),
        "effects": tf.where(helps, best.values, 0.0),
        "logits_before": base[0],
        "probabilities_before": tf.nn.softmax(base)[0],
        "probabilities_after": tf.nn.softmax(classify(images)),
        "images": images,
    }


def _objective(
    logits: tf.Tensor, base: tf.Tensor, target: tf.Tensor
) -> tf.Tensor:
    """What an edit should raise, [B, K] -> [B]."""
    predicted = tf.argmax(base[0], output_type=tf.int32)
    away = target < 0
    chosen = tf.where(away, predicted, target)
    odds = _log_odds(logits, chosen)
    return tf.where(away, -odds, odds)


def _log_odds(logits: tf.Tensor, target: tf.Tensor) -> tf.Tensor:
    """`log_odds.of_class` in graph, [B, K], [] -> [B]."""
    is_target = tf.range(tf.shape(logits)[1]) == target
    others = tf.where(is_target, tf.constant(-1e9, logits.dtype), logits)
    return logits[:, target] - tf.reduce_logsumexp(others, axis=1)
