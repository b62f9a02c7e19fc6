"""Lists the rows about the classifier, reconstructions and realism."""

from stylex_tf.evaluation import figure, record, rows
from stylex_tf.evaluation.printing import Unit
from stylex_tf.evaluation.rows import Good, Row

# The generator is never told the label, so no label can leak.
_NEVER_TOLD = "none"


def _swap_absent(evaluation: record.Evaluation) -> str:
    told = evaluation.run.conditioning != _NEVER_TOLD
    return rows.NOT_MEASURED if told else "does not apply"


def _agreement_by_class(
    evaluation: record.Evaluation,
) -> dict[str, figure.Figure] | None:
    shares = evaluation.reconstruction.agreement_by_class
    if shares is None:
        return None
    return {
        f"of {evaluation.class_name(index)}": share
        for index, share in shares.items()
    }


CLASSIFIER = rows.Group(
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
        Row(
            name="accuracy, second classifier",
            get=lambda e: e.classifier.second_accuracy,
            unit=Unit.SHARE,
            good=Good.HIGH,
            reading="Good when near the accuracy; poor when near the largest "
            "class, where the second one is no witness.",
            cautions=("second_guesses",),
        ),
    ),
)
RECONSTRUCTIONS = rows.Group(
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
            name="agreement, each class",
            get=_agreement_by_class,
            unit=Unit.SHARE,
            good=Good.HIGH,
            reading="Good when images of every class keep it, poor when one "
            "class is below 90 %, whatever the agreement of all.",
            cautions=("agreement",),
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
            reading="Good when near the L1, poor when the picture drifts away.",
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
REALISM = rows.Group(
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
