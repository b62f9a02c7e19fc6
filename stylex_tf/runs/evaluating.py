"""Measures, after the search, how far to trust it."""

import dataclasses

import numpy as np
import tensorflow as tf

from stylex_tf import run_folder
from stylex_tf.attributes import selection
from stylex_tf.classifiers import calibration
from stylex_tf.evaluation import (
    edit_lists,
    figure,
    first_edits,
    independence,
    proportions,
    reconstruction,
    record,
    significance,
    sufficiency,
    wu_ranking,
)
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import (
    measuring_pictures,
    measuring_truth,
    naming,
    searching,
    second_opinion,
)
from stylex_tf.runs import trained as trained_lib

# Pairs of attributes cost one picture an image each.
_INDEPENDENCE_IMAGES = 250


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


# More than seven parameters: all that was made before, each by a stage
# of its own, and used here together.
def evaluate(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
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
        search_result: what is listed, of `listing.find`.
        rebuilt: reconstructions of images that the search has not seen.
        verdict: the tests of significance.
        opinion: a second classifier.
        namer: readers of the known factors.
        ablation: what `ablation.read` read: the same run without the
            classification loss.
        seconds: what the run took so far.
    """
    run, functions = trained, trained.stylex
    settings, images = run.settings.attributes, trained.held_out.unseen.images
    truth = measuring_truth.Truth(trained, search_result, rebuilt, namer)
    pictures = measuring_pictures.Pictures(trained, rebuilt, opinion)
    edits = first_edits.make(
        functions.model,
        search_result.table.space,
        rebuilt,
        images,
        search_result.by_class,
        batch_size=settings.batch_size,
    )
    return record.Evaluation(
        classifier=_classifier(trained, rebuilt, opinion),
        reconstruction=pictures.reconstruction(),
        realism=pictures.realism(edits, truth.drawn_of(edits)),
        sufficiency=sufficiency.measure(
            sufficiency.EditedImages(
                functions.model,
                search_result.table.space,
                rebuilt,
                images,
                opinion.classify,
                batch_size=settings.batch_size,
            ),
            search_result.by_class,
            _baselines(search_result, ablation, truth, run.settings.seed),
            swap_label=functions.swap_label,
        ),
        edits=truth.edits(edits),
        independence=_independence(trained, search_result, rebuilt),
        significance=_significance(verdict, search_result),
        ground_truth=truth.figures(pictures.rebuilt),
        run=_run(trained, seconds),
    )


def _baselines(
    search_result: searching.SearchResult,
    ablation: record.Evaluation | None,
    truth: measuring_truth.Truth,
    seed: int,
) -> sufficiency.Baselines:
    """Collects what the flip rates are compared with."""
    return sufficiency.Baselines(
        styles=search_result.styles,
        predictions=search_result.table.predictions,
        wu=_wu_lists(search_result),
        no_classification_loss=ablation.sufficiency.flips if ablation else None,
        drawn=truth.ceiling(),
        seed=seed,
    )


def _independence(
    trained: trained_lib.TrainedRun,
    search_result: searching.SearchResult,
    rebuilt: reconstruction.Reconstruction,
) -> record.Independence:
    few = slice(0, _INDEPENDENCE_IMAGES)
    return independence.measure(
        trained.stylex.model,
        rebuilt.styles[few],
        rebuilt.reconstructed_logits.argmax(axis=1)[few],
        search_result.table.space,
        search_result.by_class,
        batch_size=trained.settings.attributes.batch_size,
    )


def _run(trained: trained_lib.TrainedRun, seconds: float) -> record.Run:
    """Records what was run, and how long it took."""
    settings = trained.settings
    return record.Run(
        config=dataclasses.asdict(settings),
        class_names=tuple(trained.classifier.class_names),
        images_seen=trained.stylex.step * settings.training.batch_size,
        seconds=seconds,
        **run_folder.environment(),
    )


def _classifier(
    trained: trained_lib.TrainedRun,
    rebuilt: reconstruction.Reconstruction,
    opinion: second_opinion.SecondOpinion,
) -> record.Classifier:
    """Measures both classifiers on the unseen images, where labels are."""
    if not trained.dataset.manifest.labelled:
        return record.Classifier()
    unseen = trained.held_out.unseen
    labels, count = unseen.labels, len(unseen.labels)
    correct = rebuilt.logits.argmax(axis=1) == labels
    second = batching.apply(
        opinion.classify,
        preprocessing.to_float_numpy(unseen.images),
        batch_size=trained.settings.attributes.batch_size,
    )
    largest = float(np.bincount(labels).max() / count)
    probabilities = tf.nn.softmax(rebuilt.logits).numpy()
    return record.Classifier(
        accuracy=figure.share_of(correct),
        largest_class=figure.Figure(largest, count),
        calibration_error=figure.Figure(
            calibration.calibration_error(probabilities, labels), count
        ),
        guessing_p=figure.Figure(
            proportions.better_than_guessing(
                int(correct.sum()), count, largest
            ),
            count,
        ),
        second_accuracy=figure.share_of(second.argmax(axis=1) == labels),
    )


def _significance(
    verdict: significance.Verdict, search_result: searching.SearchResult
) -> record.Significance:
    """Records what the tests counted, on images that no search has seen."""
    listed = sum(map(len, search_result.by_class.values()))
    together = sum(
        len(search_result.by_class[target]) for target in search_result.together
    )
    flags = [flag for flags in verdict.significant.values() for flag in flags]
    both = [flag for flags in verdict.both_ways.values() for flag in flags]

    def counted(number: int) -> figure.Figure:
        return figure.Figure(float(number), verdict.images)

    return record.Significance(
        attributes=counted(len(flags)),
        both_ways=counted(sum(both)),
        significant=counted(sum(flags)),
        listed=counted(listed),
        together=counted(together),
        level=verdict.level,
    )


def _wu_lists(
    search_result: searching.SearchResult,
) -> dict[int, list[selection.Attribute]]:
    return {
        target: wu_ranking.rank(
            search_result.styles,
            search_result.table.predictions,
            target_class=target,
            searched=search_result.table.num_coordinates,
            top_k=edit_lists.TOP,
        )
        for target in range(search_result.table.num_classes)
    }
