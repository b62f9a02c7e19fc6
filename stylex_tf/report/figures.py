"""The figures of evaluation.json as rows of a table, none of them alone.

Agreement is never shown without the label-only swap and factor agreement:
those rows are there even where nobody measured them, and say so.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stylex_tf.report import cautions, figure_rows, lookup, wording

NOT_MEASURED = "not measured"
DOES_NOT_APPLY = "does not apply"

# Names of the baselines, in the order in which they are printed.
_BASELINES = (
    ("random", "random coordinates"),
    ("wu", "Wu et al."),
    ("no_classification_loss", "trained without the classification loss"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Figure:
    """One row: a figure, over how many images, beside what, and its reading."""

    name: str
    value: str
    images: int | None
    meaning: str
    beside: str = ""
    # Codes of the cautions that this figure can raise.
    cautions: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class FigureGroup:
    """Rows that belong together."""

    title: str
    figures: tuple[Figure, ...]


def tabulate(
    evaluation: Mapping[str, Any],
    class_names: Sequence[str],
    causes: Sequence[str] = (),
) -> tuple[FigureGroup, ...]:
    """Turns evaluation.json into the groups of the page's table.

    Args:
        evaluation: the content of evaluation.json, any part of it null.
        class_names: of the classifier.
        causes: the planted truth, "factor" or "factor=value".

    Returns:
        The groups that have a figure; what was not measured is left out,
        except the figures that no reader may miss.
    """
    groups = (
        ("Classifier", _plain(evaluation, figure_rows.CLASSIFIER)),
        (
            "Reconstructions",
            (
                *_plain(evaluation, figure_rows.RECONSTRUCTION),
                _label_swap(evaluation),
                *_factor_agreement(evaluation, causes),
                *_plain(evaluation, figure_rows.DISTANCES),
            ),
        ),
        ("Attributes", _flip_rates(evaluation, class_names)),
        (
            "Against the truth",
            (
                *_found_causes(evaluation),
                *_plain(evaluation, figure_rows.TRUTH),
            ),
        ),
        ("Independence", _plain(evaluation, figure_rows.INDEPENDENCE)),
        ("Realism", _plain(evaluation, figure_rows.REALISM)),
    )
    return tuple(
        FigureGroup(title, figures)
        for title, found in groups
        if (figures := tuple(found))
    )


def _plain(
    evaluation: Mapping[str, Any], rows: Sequence[figure_rows.Row]
) -> Iterator[Figure]:
    for row in rows:
        value = lookup.lookup(evaluation, row.path)
        if value is None and not row.required:
            continue
        floor = lookup.lookup(evaluation, row.floor) if row.floor else None
        yield Figure(
            row.name,
            _print(value, row.unit),
            lookup.lookup(evaluation, row.images),
            row.meaning,
            "" if floor is None else f"real images: {_print(floor, row.unit)}",
            row.cautions,
        )


def _print(value: float | None, unit: str) -> str:
    if value is None:
        return NOT_MEASURED
    return (wording.percent if unit == "share" else wording.number)(value)


def _label_swap(evaluation: Mapping[str, Any]) -> Figure:
    share = lookup.lookup(evaluation, "sufficiency.baselines.label_swap")
    if share is None and cautions.never_told(evaluation):
        return Figure(
            "Label-only swap",
            DOES_NOT_APPLY,
            None,
            "The generator is never told the label, so it cannot draw class "
            "evidence from it.",
        )
    return Figure(
        "Label-only swap",
        _print(share, "share"),
        lookup.lookup(evaluation, "sufficiency.images"),
        "Decisions flipped by telling the generator another label and nothing "
        "else. Near 0 %, the evidence comes from the image.",
        cautions=("label_swap", "label_swap_unknown"),
    )


def _factor_agreement(
    evaluation: Mapping[str, Any], causes: Sequence[str]
) -> Iterator[Figure]:
    agreement = lookup.lookup(evaluation, "ground_truth.factor_agreement")
    if not agreement:
        yield Figure(
            "Factor agreement",
            NOT_MEASURED,
            None,
            "Whether reconstructions keep what the image shows. The truth "
            "about these images is not known: compare the pictures below.",
        )
        return
    causal = {cautions.cause_factor(cause) for cause in causes}
    yield Figure(
        "Factor agreement, lowest",
        _print(min(agreement.values()), "share"),
        lookup.lookup(evaluation, "ground_truth.images"),
        "Reconstructions in which a network reads the same factor as in the "
        "image.",
        ", ".join(
            f"{wording.words(name)} {wording.percent(share)}"
            + (" (planted cause)" if name in causal else "")
            for name, share in agreement.items()
        ),
        ("factor_agreement",),
    )
    accuracy = lookup.lookup(evaluation, "ground_truth.regressor_accuracy")
    if accuracy:
        worst = min(accuracy, key=lambda name: accuracy[name])
        yield Figure(
            "Accuracy of these networks, lowest",
            _print(accuracy[worst], "share"),
            lookup.lookup(evaluation, "ground_truth.images"),
            f"How often they are right on images, here about "
            f"{wording.words(worst)}.",
            cautions=("regressor_accuracy",),
        )


def _flip_rates(
    evaluation: Mapping[str, Any], class_names: Sequence[str]
) -> Iterator[Figure]:
    rates = lookup.lookup(evaluation, "sufficiency.flip_rate")
    images = lookup.lookup(evaluation, "sufficiency.images")
    if rates is None:
        yield Figure(
            "Flip rate",
            NOT_MEASURED,
            images,
            "Decisions flipped by the top attributes.",
        )
        return
    last = len(rates) - 1
    yield Figure(
        "Flip rate, top 1",
        _print(rates[0], "share"),
        images,
        "Decisions flipped by the strongest attribute alone.",
        "; ".join(_beside_flips(evaluation, 0)),
    )
    by_target = lookup.lookup(evaluation, "sufficiency.by_target") or {}
    towards = (
        f"towards {class_names[int(index)]}: "
        f"{wording.percent(target['flip_rate'][last])} of "
        f"{target['images']:,}"
        for index, target in by_target.items()
    )
    yield Figure(
        f"Flip rate, top {last + 1}",
        _print(rates[last], "share"),
        images,
        f"Decisions flipped by the top {last + 1} moved together.",
        "; ".join((*_beside_flips(evaluation, last), *towards)),
        ("flip_rate", "no_better_than_random"),
    )
    yield from _without_the_loss(evaluation)


def _without_the_loss(evaluation: Mapping[str, Any]) -> Iterator[Figure]:
    """What disappears of the flips without the classification loss.

    The interval knows of the images, not of another seed of the training.
    """
    rates = lookup.lookup(evaluation, "sufficiency.flip_rate")
    curve = lookup.lookup(
        evaluation, "sufficiency.baselines.no_classification_loss"
    )
    if not curve:
        return
    last = len(rates) - 1
    # Where the curves differ most: with few attributes or with many.
    top = max(range(len(rates)), key=lambda k: abs(rates[k] - curve[k]))
    first, ours, without = (
        f"top {top + 1}",
        wording.percent(rates[top]),
        wording.percent(curve[top]),
    )
    low, high = _interval(evaluation, top)
    if curve[top] < low:
        meaning = (
            "The same run without this loss. What disappears: its "
            f"{first} flip {without} of the decisions instead of {ours}. One "
            "run each."
        )
    elif curve[top] > high:
        meaning = (
            "The same run without this loss. Nothing disappears: its "
            f"{first} flip {without} of the decisions, more than the {ours} "
            "with it. One run each."
        )
    else:
        meaning = (
            "The same run without this loss. Nothing disappears beyond the "
            f"95 % interval: the largest difference is {without} instead of "
            f"{ours}, by the {first}. Here the reconstruction alone keeps "
            "what the classifier looks at. One run each."
        )
    yield Figure(
        f"Without the classification loss, top {last + 1}",
        _print(curve[last], "share"),
        # Its own images, of the same number where the runs are the same.
        None,
        meaning,
        f"top 1: {wording.percent(curve[0])}, with the loss "
        f"{wording.percent(rates[0])}; top {last + 1}: with the loss "
        f"{wording.percent(rates[last])}",
    )


def _interval(evaluation: Mapping[str, Any], index: int) -> tuple[float, float]:
    """The 95 % interval of one flip rate; itself where it is not known."""
    rate = lookup.lookup(evaluation, "sufficiency.flip_rate")[index]
    intervals = lookup.lookup(evaluation, "sufficiency.interval")
    return tuple(intervals[index]) if intervals else (rate, rate)


def _beside_flips(evaluation: Mapping[str, Any], index: int) -> Iterator[str]:
    """The interval and the baselines of one flip rate."""
    intervals = lookup.lookup(evaluation, "sufficiency.interval")
    if intervals:
        low, high = map(wording.percent, intervals[index])
        yield f"95 % interval {low} to {high}"
    for key, name in _BASELINES:
        curve = lookup.lookup(evaluation, f"sufficiency.baselines.{key}")
        if curve:
            yield f"{name}: {wording.percent(curve[index])}"


def _found_causes(evaluation: Mapping[str, Any]) -> Iterator[Figure]:
    for name, key, meaning in (
        ("Recall", "recall_at", "Planted causes that the top attributes move."),
        ("Precision", "precision_at", "Top attributes that move a cause."),
    ):
        table = lookup.lookup(evaluation, f"ground_truth.{key}") or {}
        known = {
            top: share for top, share in table.items() if share is not None
        }
        if not known:
            continue
        last = list(known)[-1]
        yield Figure(
            f"{name}, top {last}",
            _print(known[last], "share"),
            lookup.lookup(evaluation, "ground_truth.images"),
            meaning,
            ", ".join(
                f"top {top}: {wording.percent(share)}"
                for top, share in known.items()
                if top != last
            ),
        )
