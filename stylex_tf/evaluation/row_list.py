"""The rows of the one table: every figure, which way is good, how to read it."""

from collections.abc import Callable, Mapping

from stylex_tf.evaluation import figure, flip_rows, record, rows
from stylex_tf.evaluation.rows import Good, Row, Unit

# The generator is never told the label, so no label can leak.
_NEVER_TOLD = "none"


def groups(evaluation: record.Evaluation) -> tuple[rows.Group, ...]:
    """Returns all rows, in the order in which they are read.

    Args:
        evaluation: says how many attributes are listed, which decides what
            "top k" there is.
    """
    return (
        _CLASSIFIER,
        _RECONSTRUCTIONS,
        *flip_rows.groups(evaluation),
        _LISTED,
        _EDITS,
        _REALISM,
        _INDEPENDENCE,
        _TRUTH,
        _RUN,
    )


def fill(evaluation: record.Evaluation) -> tuple[rows.LineGroup, ...]:
    """Returns the whole table, filled in."""
    return rows.fill(groups(evaluation), evaluation)


def _swap_absent(evaluation: record.Evaluation) -> str:
    told = evaluation.run.conditioning != _NEVER_TOLD
    return rows.NOT_MEASURED if told else "does not apply"


def _at(
    get: Callable[[record.Evaluation], Mapping[str, figure.Figure] | None],
    key: str,
) -> Callable[[record.Evaluation], figure.Figure | None]:
    return lambda evaluation: (get(evaluation) or {}).get(key)


def _counted(value: float | None) -> figure.Figure | None:
    return None if value is None else figure.Figure(value, None)


_CLASSIFIER = rows.Group(
    "Classifier",
    (
        Row(
            name="accuracy",
            get=lambda e: e.classifier.accuracy,
            unit=Unit.SHARE,
            good=Good.HIGH,
            reading="Good when far above the largest class, poor when near "
            "it; mistakes are explained as faithfully as successes.",
            required=True,
            headline=True,
            cautions=("only_guesses",),
        ),
        Row(
            name="share of the largest class",
            get=lambda e: e.classifier.largest_class,
            unit=Unit.SHARE,
            good=Good.NEITHER,
            reading="What always naming the largest class would reach.",
        ),
        Row(
            name="p of mere guessing",
            get=lambda e: e.classifier.guessing_p,
            unit=Unit.FINE,
            good=Good.LOW,
            reading="Good when below 0.01; poor above, where always naming "
            "the largest class may be right as often.",
            cautions=("only_guesses",),
        ),
        Row(
            name="calibration error",
            get=lambda e: e.classifier.calibration_error,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when near 0; poor when its probabilities are far "
            "from how often it is right.",
        ),
    ),
)
_RECONSTRUCTIONS = rows.Group(
    "Reconstructions",
    (
        Row(
            name="agreement",
            get=lambda e: e.reconstruction.agreement,
            unit=Unit.SHARE,
            good=Good.HIGH,
            reading="Good when nearly all reconstructions get the class of "
            "their image, poor below 90 %; means nothing without the next "
            "two rows.",
            required=True,
            headline=True,
            cautions=("agreement",),
        ),
        Row(
            name="label-only swap flips",
            get=lambda e: e.sufficiency.label_swap,
            unit=Unit.SHARE,
            good=Good.LOW,
            reading="Good when telling the generator another label changes "
            "no decision, poor above 20 %, where the label is drawn and not "
            "the image.",
            required=True,
            headline=True,
            absent=_swap_absent,
            cautions=("label_swap", "label_swap_unknown"),
        ),
        Row(
            name="factor agreement",
            get=lambda e: e.ground_truth.factor_agreement,
            unit=Unit.SHARE,
            good=Good.HIGH,
            reading="Good when image and reconstruction show the same of "
            "every factor, poor when a cause is lost or stands in for "
            "another.",
            required=True,
            headline=True,
            cautions=("factor_agreement",),
        ),
        Row(
            name="accuracy of the readers",
            get=lambda e: e.ground_truth.regressor_accuracy,
            unit=Unit.SHARE,
            good=Good.HIGH,
            reading="Good when near 100 %, poor below 95 %, where the rows "
            "about factors are the readers' mistakes as well.",
            cautions=("regressor_accuracy",),
        ),
        Row(
            name="second classifier agrees",
            get=lambda e: e.sufficiency.second_agreement,
            unit=Unit.SHARE,
            good=Good.HIGH,
            reading="Good when another classifier sees the same class in the "
            "reconstructions, poor when it does not.",
        ),
        Row(
            name="agreement after 10 cycles",
            get=lambda e: e.reconstruction.agreement_cycled,
            unit=Unit.SHARE,
            good=Good.HIGH,
            reading="Good when near the agreement, poor when reconstructing "
            "again and again loses the class.",
        ),
        Row(
            name="KL divergence",
            get=lambda e: e.reconstruction.kl,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when near 0 nats, poor when the probabilities "
            "move on the way.",
        ),
        Row(
            name="change of probability",
            get=lambda e: e.reconstruction.probability_change,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when near 0, poor when a probability moves by "
            "tenths.",
        ),
        Row(
            name="L1",
            get=lambda e: e.reconstruction.l1,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when below that of PCA, poor when above: pixels "
            "from -1 to 1.",
        ),
        Row(
            name="L1 of PCA",
            get=lambda e: e.reconstruction.l1_pca,
            unit=Unit.NUMBER,
            good=Good.NEITHER,
            reading="What a linear code of as many numbers reaches.",
        ),
        Row(
            name="L1 after 10 cycles",
            get=lambda e: e.reconstruction.l1_cycled,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when near the L1, poor when the picture drifts "
            "away.",
        ),
        Row(
            name="perceptual distance",
            get=lambda e: e.reconstruction.perceptual,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when below that of PCA, poor when above: distance "
            "of the second classifier's features.",
        ),
        Row(
            name="perceptual distance of PCA",
            get=lambda e: e.reconstruction.perceptual_pca,
            unit=Unit.NUMBER,
            good=Good.NEITHER,
            reading="What a linear code of as many numbers reaches.",
        ),
        Row(
            name="SSIM",
            get=lambda e: e.reconstruction.ssim,
            unit=Unit.NUMBER,
            good=Good.HIGH,
            reading="Good when near 1, the same; poor when near 0.",
        ),
    ),
)
_LISTED = rows.Group(
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
            reading="Of those, how many take images away from the class when "
            "turned round.",
        ),
        Row(
            name="that are listed",
            get=lambda e: e.significance.significant,
            unit=Unit.COUNT,
            good=Good.NEITHER,
            reading="Of those, how many move the class beyond chance.",
        ),
    ),
)
_EDITS = rows.Group(
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
_REALISM = rows.Group(
    "Realism",
    (
        Row(
            name="KID",
            get=lambda e: e.realism.kid,
            unit=Unit.FINE,
            good=Good.LOW,
            reading="Good when near that of other real images, poor when "
            "above that of blurred ones.",
        ),
        Row(
            name="KID of other real images",
            get=lambda e: e.realism.kid_floor,
            unit=Unit.FINE,
            good=Good.NEITHER,
            reading="The floor: what perfect reconstructions would reach.",
        ),
        Row(
            name="KID of blurred real images",
            get=lambda e: e.realism.kid_blurred,
            unit=Unit.FINE,
            good=Good.NEITHER,
            reading="The same images blurred by a Gaussian of 1.5 pixels.",
        ),
        Row(
            name="KID of edits",
            get=lambda e: e.realism.kid_edited,
            unit=Unit.FINE,
            good=Good.LOW,
            reading="Good when near the next row, poor when far above: the "
            "edits break the pictures.",
        ),
        Row(
            name="KID of true edits",
            get=lambda e: e.realism.kid_edited_floor,
            unit=Unit.FINE,
            good=Good.NEITHER,
            reading="The floor of edits: drawn counterfactuals, or real "
            "images of the classes that the edits lead to.",
        ),
        Row(
            name="KID of carried edits",
            get=lambda e: e.realism.kid_carried,
            unit=Unit.FINE,
            good=Good.LOW,
            reading="Good when near that of true edits, poor when carrying "
            "an edit onto the photograph leaves ghosts.",
        ),
        Row(
            name="FID",
            get=lambda e: e.realism.fid,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when near the next row, poor when far above; it "
            "depends on the number of images.",
        ),
        Row(
            name="FID of other real images",
            get=lambda e: e.realism.fid_floor,
            unit=Unit.NUMBER,
            good=Good.NEITHER,
            reading="The floor of FID with as many images.",
        ),
    ),
)
_INDEPENDENCE = rows.Group(
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
_TRUTH = rows.Group(
    "Against the truth",
    (
        *(
            Row(
                name=f"recall, {label}",
                get=_at(lambda e: e.ground_truth.recall_at, key),
                unit=Unit.SHARE,
                good=Good.HIGH,
                reading="Good when 100 %: some attribute moves each planted "
                "cause; poor when one is missed.",
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
                "that mainly move no cause.",
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
            "way the rule says, poor when one moves it the other way.",
        ),
        Row(
            name="purity",
            get=lambda e: e.ground_truth.purity,
            unit=Unit.NUMBER,
            good=Good.HIGH,
            reading="Good when all change falls on one factor (1), poor "
            "below a half.",
        ),
        Row(
            name="leakage",
            get=lambda e: e.ground_truth.leakage,
            unit=Unit.NUMBER,
            good=Good.LOW,
            reading="Good when no change falls on factors without influence "
            "(0), poor above a half.",
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
_RUN = rows.Group(
    "Run",
    (
        Row(
            name="images seen in training",
            get=lambda e: _counted(e.run.images_seen),
            unit=Unit.COUNT,
            good=Good.NEITHER,
            reading="Each image counts as often as it was seen.",
        ),
        Row(
            name="seconds",
            get=lambda e: _counted(e.run.seconds),
            unit=Unit.COUNT,
            good=Good.NEITHER,
            reading="Training, search and evaluation.",
        ),
    ),
)
