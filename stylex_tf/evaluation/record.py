"""Holds every figure of a run, typed: the content of `evaluation.json`.

None is "not measured", which is never 0. What each figure is, and how to read
it, stands in `row_list.py` and, with sources, in docs/evaluation.md.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from stylex_tf.evaluation import figure

Share = figure.Share
Amount = figure.Amount
Correlation = figure.Correlation
Shares = Mapping[str, figure.Share]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """How good the classifier under explanation is."""

    accuracy: Share | None = None
    # The share of the largest class: what always naming it would reach.
    largest_class: Share | None = None
    calibration_error: Share | None = None
    # The chance that always naming the largest class is right as often.
    guessing_p: Share | None = None
    # How often the second classifier is right.
    second_accuracy: Share | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reconstruction:
    """What reconstructions keep of unseen images."""

    agreement: Share | None = None
    # Class index -> of the images that the classifier puts there.
    agreement_by_class: Shares | None = None
    kl: Amount | None = None
    probability_change: Share | None = None
    l1: Amount | None = None
    ssim: Correlation | None = None
    perceptual: Amount | None = None
    # After ten passes through encoder and generator.
    agreement_cycled: Share | None = None
    l1_cycled: Amount | None = None
    # What a linear code (PCA) of as many numbers as the encoder's reaches.
    l1_pca: Amount | None = None
    perceptual_pca: Amount | None = None
    # The network whose features the perceptual distance compares.
    extractor: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Realism:
    """Distances of sets of pictures from the training images."""

    kid: figure.Figure | None = None
    # Unseen photographs themselves, and the same blurred.
    kid_floor: figure.Figure | None = None
    kid_blurred: figure.Figure | None = None
    # Edited reconstructions, beside the fair floor: drawn counterfactuals, or
    # real images of the classes that the edits lead to.
    kid_edited: figure.Figure | None = None
    kid_edited_floor: figure.Figure | None = None
    # Photographs that the edit was carried onto.
    kid_carried: figure.Figure | None = None
    fid: Amount | None = None
    fid_floor: Amount | None = None
    extractor: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sufficiency:
    """Decisions that the listed attributes turn, and what else turns them."""

    flips: figure.Curve | None = None
    # Class index -> its own images and its own list.
    by_target: Mapping[str, figure.Curve] | None = None
    random: figure.Curve | None = None
    wu: figure.Curve | None = None
    # The same run, trained without the classification loss.
    no_classification_loss: figure.Curve | None = None
    # The factors of the attributes, exchanged in the drawing itself.
    drawn: figure.Curve | None = None
    # An independently trained classifier, asked about the same edits.
    second: figure.Curve | None = None
    second_agreement: Share | None = None
    # The edit carried onto the photograph; both classifiers.
    carried: figure.Curve | None = None
    carried_second: figure.Curve | None = None
    # The condition exchanged, and nothing else.
    label_swap: Share | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """How well behaved single edits are, the first of each class."""

    # There and back again: distance from where it began, and its decision.
    reversal_l1: Amount | None = None
    reversal_decision: Share | None = None
    # The share of the change that falls outside the attribute's mask, and of
    # every other factor, how often it is read differently.
    collateral_change: Share | None = None
    collateral_factors: Shares | None = None
    # L1 to the drawn counterfactual.
    to_drawn_unedited: Amount | None = None
    to_drawn_reconstruction: Amount | None = None
    to_drawn_edited: Amount | None = None
    to_drawn_carried: Amount | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Independence:
    """Whether two attributes of a class are two things."""

    mask_overlap: Share | None = None
    effect_cosine: Share | None = None
    additivity_gap: Amount | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Significance:
    """How many of the attributes found are listed."""

    attributes: Amount | None = None
    both_ways: Amount | None = None
    significant: Amount | None = None
    listed: Amount | None = None
    # How many of those listed matter only together with others.
    together: Amount | None = None
    # Below it a p-value is significant.
    level: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GroundTruth:
    """What was found, against what is known."""

    # In how many unseen images was read what the attributes move. The next
    # five count causes, or attributes, and not images.
    images_judged: Amount | None = None
    # Among the first so many; "listed" is all of the list.
    recall_at: Shares | None = None
    precision_at: Shares | None = None
    sign_accuracy: Share | None = None
    purity: Share | None = None
    leakage: Share | None = None
    rank_correlation: Correlation | None = None
    factor_agreement: Shares | None = None
    regressor_accuracy: Shares | None = None
    causal_effects: Mapping[str, figure.Amount] | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was run, on what, for how long."""

    config: Mapping[str, Any] | None = None
    class_names: tuple[str, ...] | None = None
    images_seen: int | None = None
    seconds: float | None = None
    machine: Mapping[str, Any] | None = None
    versions: Mapping[str, Any] | None = None

    @property
    def conditioning(self) -> str | None:
        """Tells how the generator is told the class; None where nobody says."""
        model = (self.config or {}).get("model") or {}
        return model.get("conditioning")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Every figure of a run."""

    classifier: Classifier = Classifier()
    reconstruction: Reconstruction = Reconstruction()
    realism: Realism = Realism()
    sufficiency: Sufficiency = Sufficiency()
    edits: Edits = Edits()
    independence: Independence = Independence()
    significance: Significance = Significance()
    ground_truth: GroundTruth = GroundTruth()
    run: Run = Run()

    def class_name(self, index: str) -> str:
        """Returns the name of a class, or "class 3" where it has none."""
        names = self.run.class_names
        return names[int(index)] if names else f"class {index}"
