"""Judges a run in one line: what it looks at, and how far to trust it."""

import dataclasses
import enum
from collections.abc import Sequence

from stylex_tf.evaluation import record
from stylex_tf.report import cautions, findings, overview, wording

# Attributes that are named; the rest is counted.
_NAMED = 3
# With these warnings the explanation may be wrong as a whole; with the others
# a part of it may be, or may be missing.
_GRAVE = (
    "agreement",
    "label_swap",
    "no_better_than_random",
    "encoder_ignored",
    "discriminator_wins",
    "class_collapsed",
)


class Level(enum.Enum):
    """How far to trust the page, in words."""

    GOOD = "You can trust it"
    PARTLY = "Trust it in part"
    DOUBTFUL = "Do not rely on it"
    UNKNOWN = "Nobody measured how far to trust it"
    NOTHING = "Nothing is explained yet"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What went into a run, from which follows what to do when it found none.

    Attributes:
        images: different images that it was trained on.
        seen: images seen in training, each as often as it was.
        best: images seen when its validation score was best; None where it was
            not validated.
        smallest_share: the share of the images tested that an attribute has to
            turn before it is told from chance; None: even all are too few.
        smallest_share_of_ten: the same, were there ten times as many images.
    """

    images: int
    seen: int
    best: int | None
    smallest_share: float | None
    smallest_share_of_ten: float | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdict:
    """The first lines of a page.

    Attributes:
        level: how far to trust it.
        named: the strongest attributes, each coordinate once.
        more: further ones that turn decisions and are not weak.
        figures: what the level stands on, in words: two figures.
        warnings: how many stand below.
        advice: what to do, where nothing is listed.
    """

    level: Level
    named: tuple[overview.Led, ...]
    more: int
    figures: str
    warnings: int
    advice: tuple[str, ...] = ()


def judge(
    shown: findings.Findings,
    evaluation: record.Evaluation,
    warnings: Sequence[cautions.Caution],
    effort: Effort | None = None,
) -> Verdict:
    """Sums a page up.

    Args:
        shown: what is listed.
        evaluation: the figures.
        warnings: all that stand on the page.
        effort: what went into the run; None where nobody says.
    """
    listed = [line for each in overview.lists(shown) for line in each.lines]
    sound = _distinct(
        [
            line.first
            for line in listed
            if not line.first.of_class.mark(line.first.view)
        ]
    )
    return Verdict(
        level=_level(bool(listed), evaluation, warnings),
        named=tuple(sound[:_NAMED]),
        more=max(len(sound) - _NAMED, 0),
        figures=_figures(evaluation),
        warnings=len(warnings),
        advice=() if listed else tuple(_advice(evaluation, effort)),
    )


def _level(
    listed: bool,
    evaluation: record.Evaluation,
    warnings: Sequence[cautions.Caution],
) -> Level:
    if not listed:
        return Level.NOTHING
    codes = {warning.code.partition("/")[0] for warning in warnings}
    if codes.intersection(_GRAVE):
        return Level.DOUBTFUL
    turned = evaluation.sufficiency.flips
    if evaluation.reconstruction.agreement is None or turned is None:
        return Level.UNKNOWN
    return Level.PARTLY if codes else Level.GOOD


def _distinct(led: list[overview.Led]) -> list[overview.Led]:
    """Keeps the strongest of those that move one factor, strongest first."""
    best: dict[str | int, overview.Led] = {}
    for attribute in sorted(led, key=overview.strength, reverse=True):
        best.setdefault(
            attribute.view.factor or attribute.view.coordinate, attribute
        )
    # A coordinate may be read as another factor in another class's images.
    by_coordinate = {
        attribute.view.coordinate: attribute
        for attribute in reversed(best.values())
    }
    return sorted(by_coordinate.values(), key=overview.strength, reverse=True)


def _figures(evaluation: record.Evaluation) -> str:
    agreement = evaluation.reconstruction.agreement
    curve = evaluation.sufficiency.flips
    turned = curve.last() if curve else None
    parts = [
        "whether reconstructions keep the decision was not measured"
        if agreement is None
        else "reconstructions keep the classifier's decision in "
        f"{wording.percent(agreement.value)} of "
        f"{wording.count(agreement.n, 'unseen image')}"
    ]
    if curve is not None and turned is not None:
        listed = (
            "the one attribute that is listed turns"
            if len(curve.values) == 1
            else "all that is listed, moved together, turns"
        )
        parts.append(
            f"{listed} {wording.percent(turned.value)} of "
            f"{wording.count(turned.n, 'decision')}"
        )
    return ", and ".join(parts)


def _advice(evaluation: record.Evaluation, effort: Effort | None) -> list[str]:
    tested = evaluation.significance.attributes
    advice = []
    if tested is not None:
        attributes = wording.count(int(tested.value), "attribute")
        images = wording.count(tested.n, "image")
        advice.append(
            f"The search handed on {attributes}; on {images} that it had not "
            "seen, none of them turned more decisions than rebuilding the "
            "images does, beyond chance, nor did those of a class together."
        )
    if effort is None:
        return advice
    if tested is not None:
        advice.append(_about_images(tested.n, effort))
    advice.append(_about_training(effort))
    return advice


def _about_images(tested: int | None, effort: Effort) -> str:
    images = wording.count(tested, "image")
    share, of_ten = effort.smallest_share, effort.smallest_share_of_ten
    needed = (
        f"even an attribute that turns all of {images} could not be told from "
        "chance"
        if share is None
        else f"of {images} an attribute has to turn at least "
        f"{wording.percent(share)} to be told from chance"
    )
    ten = (
        ""
        if of_ten is None
        else f"; were there ten times as many, {wording.percent(of_ten)}"
    )
    return f"More images: {needed}{ten}."


def _about_training(effort: Effort) -> str:
    seen, images = effort.seen, max(effort.images, 1)
    text = (
        f"it saw {seen:,} images, each of "
        f"{wording.count(effort.images, 'image')} about "
        f"{wording.count(round(seen / images), 'time')}"
    )
    if effort.best is None:
        return f"Train longer: {text} (training.total_images)."
    if effort.best >= seen:
        return (
            f"Train longer: {text}, and its validation score was still "
            "getting better when training ended (training.total_images)."
        )
    return (
        f"Training: {text}; its validation score was best after "
        f"{effort.best:,}, so that more images or a larger model may help more "
        "than training longer."
    )
