"""What a reader must know before believing a figure, in words."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stylex_tf.report import findings as findings_lib
from stylex_tf.report import lookup, wording

# Above this share, the label alone does what the image should do.
LABEL_SWAP_LIMIT = 0.2
# Below these, reconstructions are not the images any more.
AGREEMENT_LIMIT = 0.9
FACTOR_AGREEMENT_LIMIT = 0.9
# Below this, factor agreement is the regressors' error as much as the images'.
REGRESSOR_LIMIT = 0.95
# Below this, the attributes are at most half of the explanation.
FLIP_RATE_LIMIT = 0.5


@dataclasses.dataclass(frozen=True, slots=True)
class Caution:
    """One warning: `code` for programs, the rest for people."""

    code: str
    headline: str
    text: str


def find(
    evaluation: Mapping[str, Any],
    findings: findings_lib.Findings,
    causes: Sequence[str] = (),
) -> tuple[Caution, ...]:
    """Lists every warning that the figures call for, the gravest first.

    Args:
        evaluation: the content of evaluation.json; nulls are not measured.
        findings: what was found.
        causes: the planted truth, "factor" or "factor=value"; empty where no
            truth is known.
    """
    return (
        *_about_the_classifier(evaluation),
        *_about_the_label(evaluation),
        *_about_reconstructions(evaluation),
        *_about_flips(evaluation, findings.class_names),
        *_about_attributes(evaluation, findings),
        *_about_causes(evaluation, findings, causes),
    )


def never_told(evaluation: Mapping[str, Any]) -> bool:
    """Whether the generator has no condition, so that no label can leak."""
    return lookup.lookup(evaluation, "run.config.model.conditioning") == "none"


def only_guesses(evaluation: Mapping[str, Any]) -> bool:
    """Whether the classifier may be no better than a constant answer."""
    p_value = lookup.lookup(evaluation, "significance.classifier_p_value")
    return p_value is not None and p_value >= lookup.lookup(
        evaluation, "significance.level"
    )


def _about_the_classifier(evaluation: Mapping[str, Any]) -> Iterator[Caution]:
    if only_guesses(evaluation):
        p_value = lookup.lookup(evaluation, "significance.classifier_p_value")
        yield Caution(
            "only_guesses",
            "Nothing was found that matters",
            "On images it was not trained on, the classifier is not reliably "
            "better than always naming the largest class (p = "
            f"{p_value:.2g}). Whatever moves it says nothing about the "
            "classes, so no attribute is shown.",
        )


def _about_the_label(evaluation: Mapping[str, Any]) -> Iterator[Caution]:
    swap = lookup.lookup(evaluation, "sufficiency.baselines.label_swap")
    agreement = lookup.lookup(evaluation, "reconstruction.agreement")
    if swap is None:
        if agreement is None or never_told(evaluation):
            return
        yield Caution(
            "label_swap_unknown",
            "Agreement cannot be judged",
            "The label-only swap was not measured, so nobody knows whether "
            "the reconstructions agree because of the image or because the "
            "generator was told the answer.",
        )
    elif swap > LABEL_SWAP_LIMIT:
        yield Caution(
            "label_swap",
            "The label leaks into the pictures",
            "The generator draws class evidence from the condition: swapping "
            f"the label alone flips {wording.percent(swap)} of the decisions "
            f"(more than {wording.percent(LABEL_SWAP_LIMIT)} is too many). "
            "However high the agreement is, it says little about the images, "
            "and single attributes look weaker than what they stand for.",
        )


def _about_reconstructions(evaluation: Mapping[str, Any]) -> Iterator[Caution]:
    agreement = lookup.lookup(evaluation, "reconstruction.agreement")
    if agreement is not None and agreement < AGREEMENT_LIMIT:
        yield Caution(
            "agreement",
            "Reconstructions are judged differently from images",
            "The classifier gives the reconstruction the class of the image "
            f"in {wording.percent(agreement)} of the cases (less than "
            f"{wording.percent(AGREEMENT_LIMIT)} is too few). What is found "
            "in reconstructions need not hold for the images.",
        )
    lost = _below(
        evaluation, "ground_truth.factor_agreement", FACTOR_AGREEMENT_LIMIT
    )
    if lost:
        yield Caution(
            "factor_agreement",
            "Reconstructions change what the image shows",
            f"They often do not keep {wording.enumeration(lost)}; less than "
            f"{wording.percent(FACTOR_AGREEMENT_LIMIT)} is too few. One "
            "attribute may stand in for another that leads to the same class.",
        )
    misread = _below(
        evaluation, "ground_truth.regressor_accuracy", REGRESSOR_LIMIT
    )
    if misread:
        yield Caution(
            "regressor_accuracy",
            "The readers of the factors are often wrong",
            "The networks that decide what a picture shows are right too "
            f"seldom about {wording.enumeration(misread)}; less than "
            f"{wording.percent(REGRESSOR_LIMIT)} is too few to judge factor "
            "agreement and to name attributes.",
        )


def _below(evaluation: Mapping[str, Any], path: str, limit: float) -> list[str]:
    """The factors whose share is below the limit, with their shares."""
    return [
        f"{wording.words(name)} ({wording.percent(share)})"
        for name, share in (lookup.lookup(evaluation, path) or {}).items()
        if share < limit
    ]


def _about_flips(
    evaluation: Mapping[str, Any], class_names: Sequence[str]
) -> Iterator[Caution]:
    rates = lookup.lookup(evaluation, "sufficiency.flip_rate")
    if rates is None or only_guesses(evaluation):
        return
    rate, top = rates[-1], len(rates)
    by_target = lookup.lookup(evaluation, "sufficiency.by_target") or {}
    weak = [
        f"{wording.percent(target['flip_rate'][-1])} of "
        f"{target['images']:,} images towards “{class_names[int(index)]}”"
        for index, target in by_target.items()
        if target["flip_rate"][-1] < FLIP_RATE_LIMIT
    ]
    if rate < FLIP_RATE_LIMIT and not weak:
        weak = [f"{wording.percent(rate)} of the images"]
    if weak:
        yield Caution(
            "flip_rate",
            "The attributes seldom change the decision",
            f"Moved together, the top {top} flip {wording.enumeration(weak)}; "
            f"less than {wording.percent(FLIP_RATE_LIMIT)} is few. They are a "
            "part of what the classifier looks at, and the larger part may "
            "be missing here.",
        )
    random = lookup.lookup(evaluation, "sufficiency.baselines.random")
    if random is not None and rate <= random[-1]:
        yield Caution(
            "no_better_than_random",
            "The attributes do no better than chance",
            f"As many random coordinates flip {wording.percent(random[-1])}, "
            f"the top {top} {wording.percent(rate)}.",
        )


def _about_attributes(
    evaluation: Mapping[str, Any],
    findings: findings_lib.Findings,
) -> Iterator[Caution]:
    for found in findings.classes:
        if not found.attributes and not only_guesses(evaluation):
            yield Caution(
                "no_attributes",
                f"No attribute was found for “{found.class_name}”",
                f"In {found.images:,} images no single coordinate moved the "
                "classifier towards it, and away from it when turned the "
                "other way, by more than chance. That is a result: what "
                "makes this class may take several coordinates at once, or "
                "was not learnt by the generator.",
            )
    if findings.shift_size > 1:
        yield Caution(
            "shift_size",
            "The edits go further than any image did",
            f"Every coordinate was moved {findings.shift_size:g} times as "
            "far as the end of the range it has over the images, where "
            "pictures may break.",
        )


def _about_causes(
    evaluation: Mapping[str, Any],
    findings: findings_lib.Findings,
    causes: Sequence[str],
) -> Iterator[Caution]:
    if not truth_measured(evaluation):
        return
    moved = {
        view.factor for found in findings.classes for view in found.attributes
    }
    missed = [
        wording.words(cause)
        for cause in causes
        if cause_factor(cause) not in moved
    ]
    if missed:
        yield Caution(
            "missed_cause",
            "A planted cause was not found",
            f"The class depends on {wording.enumeration(missed)}, but no "
            "attribute on this page moves it.",
        )


def truth_measured(evaluation: Mapping[str, Any]) -> bool:
    """Whether somebody looked which factors the attributes move."""
    return lookup.lookup(evaluation, "ground_truth.recall_at.4") is not None


def cause_factor(cause: str) -> str:
    """The factor of a cause: "mouth=smile" -> "mouth"."""
    return cause.partition("=")[0]
