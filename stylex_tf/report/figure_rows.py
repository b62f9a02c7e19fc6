"""The plain figures of evaluation.json: where each stands and what it says."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """Where a plain figure stands in evaluation.json, and how to print it."""

    name: str
    path: str
    images: str
    meaning: str
    unit: str = "share"
    required: bool = False
    # Where the floor or the extractor that belongs to it stands.
    floor: str = ""
    cautions: tuple[str, ...] = ()


CLASSIFIER = (
    Row(
        "Accuracy",
        "classifier.accuracy",
        "classifier.images",
        "How often the classifier is right on images it was not trained on. "
        "Its mistakes are explained as faithfully as its successes.",
        required=True,
    ),
    Row(
        "Calibration error",
        "classifier.calibration_error",
        "classifier.images",
        "How far its probabilities are from how often it is right.",
    ),
    Row(
        "p-value of mere guessing",
        "significance.classifier_p_value",
        "significance.images",
        "The chance that always naming the largest class would be right as "
        "often.",
        unit="number",
        cautions=("only_guesses",),
    ),
)
RECONSTRUCTION = (
    Row(
        "Agreement",
        "reconstruction.agreement",
        "reconstruction.images",
        "Reconstructions that get the class of their image. It means "
        "something only together with the next rows.",
        required=True,
        cautions=("agreement",),
    ),
)
DISTANCES = (
    Row(
        "Mean KL divergence",
        "reconstruction.kl",
        "reconstruction.images",
        "How far the probabilities move from image to reconstruction, in nats.",
        unit="number",
    ),
    Row(
        "Mean L1",
        "reconstruction.l1",
        "reconstruction.images",
        "Difference of the pixels, on a scale from -1 to 1.",
        unit="number",
    ),
    Row(
        "Perceptual distance",
        "reconstruction.perceptual",
        "reconstruction.images",
        "Difference of the features of a network.",
        unit="number",
    ),
    Row(
        "Structural similarity",
        "reconstruction.ssim",
        "reconstruction.images",
        "SSIM of image and reconstruction; 1 is the same.",
        unit="number",
    ),
)
INDEPENDENCE = (
    Row(
        "Overlap of the changed pixels",
        "independence.mask_overlap",
        "independence.images",
        "Of two attributes of a class, in the mean; 0 is none.",
    ),
    Row(
        "Likeness of the effects",
        "independence.effect_cosine",
        "independence.images",
        "Cosine of what two attributes do to each image; 1 is the same.",
        unit="number",
    ),
    Row(
        "Additivity gap",
        "independence.additivity_gap",
        "independence.images",
        "How far two edits together are from the sum of both; 0 is the sum.",
        unit="number",
    ),
)
TRUTH = (
    Row(
        "Sign accuracy",
        "ground_truth.sign_accuracy",
        "ground_truth.images",
        "Attributes that move the class the way the truth does.",
    ),
    Row(
        "Purity",
        "ground_truth.purity",
        "ground_truth.images",
        "Share of an edit's change that falls on its main factor.",
    ),
    Row(
        "Rank correlation",
        "ground_truth.rank_correlation",
        "ground_truth.images",
        "Whether effects are ordered as the true ones are; 1 is perfect.",
        unit="number",
    ),
    Row(
        "Leakage",
        "ground_truth.leakage",
        "ground_truth.images",
        "Share of an edit's change that falls on factors without influence.",
    ),
)
REALISM = (
    Row(
        "KID",
        "realism.kid",
        "realism.images",
        "Distance of generated from real images; 0 is none.",
        unit="number",
        floor="realism.kid_floor",
    ),
    Row(
        "FID",
        "realism.fid",
        "realism.images",
        "The same, by another measure that depends on the number of images.",
        unit="number",
    ),
)
