"""An evaluation in which everything was measured."""

from stylex_tf.evaluation import figure, record

CURVE = figure.Curve(
    (0.1, 0.5, 0.9), 120, ((0.05, 0.2), (0.4, 0.6), (0.85, 0.95))
)


def share(value: float = 0.75) -> figure.Figure:
    """A share of 120 images."""
    return figure.Figure(value, 120)


# Longer than 60 lines: it names every figure of the record once.
def whole() -> record.Evaluation:
    """Every figure of the record, each with its number of images."""
    some_share = share()
    of_causes = figure.Figure(0.5, 2, of="causes")
    of_attributes = figure.Figure(1.0, 1, of="attributes")
    factors = {"glasses": share(0.5), "open_mouth": share(0.25)}
    return record.Evaluation(
        classifier=record.Classifier(
            accuracy=share(0.987),
            largest_class=some_share,
            calibration_error=some_share,
            guessing_p=share(1.5e-12),
            second_accuracy=share(0.95),
        ),
        reconstruction=record.Reconstruction(
            agreement=figure.Figure(0.974, 120, (0.93, 0.99)),
            agreement_by_class={"0": some_share, "1": share(0.95)},
            kl=some_share,
            probability_change=some_share,
            l1=some_share,
            ssim=some_share,
            perceptual=some_share,
            agreement_cycled=some_share,
            l1_cycled=some_share,
            l1_pca=some_share,
            perceptual_pca=some_share,
            extractor="small_cnn",
        ),
        realism=record.Realism(
            kid=share(0.0123),
            kid_floor=share(-0.00004),
            kid_blurred=some_share,
            kid_edited=some_share,
            kid_edited_floor=some_share,
            kid_carried=some_share,
            fid=some_share,
            fid_floor=some_share,
            extractor="small_cnn",
        ),
        sufficiency=record.Sufficiency(
            flips=CURVE,
            by_target={"0": CURVE, "1": figure.Curve((0.2,), 30)},
            random=figure.Curve((0.0, 0.1, 0.2), 120, ((0.0, 0.3),) * 3, 5),
            wu=CURVE,
            no_classification_loss=CURVE,
            drawn=CURVE,
            second=CURVE,
            second_agreement=some_share,
            carried=CURVE,
            carried_second=CURVE,
            label_swap=some_share,
        ),
        edits=record.Edits(
            reversal_l1=some_share,
            reversal_decision=some_share,
            collateral_change=some_share,
            collateral_factors=factors,
            to_drawn_unedited=some_share,
            to_drawn_reconstruction=some_share,
            to_drawn_edited=some_share,
            to_drawn_carried=some_share,
        ),
        independence=record.Independence(
            mask_overlap=some_share,
            effect_cosine=some_share,
            additivity_gap=some_share,
        ),
        significance=record.Significance(
            attributes=share(20),
            both_ways=share(8),
            significant=share(3),
            listed=share(2),
            together=share(0),
            level=0.01,
        ),
        ground_truth=record.GroundTruth(
            images_judged=share(120.0),
            recall_at={"4": of_causes, "listed": of_causes},
            precision_at={"4": of_attributes, "listed": of_attributes},
            sign_accuracy=of_attributes,
            purity=of_attributes,
            leakage=of_attributes,
            rank_correlation=some_share,
            factor_agreement=factors,
            regressor_accuracy=factors,
            causal_effects=factors,
        ),
        run=record.Run(
            config={"model": {"conditioning": "probabilities"}},
            class_names=("neither", "glasses"),
            images_seen=48_000,
            seconds=1090.4,
            machine={"cores": 2},
            versions={"python": "3.11"},
        ),
    )
