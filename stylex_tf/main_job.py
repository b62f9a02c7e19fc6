"""Does the main job: images and a classifier in, an explanation out."""

import dataclasses
import resource
import time

import tensorflow as tf

from stylex_tf import config, experiment, run_folder
from stylex_tf.evaluation import record, renderings
from stylex_tf.export import saved_model
from stylex_tf.report import findings, wording
from stylex_tf.runs import (
    begun_inputs,
    explaining,
    exporting,
    initial_weights,
    perceptual_features,
    trained,
)
from stylex_tf.runs import run as run_lib
from stylex_tf.training import strategies

# Classes whose attributes are printed; the report has all.
_CLASSES = 10


def run(settings: config.ExperimentConfig, folder: run_folder.RunFolder) -> str:
    """Trains what is not trained yet; then explains it, anew each time.

    Prepares data, trains or loads the classifier, trains StylEx, searches,
    evaluates, writes the report, exports.

    Args:
        settings: a validated config.
        folder: the run folder; several workers share one.

    Returns:
        What was found, in words, with the next commands.
    """
    strategy = strategies.make(settings.training)
    if not strategies.is_chief(strategy):
        dataset = experiment.load_data(settings, progress=False)
        run_lib.Run(settings, folder, dataset, strategy).train()
        return "This worker is done; the chief writes the results."
    with folder.locked():
        return _run_as_chief(settings, folder, strategy)


def _run_as_chief(
    settings: config.ExperimentConfig,
    folder: run_folder.RunFolder,
    strategy: tf.distribute.Strategy,
) -> str:
    folder.check_config(
        dataclasses.asdict(settings),
        dataclasses.asdict(config.ExperimentConfig()),
    )
    begun_inputs.check_apart(settings, folder)
    is_trained = trained.is_finished(settings, folder)
    if not is_trained:
        perceptual_features.check(settings)
    dataset = experiment.load_data(settings)
    begun_inputs.check(settings, folder, dataset)
    if settings.training.initialize_from:
        initial_weights.check(settings.training.initialize_from, dataset)
    if settings.classifier.path:
        experiment.try_classifier(settings, dataset)
    # Not earlier: a config that cannot be run must not bind the folder.
    begun_inputs.write(settings, folder, dataset)
    folder.begin(dataclasses.asdict(settings))
    if not is_trained:
        run_lib.Run(settings, folder, dataset, strategy).train()
    begun = time.monotonic()
    opened = trained.open_run(settings, folder, dataset)
    explained = explaining.explain(
        opened, seconds=lambda: opened.seconds + time.monotonic() - begun
    )
    published = exporting.export(
        opened, explained.search_result, explained.evaluation, explained.names
    )
    return _summary(
        folder,
        explained,
        published,
        ending=opened.record.ending(),
    )


def _summary(
    folder: run_folder.RunFolder,
    explained: explaining.Explained,
    published: saved_model.Published,
    *,
    ending: str,
) -> str:
    shown, verdict = explained.shown, explained.verdict
    lines = ["", "What the classifier looks at"]
    for of_class in shown.classes[:_CLASSES]:
        lines.append(f"  towards {of_class.class_name}:")
        if of_class.together:
            lines.append(
                f"    only together: all {of_class.together.attributes} turn "
                f"{of_class.together.share_flipped:.0%} of "
                f"{wording.count(of_class.images, 'image')}"
            )
        lines += [_in_words(of_class, view) for view in of_class.attributes]
        if not of_class.attributes:
            lines.append("    no attribute is listed")
    more = len(shown.classes) - _CLASSES
    lines += [f"  and towards {more} more: see the report"] if more > 0 else []
    lines += [f"How far to trust it: {verdict.level.value}."]
    lines += [f"  {text}" for text in verdict.advice]
    lines += [
        f"  {name}: {text}" for name, text in _figures(explained.evaluation)
    ]
    lines += [f"  Training: {ending}"] if ending else []
    lines += [
        "It explains the classifier, not reality.",
        "Next",
        f"  the report, in a browser: {folder.report}",
        f"  every figure: {folder.evaluation}",
        f"  the model, for TensorFlow Serving: {published.path}",
    ]
    return "\n".join(lines)


def _in_words(
    of_class: findings.ClassFindings, view: findings.AttributeView
) -> str:
    end = "up" if view.direction == findings.TOWARDS_MAXIMUM else "down"
    parts = [
        f"{view.rank}. {view.layer} channel {view.channel} {end}: turns "
        f"{view.share_flipped:.0%} of "
        f"{wording.count(of_class.images, 'image')}",
        f"moves {view.factor}" if view.factor else "",
        of_class.mark(view),
    ]
    return "    " + ", ".join(part for part in parts if part)


def _figures(evaluation: record.Evaluation) -> list[tuple[str, str]]:
    """Returns names and values; agreement beside what it may hide."""
    run = evaluation.run
    return [
        *renderings.headlines(evaluation),
        (
            "This run",
            f"{run.images_seen or 0:,} images, {(run.seconds or 0) / 60:.1f} "
            f"minutes, peak memory {_peak_memory():.1f} GB",
        ),
    ]


def _peak_memory() -> float:
    """Returns this process's peak memory, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
