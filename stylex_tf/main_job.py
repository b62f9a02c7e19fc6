"""The main job: images and a classifier in, an explanation out."""

import dataclasses
import json
import pathlib
import resource
import time
from typing import Any

from stylex_tf import config, experiment, explaining, run_folder
from stylex_tf.attributes import selection
from stylex_tf.data import tfrecords


def run(
    settings: config.ExperimentConfig, folder: run_folder.RunFolder
) -> str:
    """Does everything that is not done yet, in order.

    Prepares data, trains or loads the classifier, trains StylEx, searches,
    evaluates, writes the report, exports, reloads and compares.

    Args:
        settings: a validated config.
        folder: the run folder, locked by the caller.

    Returns:
        What was found, in words, with the next commands.
    """
    begun = time.monotonic()
    dataset = experiment.load_data(settings)
    folder.check_config(dataclasses.asdict(settings))
    folder.write_environment()
    before = _logged_seconds(folder.root / "metrics.jsonl")
    trained = experiment.Run(settings, folder, dataset)
    trained.train()
    functions = explaining.Functions(trained)
    searched, unseen = _split(dataset, settings)
    found = explaining.find(trained, functions, searched)
    regressors = explaining.train_regressors(trained)
    shown = explaining.show(trained, functions, found, searched, regressors)
    evaluation = explaining.evaluate(
        trained,
        functions,
        found,
        unseen,
        regressors,
        seconds=before + time.monotonic() - begun,
    )
    explaining.write_report(trained, functions, shown, evaluation, unseen)
    version = explaining.export(
        trained, functions, found, evaluation, unseen
    )
    folder.write_json("evaluation.json", evaluation)
    return _summary(folder, shown, evaluation, version)


def _split(
    dataset: tfrecords.Dataset, settings: config.ExperimentConfig
) -> tuple[tfrecords.Examples, tfrecords.Examples]:
    """Held-out images: some to search, and others to evaluate on."""
    held_out = dataset.load("test")
    count = min(settings.attributes.images, len(held_out.ids) // 2)
    end = min(count + settings.evaluation.images, len(held_out.ids))
    return held_out.take(0, count), held_out.take(count, end)


def _logged_seconds(metrics: pathlib.Path) -> float:
    """The training time of earlier sessions, from their log."""
    if not metrics.exists():
        return 0.0
    seconds, last = 0.0, 0.0
    for line in metrics.read_text().splitlines():
        if line.endswith("}"):
            point = json.loads(line)
            images = (point["kimg"] - last) * 1000
            seconds += images / point["images_per_second"]
            last = point["kimg"]
    return seconds


def _summary(
    folder: run_folder.RunFolder,
    shown: Any,
    evaluation: dict[str, Any],
    version: str,
) -> str:
    rebuilt = evaluation["reconstruction"]
    truth = evaluation["ground_truth"]
    flips = evaluation["sufficiency"]
    lines = ["", "What the classifier looks at"]
    for found in shown.classes:
        lines.append(f"  towards {found.class_name}:")
        for view in found.attributes:
            factor = f", moves {view.factor}" if view.factor else ""
            lines.append(
                f"    {view.rank}. {view.layer} channel {view.channel} "
                f"{'up' if view.direction else 'down'}: effect "
                f"{view.mean_effect:+.2f}, flips {view.share_flipped:.0%}"
                f"{factor}"
            )
        if not found.attributes:
            lines.append("    no coordinate moves the decision this way")
    lines += [
        "How far to trust it",
        f"  classifier accuracy      {_number(evaluation['classifier']['accuracy'])}",
        f"  classifier agreement     {_number(rebuilt['agreement'])} "
        f"({rebuilt['images']} images)",
        "  label-only swap flips    "
        f"{_number(flips['baselines']['label_swap'])}"
        + (
            ""
            if flips["baselines"]["label_swap"] is not None
            else " (the generator is not told the label)"
        ),
        f"  factor agreement         {_by_factor(truth['factor_agreement'])}",
        f"  causes in the top 6      {_number(truth['recall_at']['6'])}",
        f"  flip rate, top 1 and 10  {_ends(flips['flip_rate'])}, random "
        f"{_ends(flips['baselines']['random'])}",
        f"  images seen {evaluation['run']['images_seen']:,}, "
        f"{evaluation['run']['seconds'] / 60:.1f} minutes, peak memory "
        f"{_peak_memory():.1f} GB",
        "It explains the classifier, not reality.",
        "Next",
        f"  the report: open {folder.report} in a browser",
        f"  every figure: {folder.evaluation}",
        f"  the model, for TensorFlow Serving or tf.saved_model.load: {version}",
    ]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3f}"


def _by_factor(agreement: dict[str, float] | None) -> str:
    if not agreement:
        return "not known (no factors are known of these images)"
    return ", ".join(f"{name} {value:.3f}" for name, value in agreement.items())


def _ends(curve: list[float] | None) -> str:
    return "not known" if not curve else f"{curve[0]:.3f} and {curve[-1]:.3f}"


def _peak_memory() -> float:
    """In GB, of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
