"""After the search: how far to trust it."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import errors, run_folder
from stylex_tf.data import preprocessing
from stylex_tf.data.worlds import worlds
from stylex_tf.evaluation import (
    causal_effects,
    evaluation_file,
    figure,
    ground_truth,
    independence,
    realism,
    reconstruction,
    record,
    schema,
    significance,
    sufficiency,
    turned_decisions,
    wu_ranking,
)
from stylex_tf.runs import naming, searching, second_opinion
from stylex_tf.runs import trained as trained_lib
from stylex_tf.search import batching

# Pairs of attributes cost one picture an image each.
_INDEPENDENCE_IMAGES = 250
_CAUSAL_IMAGES = 300


def rebuild(
    trained: trained_lib.TrainedRun, opinion: second_opinion.SecondOpinion
) -> reconstruction.Reconstruction:
    """Reconstructs the images that neither search nor tests have seen."""
    functions = trained.stylex
    return reconstruction.reconstruct(
        functions.encode,
        functions.model,
        trained.held_out.unseen.images,
        features=opinion.features,
        extractor=opinion.extractor,
    )


def judge_significance(
    trained: trained_lib.TrainedRun, found: searching.Found
) -> significance.Verdict:
    """Tests what was found on images that the search has not seen."""
    functions, images = trained.stylex, trained.held_out.tested
    settings = trained.settings
    tested = reconstruction.reconstruct(
        functions.encode, functions.model, images.images
    )

    def turned(*, reverse: bool) -> dict[int, turned_decisions.Turned]:
        return turned_decisions.measure(
            functions.model,
            images.images,
            tested,
            found.table.space,
            found.by_class,
            reverse=reverse,
            batch_size=settings.attributes.batch_size,
        )

    correct, largest = None, 1.0
    if trained.dataset.manifest.labelled:
        correct = int(np.sum(tested.logits.argmax(axis=1) == images.labels))
        largest = float(np.bincount(images.labels).max() / len(images.labels))
    return significance.judge(
        correct,
        len(images.labels),
        largest,
        turned(reverse=False),
        turned(reverse=True),
    )


def evaluate(
    trained: trained_lib.TrainedRun,
    found: searching.Found,
    rebuilt: reconstruction.Reconstruction,
    verdict: significance.Verdict,
    opinion: second_opinion.SecondOpinion,
    namer: naming.Namer | None,
    *,
    ablation: record.Evaluation | None,
    seconds: float,
) -> record.Evaluation:
    """Returns every figure of a run.

    Args:
        trained: the run.
        found: what the search found, and is significant.
        rebuilt: reconstructions of images that the search has not seen.
        verdict: the tests of significance.
        opinion: a second classifier.
        namer: readers of the known factors.
        ablation: of the same run without the classification loss, of
            `read_ablation`.
        seconds: what the run took so far.
    """
    run, functions = trained, trained.stylex
    settings = run.settings.attributes
    decided = rebuilt.reconstructed_logits.argmax(axis=1)
    few = slice(0, _INDEPENDENCE_IMAGES)
    pictures = batching.apply(
        functions.generate, rebuilt.styles, batch_size=settings.batch_size
    )
    without = ablation.sufficiency.flips if ablation else None
    measured: dict[str, Any] = {
        "classifier": run.classifier_figures,
        "sufficiency": sufficiency.measure(
            functions.model,
            rebuilt,
            found.table.space,
            found.by_class,
            wu=_wu_lists(found, settings.top_k),
            no_classification_loss=without.values if without else None,
            second_classify=opinion.classify,
            images=trained.held_out.unseen.images,
            swap_label=functions.swap_label,
            seed=run.settings.seed,
            batch_size=settings.batch_size,
        ),
        "independence": independence.measure(
            functions.model,
            rebuilt.styles[few],
            decided[few],
            found.table.space,
            found.by_class,
            batch_size=settings.batch_size,
        ),
        "significance": verdict.figures(),
    }
    return dataclasses.replace(
        evaluation_file.from_dict(measured),
        reconstruction=rebuilt.figures(),
        realism=_realism(trained, found, rebuilt, pictures, opinion),
        ground_truth=_ground_truth(trained, found, pictures, namer),
        run=record.Run(
            config=dataclasses.asdict(run.settings),
            class_names=tuple(run.classifier.class_names),
            images_seen=run.stylex.step * run.settings.training.batch_size,
            seconds=seconds,
            **run_folder.environment(),
        ),
    )


def read_ablation(
    trained: trained_lib.TrainedRun, directory: pathlib.Path
) -> record.Evaluation:
    """Reads the figures of the same run without the classification loss.

    Args:
        trained: the run with it.
        directory: the folder of the run without.

    Raises:
        RunFolderError: there is no such run, it was not evaluated, or it
            differs in more than the loss and the classifier's file.
    """
    folder = run_folder.RunFolder(directory.absolute())
    other = trained_lib.read_config(folder)
    if not folder.evaluation.is_file():
        raise errors.RunFolderError(
            f"{folder.evaluation}: no such file; expected an evaluated run"
        )
    mine = trained.settings
    if other.loss.classification:
        raise errors.RunFolderError(
            f"{directory} was trained with loss.classification "
            f"{other.loss.classification}; expected 0"
        )
    for name in ("data", "model", "training", "attributes", "evaluation"):
        if getattr(other, name) != getattr(mine, name):
            raise errors.RunFolderError(
                f"{directory} differs from {trained.folder.root} in "
                f"{name}; expected the same but loss.classification"
            )
    return evaluation_file.read(folder.evaluation)


def _wu_lists(found: searching.Found, top_k: int) -> dict[int, list]:
    return {
        target: wu_ranking.rank(
            found.styles,
            found.table.predictions,
            target_class=target,
            searched=found.table.num_coordinates,
            top_k=max(top_k, schema.FLIP_RATES),
        )
        for target in range(found.table.num_classes)
    }


def _realism(
    trained: trained_lib.TrainedRun,
    found: searching.Found,
    rebuilt: reconstruction.Reconstruction,
    pictures: np.ndarray,
    opinion: second_opinion.SecondOpinion,
) -> record.Realism:
    """Of reconstructions, and of them after their class's first edit."""
    batch_size = trained.settings.attributes.batch_size
    count = len(rebuilt.styles)
    runner_up = np.argsort(-rebuilt.reconstructed_logits, axis=1)[:, 1]
    coordinates = np.full((count, 1), -1)
    directions = np.zeros((count, 1), int)
    for target, attributes in found.by_class.items():
        for first in attributes[:1]:
            coordinates[runner_up == target] = first.coordinate
            directions[runner_up == target] = first.direction
    edited = found.table.space.apply(rebuilt.styles, coordinates, directions)
    moved = batching.apply(
        trained.stylex.generate, edited, batch_size=batch_size
    )
    return realism.measure(
        tf.function(opinion.embed, reduce_retracing=True),
        trained.dataset.load("train", limit=count).images,
        trained.held_out.unseen.images,
        pictures,
        moved,
        extractor=opinion.extractor,
    )


def _ground_truth(
    trained: trained_lib.TrainedRun,
    found: searching.Found,
    pictures: np.ndarray,
    namer: naming.Namer | None,
) -> record.GroundTruth:
    if namer is None:
        return record.GroundTruth()
    manifest, images = trained.dataset.manifest, trained.held_out.unseen
    causes = [cause for causes in manifest.causes_by_class for cause in causes]
    judged = namer.of_ranked()
    effects = None
    # Photographs with annotations cannot be drawn with another factor.
    if manifest.source in worlds.NAMES:
        effects = causal_effects.measure(
            worlds.get(manifest.source).render,
            trained.stylex.classify,
            images.factors[:_CAUSAL_IMAGES],
            manifest.factors,
            resolution=manifest.resolution,
            seed=trained.settings.seed,
        )
    searched = len(found.styles)

    def of_factors(
        values: Mapping[str, float] | None, count: int
    ) -> dict[str, figure.Figure] | None:
        if values is None:
            return None
        return {
            name: figure.Figure(value, count) for name, value in values.items()
        }

    correlation = None
    if effects is not None:
        correlation = causal_effects.rank_correlation(
            effects, [one.effect for one in found.ranked], judged
        )
    count = len(images.images)
    return dataclasses.replace(
        ground_truth.recovery(judged, causes, images=searched),
        rank_correlation=None
        if correlation is None
        else figure.Figure(correlation, searched),
        causal_effects=of_factors(effects, min(count, _CAUSAL_IMAGES)),
        factor_agreement=of_factors(
            ground_truth.factor_agreement(
                namer.regressors,
                preprocessing.to_float_numpy(images.images),
                pictures,
            ),
            count,
        ),
        regressor_accuracy=of_factors(
            namer.regressors.accuracy(images.images, images.factors), count
        ),
    )
