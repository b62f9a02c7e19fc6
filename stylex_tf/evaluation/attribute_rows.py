"""Lists the rows about attributes: what is listed, single edits, the truth."""

from collections.abc import Callable, Mapping

from stylex_tf.evaluation import figure, record, rows
from stylex_tf.evaluation.printing import Unit
from stylex_tf.evaluation.rows import Good, Row


def _at(
    get: Callable[[record.Evaluation], Mapping[str, figure.Figure] | None],
    key: str,
) -> Callable[[record.Evaluation], figure.Figure | None]:
    return lambda evaluation: (get(evaluation) or {}).get(key)


LISTED = rows.Group(
    "What is listed",
    (
        Row(
            name="attributes tested",
            get=lambda e: e.significance.attributes,
            unit=Unit.COUNT,
            good=Good.NEITHER,
            reading="How many the search handed on, all classes together.",
        ),
        Row(
            name="that work both ways",
            get=lambda e: e.significance.both_ways,
            unit=Unit.COUNT,
            good=Good.NEITHER,
            reading="How many of those take images away from the class when "
            "turned round.",
        ),
        Row(
            name="that matter",
            get=lambda e: e.significance.significant,
            unit=Unit.COUNT,
            good=Good.NEITHER,
            reading="How many of those turn more decisions than rebuilding "
            "the images does, beyond chance.",
        ),
        Row(
            name="that are listed",
            get=lambda e: e.significance.listed,
            unit=Unit.COUNT,
            good=Good.NEITHER,
            reading="How many are listed: a list ends where the rest of it "
            "turns no further decision.",
        ),
        Row(
            name="that matter only together",
            get=lambda e: e.significance.together,
            unit=Unit.COUNT,
            good=Good.NEITHER,
            reading="How many of those are listed because a class's list as a "
            "whole turns more decisions than rebuilding the images does, "
            "beyond chance, and no attribute of it alone does.",
        ),
    ),
)
EDITS = rows.Group(
    "Single edits",
    (
        Row(
            name="there and back, L1",
            get=lambda e: e.edits.reversal_l1,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when the edit and its reverse give the same "
            "picture again, poor when as large as the L1 of reconstructions.",
        ),
        Row(
            name="there and back, decision kept",
            get=lambda e: e.edits.reversal_decision,
            unit=Unit.SHARE,
            good=Good.HIGH,
            reading="Good when the decision comes back as well, poor when "
            "it stays turned.",
        ),
        Row(
            name="change outside the mask",
            get=lambda e: e.edits.collateral_change,
            unit=Unit.SHARE,
            good=Good.LOW,
            reading="Good when an edit changes one place, poor when most of "
            "its change lies elsewhere.",
        ),
        Row(
            name="other factors moved",
            get=lambda e: e.edits.collateral_factors,
            unit=Unit.SHARE,
            good=Good.LOW,
            reading="Good when no factor but the edit's own is read "
            "differently, poor when many images change another.",
        ),
        Row(
            name="L1 to the drawn, carried",
            get=lambda e: e.edits.to_drawn_carried,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when at most two thirds of the unedited image's, "
            "poor when no closer than that.",
        ),
        Row(
            name="L1 to the drawn, edited",
            get=lambda e: e.edits.to_drawn_edited,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when below the unedited image's, poor when above; "
            "reconstruction alone costs what the next row but one says.",
        ),
        Row(
            name="L1 to the drawn, unedited",
            get=lambda e: e.edits.to_drawn_unedited,
            unit=Unit.NUMBER,
            good=Good.NEITHER,
            reading="How much the drawing changes when its factor is "
            "exchanged.",
        ),
        Row(
            name="L1 to the drawn, drawn rebuilt",
            get=lambda e: e.edits.to_drawn_reconstruction,
            unit=Unit.NUMBER,
            good=Good.NEITHER,
            reading="What reconstructing the drawn picture costs: no edit "
            "can be expected to be closer.",
        ),
    ),
)
INDEPENDENCE = rows.Group(
    "Independence of the attributes",
    (
        Row(
            name="overlap of the masks",
            get=lambda e: e.independence.mask_overlap,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when near 0, poor when two attributes change the "
            "same pixels.",
        ),
        Row(
            name="cosine of the effects",
            get=lambda e: e.independence.effect_cosine,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when below 1, poor when two attributes act on the "
            "same images alike.",
        ),
        Row(
            name="additivity gap",
            get=lambda e: e.independence.additivity_gap,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when near 0, where two edits do what each does "
            "alone; poor when near 1.",
        ),
    ),
)
TRUTH = rows.Group(
    "Against the truth",
    (
        Row(
            name="images judged",
            get=lambda e: e.ground_truth.images_judged,
            unit=Unit.COUNT,
            good=Good.NEITHER,
            reading="In how many unseen images it is read what the attributes "
            "move, with more than two classes each in those of other classes; "
            "the next rows count causes or attributes.",
            # Earlier files have the number beside the next rows.
            absent=lambda _: "",
        ),
        *(
            Row(
                name=f"recall, {label}",
                get=_at(lambda e: e.ground_truth.recall_at, key),
                unit=Unit.SHARE,
                good=Good.HIGH,
                reading="Good when 100 %: some attribute moves each planted "
                "cause; poor when one is missed (of the causes, in the images "
                "judged).",
                headline=key == "4",
                cautions=("missed_cause",),
            )
            for key, label in (("4", "first 4"), ("listed", "all listed"))
        ),
        *(
            Row(
                name=f"precision, {label}",
                get=_at(lambda e: e.ground_truth.precision_at, key),
                unit=Unit.SHARE,
                good=Good.HIGH,
                reading="Good when 100 %, poor when attributes are listed "
                "that mainly move no cause (of the attributes, in the images "
                "judged).",
                headline=key == "listed",
            )
            for key, label in (("4", "first 4"), ("listed", "all listed"))
        ),
        Row(
            name="sign accuracy",
            get=lambda e: e.ground_truth.sign_accuracy,
            unit=Unit.SHARE,
            good=Good.HIGH,
            reading="Good when every causal attribute moves its cause the "
            "way the rule says, poor when one moves it the other way (of the "
            "causal attributes, in the images judged).",
        ),
        Row(
            name="purity",
            get=lambda e: e.ground_truth.purity,
            unit=Unit.NUMBER,
            good=Good.HIGH,
            reading="Good when all change falls on one factor (1), poor "
            "below a half (mean of the attributes, in the images judged).",
        ),
        Row(
            name="leakage",
            get=lambda e: e.ground_truth.leakage,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when no change falls on factors without influence "
            "(0), poor above a half (mean of the attributes, in the images "
            "judged).",
        ),
        Row(
            name="rank correlation",
            get=lambda e: e.ground_truth.rank_correlation,
            unit=Unit.NUMBER,
            good=Good.HIGH,
            reading="Good when 1: effects are ordered as the true ones; poor "
            "when near 0.",
        ),
        Row(
            name="true effect of factors",
            get=lambda e: e.ground_truth.causal_effects,
            unit=Unit.NUMBER,
            good=Good.NEITHER,
            reading="How far exchanging the factor in the drawing moves the "
            "log odds.",
        ),
    ),
)
