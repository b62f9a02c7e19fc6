"""Counts how many of the best edits are among the candidates."""

import dataclasses

import numpy as np

from stylex_tf.attributes import effects as effects_lib
from stylex_tf.attributes import log_odds, selection, target_effects
from stylex_tf.runs import trained as trained_lib
from stylex_tf.search import calibration, gradient_effects, screened_search

_CANDIDATES = (8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512)
_BEST = 10


def report(
    trained: trained_lib.TrainedRun,
    styles: np.ndarray,
    table: effects_lib.StyleEffects,
    screened: effects_lib.StyleEffects,
) -> None:
    """Prints recall over the number of candidates, and where it is lost.

    Args:
        trained: the run.
        styles: the styles of its searched images, [N, T].
        table: their effects, of the exact search.
        screened: the same of the screened search.
    """
    # One target an image: of two classes the other, of more the runner-up.
    targets = np.argsort(table.base_logits, axis=1)[:, -2]
    exact = np.stack(
        [
            target_effects.of_images(
                table, np.array([row]), target, "log_odds"
            )[0][0]
            for row, target in enumerate(targets)
        ]
    )
    promises = _promises(trained, styles, table, targets)
    pilot = screened_search.pilot_rows(len(styles))
    others = np.setdiff1d(np.arange(len(styles)), pilot)
    counts = [m for m in _CANDIDATES if m < exact.shape[1]]
    print(
        f"recall of an image's {_BEST} best, mean over the {len(others)} "
        f"images that are not among the {len(pilot)} measured whole"
    )
    print(f"{'candidates':26}" + "".join(f"{m:>7}" for m in counts))
    for name, promise in promises.items():
        recalls = [
            recall(exact[others], _top(promise[others], m)) for m in counts
        ]
        print(f"{name:26}" + "".join(f"{share:7.3f}" for share in recalls))
    same = [
        _same_top(table, _masked(table, promises["its upper bound"], pilot, m))
        for m in counts
    ]
    print(f"{'top 8 of each class kept':26}" + "".join(f"{s:>7}" for s in same))
    measured = np.any(screened.effects != 0, axis=-1).reshape(exact.shape)
    print(
        f"the screened table: recall over all images "
        f"{recall(exact, measured):.3f}, "
        f"top 8 of each class kept {_same_top(table, screened)}"
    )
    _failures(exact, promises["first order"])


def recall(exact: np.ndarray, chosen: np.ndarray) -> float:
    """Returns the share of each image's best edits that are candidates.

    The best are the ten with the largest effect; those whose effect is not
    above zero do not count.

    Args:
        exact: effects on the target, [N, 2S].
        chosen: which edits are candidates, bool [N, 2S].

    Returns:
        The mean share, over the images that have such an edit.
    """
    best = _best(exact)
    helped = best.any(axis=1)
    shares = (best & chosen).sum(axis=1)[helped] / best.sum(axis=1)[helped]
    return float(shares.mean())


def _best(exact: np.ndarray) -> np.ndarray:
    return _top(exact, _BEST) & (exact > log_odds.ROUNDING)


def _top(values: np.ndarray, count: int) -> np.ndarray:
    """Tells which are among the largest of their row, bool [N, E]."""
    order = np.argsort(-values.astype(np.float64), axis=1, kind="stable")
    mask = np.zeros(values.shape, bool)
    np.put_along_axis(mask, order[:, :count], True, axis=1)
    return mask


def _promises(
    trained: trained_lib.TrainedRun,
    styles: np.ndarray,
    table: effects_lib.StyleEffects,
    targets: np.ndarray,
) -> dict[str, np.ndarray]:
    """Ranks the edits towards each image's target in ways, name: [N, 2S]."""
    estimates = [
        gradient_effects.GradientEffects(
            trained.stylex.model, table.space, points=points
        )
        for points in (1, 2)
    ]
    first, logits = estimates[0](styles, targets)
    pilot = screened_search.pilot_rows(len(styles))
    learned = calibration.fit(
        estimates[0],
        styles[pilot],
        dataclasses.replace(
            table,
            effects=table.effects[pilot],
            base_logits=table.base_logits[pilot],
            image_ids=tuple(table.image_ids[row] for row in pilot),
            score_changes=None,
        ),
    )
    moves = gradient_effects.moves_of(
        styles, table.ranges.ends(), table.shift_size
    )
    known = (first, moves, logits.argmax(axis=1), targets)
    return {
        "first order": first,
        "integrated, 2 points": estimates[1](styles, targets)[0],
        "calibrated": np.asarray(learned(*known)),
        "its upper bound": np.asarray(learned.upper_bounds(*known)),
    }


def _masked(
    table: effects_lib.StyleEffects,
    promise: np.ndarray,
    pilot: np.ndarray,
    count: int,
) -> effects_lib.StyleEffects:
    """Returns the table as the screened search would have measured it."""
    kept = _top(promise, count)
    kept[pilot] = True
    shape = table.effects.shape[:3]
    return dataclasses.replace(
        table,
        effects=np.where(kept.reshape(shape)[..., None], table.effects, 0),
    )


def _same_top(
    exact: effects_lib.StyleEffects, other: effects_lib.StyleEffects
) -> str:
    """Counts the classes' top 8 that are the same: "16/16"."""
    same, of = 0, 0
    for target in range(exact.num_classes):
        expected, selected = (
            {
                (attribute.coordinate, attribute.direction)
                for attribute in selection.select_class_attributes(
                    table, target_class=target, top_k=8
                )
            }
            for table in (exact, other)
        )
        same, of = same + len(expected & selected), of + len(expected)
    return f"{same}/{of}"


def _failures(exact: np.ndarray, first: np.ndarray) -> None:
    """Prints what the first order says of the best edits."""
    best = _best(exact)
    said, is_so = first[best], exact[best]
    print(
        f"of the {best.sum()} best edits, the gradient has the wrong sign in "
        f"{np.mean(said <= 0):.1%}, promises less than a tenth in "
        f"{np.mean(said < 0.1 * is_so):.1%}"
    )
