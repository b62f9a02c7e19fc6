"""Searches fast: gradients choose candidates, exact edits rank them.

Recall of an image's ten best edits, by exhaustive search, among the M best of
gradients (two trained models, 250 images each, towards the other class):

                                  S = 28, 56 edits    S = 336, 672 edits
                                  M = 16  24    32    32    64    128   256
    first order                   .81   .85   .87   .89   .93   .96   .97
    mean of 2 points (see below)  .90   .93   .94   .91   .96   .98   .99
    first order, calibrated       .97   .99   .99   .98   .99   1.0   1.0

First order fails where the gradient says nothing of the end point: of the ten
best edits of each image it has the wrong sign in 15 % at S = 28, in 3 % at
S = 336, and promises less than a tenth of the effect in 18 % and 5 %. So a few
images are measured whole, and tell how the gradients of the others err.

On runs with style exchange most coordinates do nothing, and an edit that helps
some images and hurts others came behind all of them: .96 at M = 24. Candidates
are therefore ranked by what they may do (`Calibration.upper_bounds`): .989 to
1.0 on six such runs, .992 to 1.0 at M = 27.

Tried and left out. Gradients at joint moves all the way to the ends: 0.17 at
S = 336, M = 8, the image is broken there. Moves towards the promising ends
only, or random ones: no better than two points. Moves of one layer at a time:
0.95 at S = 28, M = 16, for 14 passes, more than evaluating all edits. Mean
effects of other images without a gradient: 0.75 at S = 336, M = 32. A
calibration with an intercept, or of several gradients: no better.
"""

import math
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from stylex_tf.attributes import edit_space, log_odds
from stylex_tf.attributes import effects as effects_lib
from stylex_tf.search import calibration as calibration_lib
from stylex_tf.search import (
    exact,
    gradient_effects,
    moves,
    screened_search,
)
from stylex_tf.search import model as model_lib

Progress = exact.Progress

AWAY = gradient_effects.AWAY
"""A target class that means: away from what is predicted."""


def default_candidates(searched: int) -> int:
    """Says how many candidates hold 99 % of an image's ten best edits.

    A line through what was measured: 27 at S = 28, recall 0.992 to 1.000 on
    six runs, and 66 at S = 336, 0.999; the same top 8 of each class on all.
    """
    return min(24 + searched // 8, 2 * searched)


def measure_effects(
    model: model_lib.Model,
    styles: np.ndarray,
    space: edit_space.EditSpace,
    *,
    image_ids: Sequence[str],
    candidates: int | None = None,
    batch_size: int = 256,
    progress: Progress | None = None,
) -> effects_lib.StyleEffects:
    """Fills the table of effects where gradients promise most.

    Args:
        model: its generator and classifier are differentiable; scores are
            measured if it has a score.
        styles: the styles of the images to search, [N, T].
        space: the edits.
        image_ids: N different names.
        candidates: edits measured for each image and class, M; None takes
            `default_candidates`, 2S or more is the exact search.
        batch_size: edits, or images, at once, at most.
        progress: called after every batch with the number of edits in it.

    Raises:
        ValueError: shapes that do not fit, or no candidates.
        FloatingPointError: an answer that is not finite.
    """
    if candidates is None:
        candidates = default_candidates(space.size)
    if candidates < 2 * space.size:
        screen = screened_search.ScreenedSearch(
            model, space, candidates=candidates, batch_size=batch_size
        )
        return screen(styles, image_ids, progress)
    return exact.measure_effects(
        model,
        styles,
        space,
        image_ids=image_ids,
        batch_size=batch_size,
        progress=progress,
    )


# Longer than 60 lines: a graph is traced from it, whose inputs and
# outputs are explained here. More than seven parameters: tensors,
# and what bounds their work.
def find_attributes(
    model: model_lib.Model,
    styles: tf.Tensor,
    space: edit_space.EditSpace,
    target_class: tf.Tensor,
    *,
    top_k: int | tf.Tensor,
    candidates: int | None = None,
    batch_size: int = 32,
    calibration: calibration_lib.Calibration | None = None,
) -> dict[str, tf.Tensor]:
    """Finds the k single edits that lead each image to its target class.

    One gradient an image ranks all 2S edits by what it promises for the
    target's log odds; the best candidates are then generated, classified and
    ranked by their exact effect. It runs whole inside a graph, so that an
    exported model can be asked without our Python. Images are taken one after
    another, so memory is bounded by `batch_size` pictures, whatever N is,
    beside those that are returned.

    Args:
        model: its generator and classifier are differentiable.
        styles: [N, T]; N may be unknown while tracing.
        space: the edits.
        target_class: int32 [N]; -1 leads away from the predicted class.
        top_k: how many to return, an int or a scalar tensor; at most as many
            as there are candidates.
        candidates: edits evaluated exactly for each image; None takes
            `default_candidates`.
        batch_size: edits evaluated at once.
        calibration: corrects the gradients; None trusts them.

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
    if candidates is None:
        candidates = default_candidates(space.size)
    candidates = min(candidates, 2 * space.size)
    if isinstance(top_k, int) and not 0 < top_k <= candidates:
        raise ValueError(
            f"top_k is {top_k}; expected 1 to {candidates}, the candidates"
        )
    top_k = tf.clip_by_value(tf.convert_to_tensor(top_k), 1, candidates)

    in_float = model_lib.Model(
        lambda rows: tf.cast(model.generate(rows), tf.float32),
        lambda images: tf.cast(model.classify(images), tf.float32),
    )

    def of_one_image(inputs):
        style, target = inputs
        return _of_one_image(
            in_float,
            style,
            space,
            target,
            top_k=top_k,
            candidates=candidates,
            batch_size=batch_size,
            calibration=calibration,
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


# Longer than 60 lines: one computation, whose parts share ten values.
# More than seven parameters: those of `find_attributes`, for one row.
def _of_one_image(
    model: model_lib.Model,
    style: tf.Tensor,
    space: edit_space.EditSpace,
    target: tf.Tensor,
    *,
    top_k: tf.Tensor,
    candidates: int,
    batch_size: int,
    calibration: calibration_lib.Calibration | None,
) -> dict[str, tf.Tensor]:
    """Finds the attributes of one style [T] for one target []."""
    size = space.size
    row = style[None]
    promised, base = gradient_effects.estimate(model, row, space, target[None])
    if calibration is not None:
        promised = calibration.upper_bounds(
            promised,
            gradient_effects.moves_of(row, space),
            gradient_effects.predicted(base),
            target[None],
        )
    chosen = tf.math.top_k(promised[0], candidates).indices

    def edited(edits):
        rows = tf.repeat(row, tf.shape(edits)[0], axis=0)
        return moves.move(rows, space, edits % size, edits // size)

    batches = math.ceil(candidates / batch_size)
    width = math.ceil(candidates / batches)
    # The last batch is filled up with the last candidate.
    filled = tf.gather(
        chosen, tf.minimum(tf.range(batches * width), candidates - 1)
    )
    logits = tf.map_fn(
        lambda edits: model.classify(model.generate(edited(edits)[0])),
        tf.reshape(filled, [batches, width]),
        fn_output_signature=tf.float32,
        parallel_iterations=1,
    )
    logits = tf.reshape(logits, [batches * width, -1])[:candidates]
    # The image goes through the same arithmetic, so that no effect is 0.
    odds = gradient_effects.objective(
        tf.concat([base, logits], axis=0),
        gradient_effects.predicted(base),
        target[None],
    )
    gains = odds[1:] - odds[0]
    best = tf.math.top_k(gains, top_k)
    edits = tf.gather(chosen, best.indices)
    helps = best.values > log_odds.ROUNDING
    moved, strengths = edited(edits)
    images = model.generate(tf.where(helps[:, None], moved, row))
    return {
        "coordinates": tf.where(helps, edits % size, -1),
        "directions": tf.where(helps, edits // size, -1),
        "strengths": tf.where(helps, strengths, 0.0),
        "effects": tf.where(helps, best.values, 0.0),
        "logits_before": base[0],
        "probabilities_before": tf.nn.softmax(base)[0],
        "probabilities_after": tf.nn.softmax(model.classify(images)),
        "images": images,
    }
