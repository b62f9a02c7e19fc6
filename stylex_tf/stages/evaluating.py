"""After the search: how far to trust it."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import tqdm

from stylex_tf import run_folder
from stylex_tf.attributes import batching, selection
from stylex_tf.data import preprocessing, tfrecords
from stylex_tf.evaluation import (
    factor_regressors,
    ground_truth,
    reconstruction,
    schema,
    sufficiency,
)
from stylex_tf.stages import functions as functions_lib
from stylex_tf.stages import run as run_lib
from stylex_tf.stages import searching


def train_regressors(
    run: run_lib.Run,
) -> factor_regressors.FactorRegressors | None:
    """Trains readers of the known factors; None where none are known."""
    factors = run.dataset.manifest.factors
    if not factors:
        return None
    train = run.dataset.load("train")
    epochs = run.settings.evaluation.regressor_epochs
    pictures = epochs * len(train.images)
    with tqdm.tqdm(
        total=pictures, desc="Training factor regressors", mininterval=1.0
    ) as bar:
        return factor_regressors.train(
            train.images,
            train.factors,
            factors,
            epochs=epochs,
            seed=run.settings.seed,
            progress=bar.update,
        )


def judge(
    run: run_lib.Run,
    functions: functions_lib.Functions,
    found: searching.Found,
    attributes: Sequence[selection.Attribute],
    regressors: factor_regressors.FactorRegressors,
    target: int | None = None,
) -> list[ground_truth.AttributeFactor]:
    """Names the factor of each attribute; without a target, of both ways."""
    return ground_truth.judge(
        functions.generate,
        regressors,
        found.styles,
        found.table.ranges,
        attributes,
        found.table.predictions,
        target_class=1 if target is None else target,
        both_ways=target is None,
        causes=run.dataset.manifest.causes,
        shift_size=found.table.shift_size,
        batch_size=run.settings.attributes.batch_size,
    )


def evaluate(
    run: run_lib.Run,
    functions: functions_lib.Functions,
    found: searching.Found,
    images: tfrecords.Examples,
    regressors: factor_regressors.FactorRegressors | None,
    *,
    seconds: float,
) -> dict[str, Any]:
    """Returns the content of evaluation.json.

    Args:
        run: the trained run.
        functions: of that run.
        found: what the search found.
        images: held-out images that the search has not seen.
        regressors: readers of the known factors.
        seconds: what the run took so far.
    """
    settings = run.settings.attributes
    held_out = reconstruction.reconstruct(
        functions.encode, functions.generate, functions.classify, images.images
    )
    sections = {
        "classifier": run.classifier_figures,
        "reconstruction": held_out.figures(),
        "sufficiency": sufficiency.measure(
            functions.generate,
            functions.classify,
            held_out,
            found.table.ranges,
            found.by_class,
            images=images.images,
            swap_label=functions.swap_label,
            shift_size=settings.shift_size,
            batch_size=settings.batch_size,
            seed=run.settings.seed,
        ),
        "run": {
            "config": dataclasses.asdict(run.settings),
            "images_seen": int(run.state.step.numpy())
            * run.settings.training.batch_size,
            "seconds": seconds,
            **run_folder.environment(),
        },
    }
    if regressors is not None:
        sections["ground_truth"] = _ground_truth(
            run, functions, found, images, held_out, regressors
        )
    return schema.build(sections)


def _ground_truth(
    run: run_lib.Run,
    functions: functions_lib.Functions,
    found: searching.Found,
    images: tfrecords.Examples,
    held_out: reconstruction.Reconstruction,
    regressors: factor_regressors.FactorRegressors,
) -> dict[str, Any]:
    settings = run.settings.attributes
    causes = run.dataset.manifest.causes
    rebuilt = batching.apply(
        functions.generate, held_out.styles, batch_size=settings.batch_size
    )
    judged = judge(run, functions, found, found.ranked, regressors)
    return {
        **ground_truth.recovery(judged, causes),
        "factor_agreement": ground_truth.factor_agreement(
            regressors, preprocessing.to_float_numpy(images.images), rebuilt
        ),
        "regressor_accuracy": regressors.accuracy(
            images.images, images.factors
        ),
        "images": len(images.images),
    }
