"""An evaluation in which everything was measured."""

from stylex_tf.evaluation import figure, record

CURVE = figure.Curve(
    (0.1, 0.5, 0.9), 120, ((0.05, 0.2), (0.4, 0.6), (0.85, 0.95))
)


def share(value: float = 0.75) -> figure.Figure:
    """A share of 120 images."""
    return figure.Figure(value, 120)


def whole() -> record.Evaluation:
    """Every figure of the record, each with its number of images."""
    one = share()
    factors = {"glasses": share(0.5), "open_mouth": share(0.25)}
    return record.Evaluation(
        classifier=record.Classifier(
            accuracy=share(0.987),
            largest_class=one,
            calibration_error=one,
            guessing_p=share(1.5e-12),
        ),
        reconstruction=record.Reconstruction(
            agreement=figure.Figure(0.974, 120, (0.93, 0.99)),
            kl=one,
            probability_change=one,
            l1=one,
            ssim=one,
            perceptual=one,
            agreement_cycled=one,
            l1_cycled=one,
            l1_pca=one,
            perceptual_pca=one,
            extractor="small_cnn",
        ),
        realism=record.Realism(
            kid=share(0.0123),
            kid_floor=share(-0.00004),
            kid_blurred=one,
            kid_edited=one,
            kid_edited_floor=one,
            kid_carried=one,
            fid=one,
            fid_floor=one,
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
            second_agreement=one,
            carried=CURVE,
            carried_second=CURVE,
            label_swap=one,
        ),
        edits=record.Edits(
            reversal_l1=one,
            reversal_decision=one,
            collateral_change=one,
            collateral_factors=factors,
            to_drawn_unedited=one,
            to_drawn_reconstruction=one,
            to_drawn_edited=one,
            to_drawn_carried=one,
        ),
        independence=record.Independence(
            mask_overlap=one, effect_cosine=one, additivity_gap=one
        ),
        significance=record.Significance(
            attributes=share(20),
            both_ways=share(8),
            significant=share(3),
            listed=share(2),
            level=0.01,
        ),
        ground_truth=record.GroundTruth(
            recall_at={"4": one, "listed": one},
            precision_at={"4": one, "listed": one},
            sign_accuracy=one,
            purity=one,
            leakage=one,
            rank_correlation=one,
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
