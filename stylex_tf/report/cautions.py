"""Says in words what a reader must know before believing a figure."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from stylex_tf.evaluation import figure, record
from stylex_tf.report import findings as findings_lib
from stylex_tf.report import wording

# Above this share, the label alone does what the image should do.
LABEL_SWAP_LIMIT = 0.2
# Below these, reconstructions are not the images any more.
AGREEMENT_LIMIT = 0.9
FACTOR_AGREEMENT_LIMIT = 0.9
# Below this, factor agreement is the regressors' error as much as the images'.
REGRESSOR_LIMIT = 0.95
# Below this, the attributes are at most half of the explanation.
FLIP_RATE_LIMIT = 0.5
# Where a second classifier follows in a smaller share of the decisions that the
# attributes flip, much of it may fool the first one alone.
SECOND_LIMIT = 0.7


@dataclasses.dataclass(frozen=True, slots=True)
class Caution:
    """One warning: `code` for programs, the rest for people."""

    code: str
    headline: str
    text: str


def find(
    evaluation: record.Evaluation,
    findings: findings_lib.Findings,
    causes: Sequence[str] = (),
) -> tuple[Caution, ...]:
    """Lists every warning that the figures call for, the gravest first.

    Args:
        evaluation: the figures; None is not measured.
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


def never_told(evaluation: record.Evaluation) -> bool:
    """Says whether the generator has no condition, so none can leak."""
    return evaluation.run.conditioning == "none"


def only_guesses(evaluation: record.Evaluation) -> bool:
    """Says whether the classifier may be no better than a constant."""
    p, level = evaluation.classifier.guessing_p, evaluation.significance.level
    return p is not None and level is not None and p.value >= level


def _about_the_classifier(evaluation: record.Evaluation) -> Iterator[Caution]:
    p = evaluation.classifier.guessing_p
    if p is not None and only_guesses(evaluation):
        yield Caution(
            "only_guesses",
            "The classifier may know nothing of the classes",
            "On images it was not trained on, it is not reliably better than "
            f"always naming the largest class (p = {p.value:.2g}). The "
            "attributes are what moves it all the same; they say nothing of "
            "how the classes differ.",
        )


def _about_the_label(evaluation: record.Evaluation) -> Iterator[Caution]:
    swap = evaluation.sufficiency.label_swap
    agreement = evaluation.reconstruction.agreement
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
    elif swap.value > LABEL_SWAP_LIMIT:
        yield Caution(
            "label_swap",
            "The label leaks into the pictures",
            "The generator draws class evidence from the condition: swapping "
            f"the label alone flips {wording.percent(swap.value)} of the "
            f"decisions (more than {wording.percent(LABEL_SWAP_LIMIT)} is too "
            "many). However high the agreement is, it says little about the "
            "images, and single attributes look weaker than what they stand "
            "for.",
        )


def _about_reconstructions(evaluation: record.Evaluation) -> Iterator[Caution]:
    agreement = evaluation.reconstruction.agreement
    if agreement is not None and agreement.value < AGREEMENT_LIMIT:
        yield Caution(
            "agreement",
            "Reconstructions are judged differently from images",
            "The classifier gives the reconstruction the class of the image "
            f"in {wording.percent(agreement.value)} of the cases (less than "
            f"{wording.percent(AGREEMENT_LIMIT)} is too few). What is found "
            "in reconstructions need not hold for the images.",
        )
    elif poor := _classes_below(evaluation):
        yield Caution(
            "agreement",
            "Reconstructions of a class are judged differently from images",
            "The classifier gives the reconstruction the class of the image "
            f"in {wording.enumeration(poor)} (less than "
            f"{wording.percent(AGREEMENT_LIMIT)} is too few). What is found "
            "in reconstructions need not hold for the images of that class.",
        )
    truth = evaluation.ground_truth
    lost = _below(truth.factor_agreement, FACTOR_AGREEMENT_LIMIT)
    if lost:
        yield Caution(
            "factor_agreement",
            "Reconstructions change what the image shows",
            f"They often do not keep {wording.enumeration(lost)}; less than "
            f"{wording.percent(FACTOR_AGREEMENT_LIMIT)} is too few. One "
            "attribute may stand in for another that leads to the same class.",
        )
    misread = _below(truth.regressor_accuracy, REGRESSOR_LIMIT)
    if misread:
        yield Caution(
            "regressor_accuracy",
            "The readers of the factors are often wrong",
            "The networks that decide what a picture shows are right too "
            f"seldom about {wording.enumeration(misread)}; less than "
            f"{wording.percent(REGRESSOR_LIMIT)} is too few to judge factor "
            "agreement and to name attributes.",
        )


def _below(
    shares: Mapping[str, figure.Figure] | None, limit: float
) -> list[str]:
    """Returns the factors whose share is below the limit, with shares."""
    return [
        f"{wording.words(name)} ({wording.percent(share.value)})"
        for name, share in (shares or {}).items()
        if share.value < limit
    ]


def _classes_below(evaluation: record.Evaluation) -> list[str]:
    """Names classes of too little agreement, beyond what is chance."""
    shares = evaluation.reconstruction.agreement_by_class or {}
    return [
        f"{wording.percent(share.value)} of {share.n or 0:,} images of "
        f"“{evaluation.class_name(index)}”"
        for index, share in shares.items()
        if share.interval is not None and share.interval[1] < AGREEMENT_LIMIT
    ]


def _about_flips(
    evaluation: record.Evaluation, class_names: Sequence[str]
) -> Iterator[Caution]:
    sufficiency = evaluation.sufficiency
    flips = sufficiency.flips.last() if sufficiency.flips else None
    if flips is None:
        return
    by_target = {
        index: curve.last()
        for index, curve in (sufficiency.by_target or {}).items()
    }
    weak = [
        f"{wording.percent(rate.value)} of {rate.n or 0:,} images towards "
        f"“{class_names[int(index)]}”"
        for index, rate in by_target.items()
        if rate is not None and rate.value < FLIP_RATE_LIMIT
    ]
    if flips.value < FLIP_RATE_LIMIT and not weak:
        weak = [f"{wording.percent(flips.value)} of the images"]
    if weak:
        yield Caution(
            "flip_rate",
            "The attributes seldom change the decision",
            "Moved together, all that are listed flip "
            f"{wording.enumeration(weak)}; less than "
            f"{wording.percent(FLIP_RATE_LIMIT)} is few. They are a part of "
            "what the classifier looks at, and the larger part may be missing "
            "here.",
        )
    random = sufficiency.random.last() if sufficiency.random else None
    if random is not None and flips.value <= random.value:
        yield Caution(
            "no_better_than_random",
            "The attributes do no better than chance",
            "As many random coordinates, turned towards the class's mean, "
            f"flip {wording.percent(random.value)}, the attributes "
            f"{wording.percent(flips.value)}.",
        )
    yield from _about_the_second(evaluation, flips)


def _about_the_second(
    evaluation: record.Evaluation, flips: figure.Figure
) -> Iterator[Caution]:
    of_second = evaluation.sufficiency.second
    second = of_second.last() if of_second else None
    accuracy = evaluation.classifier.second_accuracy
    if second and accuracy and _is_no_better_than_largest(accuracy, evaluation):
        yield Caution(
            "second_guesses",
            "Nobody knows whether the attributes fool this classifier alone",
            "The second classifier, of another architecture, is right about "
            f"{wording.percent(accuracy.value)} "
            "of the images, which is not reliably more than always naming the "
            "largest class reaches. Whether it follows the attributes tells "
            "nothing of them.",
        )
    elif second is not None and second.value < SECOND_LIMIT * flips.value:
        yield Caution(
            "second_classifier",
            "The attributes may fool this classifier alone",
            "A classifier of another architecture, trained on the same images, "
            f"is turned in {wording.percent(second.value)} of the images, the "
            f"one that is explained in {wording.percent(flips.value)}. What "
            "moves only one of them may be a pattern that fools it, and no "
            "feature of the images: trust those attributes whose change you "
            "can name in the pictures.",
        )


def _is_no_better_than_largest(
    accuracy: figure.Figure, evaluation: record.Evaluation
) -> bool:
    """Says whether always naming the largest class may be right as often."""
    largest = evaluation.classifier.largest_class
    if accuracy.interval is None or largest is None:
        return False
    return accuracy.interval[0] <= largest.value


def _about_attributes(
    evaluation: record.Evaluation,
    findings: findings_lib.Findings,
) -> Iterator[Caution]:
    without = [
        of_class for of_class in findings.classes if not of_class.attributes
    ]
    # Many classes without any get one warning, and not one each.
    none_at_all = 1 < len(without) == len(findings.classes)
    for of_class in without[:1] if none_at_all else without:
        if none_at_all:
            where, what = "any class", "No single coordinate"
            towards = "a class"
        else:
            where, towards = f"“{of_class.class_name}”", "it"
            what = f"In {of_class.images:,} images no single coordinate"
        yield Caution(
            "no_attributes",
            f"No attribute was found for {where}",
            f"{what} moved the classifier towards {towards}, and away from it "
            "when turned the other way, by more than chance; nor did the "
            "strongest, moved together. That is a result: what makes a class "
            "may take more coordinates at once, or was not learnt by the "
            "generator.",
        )
    together = [
        f"“{of_class.class_name}”"
        for of_class in findings.classes
        if of_class.together
    ]
    if together:
        yield Caution(
            "only_together",
            "Attributes that matter only together",
            f"Towards {wording.enumeration(together)} no attribute turns more "
            "decisions by itself than rebuilding the images does, beyond "
            "chance. Moved together, those that are listed do. Each is a part "
            "of what the classifier looks at, and none is a reason alone; one "
            "or another may add nothing.",
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
    evaluation: record.Evaluation,
    findings: findings_lib.Findings,
    causes: Sequence[str],
) -> Iterator[Caution]:
    if not truth_measured(evaluation):
        return
    moved = {
        view.factor
        for of_class in findings.classes
        for view in of_class.attributes
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


def truth_measured(evaluation: record.Evaluation) -> bool:
    """Tells whether it was measured which factors attributes move."""
    return bool(evaluation.ground_truth.recall_at)


def cause_factor(cause: str) -> str:
    """Returns the factor of a cause: "mouth=smile" -> "mouth"."""
    return cause.partition("=")[0]
