r"""Measures how far a training is after so many images and minutes.

    bazel run //benchmarks:time_to_truth -- --config=configs/photographs.py \
        --config.data.source=FOLDER --run_dir=runs/curve --every=8000 \
        --output=$PWD/benchmarks/results/time_to_truth_leaves_base.json

Trains, and after every so many images searches, tests and evaluates as the
train command does at its end; the time of that is not counted. The file holds
every figure of each point; what is printed is agreement, flips of the first
and the first two attributes on reconstructions and carried onto the
photographs, perceptual distance, and KID over its floor. Started again, it
goes on where it stopped.

    bazel run //benchmarks:time_to_truth -- --curves=A.json,B.json \
        --figure=$PWD/curves.svg

prints such files beside each other and draws them as one figure. A curve is
named by its config.
"""

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from absl import app, flags
from ml_collections import config_flags

from benchmarks import commit as commits
from benchmarks import result_file, truth_curves
from stylex_tf import (
    atomic_file,
    config,
    config_checks,
    errors,
    experiment,
    run_folder,
)
from stylex_tf.cli import command
from stylex_tf.evaluation import evaluation_file, record
from stylex_tf.runs import explaining, trained
from stylex_tf.runs import run as run_lib
from stylex_tf.training import strategies

_CONFIG = config_flags.DEFINE_config_file("config", lock_config=False)
_RUN_DIR = flags.DEFINE_string("run_dir", None, "The folder of the run.")
_OUTPUT = flags.DEFINE_string("output", None, "The JSON file of the curve.")
_EVERY = flags.DEFINE_integer(
    "every", 8_000, "Images between two points.", lower_bound=1
)
_FIGURE = flags.DEFINE_string(
    "figure", None, "With --curves: the SVG that shows them."
)
_OVER = flags.DEFINE_enum(
    "over",
    truth_curves.Over.MINUTES.value,
    list(truth_curves.Over.names()),
    "With --figure: what lies on the axis to the right.",
)
_CURVES = flags.DEFINE_list("curves", [], "Files to print, and no training.")


def milestones(total: int, every: int) -> list[int]:
    """Returns every, 2 every, ... and the total, in images."""
    return [*range(every, total, every), total]


def measure(
    settings: config.ExperimentConfig,
    folder: run_folder.RunFolder,
    images: int,
) -> record.Evaluation:
    """Trains up to so many images, and evaluates.

    Args:
        settings: a validated config.
        folder: the run's; locked by the caller.
        images: at most those of the config.
    """
    part = dataclasses.replace(
        settings,
        training=dataclasses.replace(settings.training, total_images=images),
    )
    strategy = strategies.make(part.training)
    dataset = experiment.load_data(part)
    if not trained.is_finished(part, folder):
        run_lib.Run(part, folder, dataset, strategy).train()
    opened = trained.open_run(part, folder, dataset)
    return explaining.explain(opened, seconds=lambda: opened.seconds).evaluation


def run(
    settings: config.ExperimentConfig,
    folder: run_folder.RunFolder,
    every: int,
    output: pathlib.Path,
    made_by: Mapping[str, Any],
) -> list[truth_curves.Point]:
    """Measures every point that the file lacks, and writes it after each.

    Args:
        settings: a validated config.
        folder: the run's; locked by the caller.
        every: so many images lie between two points.
        output: the file of the curve; what it holds stays.
        made_by: what the file begins with, of `result_file.made_by`.

    Raises:
        UserError: the file is of another config or commit.
    """
    known: list[record.Evaluation] = []
    if output.is_file():
        name, made_at, known = _read(output)
        if (name, made_at) != (settings.name, made_by["commit"]):
            raise errors.UserError(
                f"{output} is of config {name!r} at commit {made_at!r}; "
                f"expected {settings.name!r} at {made_by['commit']!r}, or an "
                "--output that is not there yet"
            )
    for images in milestones(settings.training.total_images, every):
        if any(
            (evaluation.run.images_seen or 0) >= images for evaluation in known
        ):
            continue
        known.append(measure(settings, folder, images))
        curve = {
            **made_by,
            "config": settings.name,
            "points": [
                evaluation_file.to_dict(evaluation) for evaluation in known
            ],
        }
        atomic_file.write(output, (json.dumps(curve, indent=1) + "\n").encode())
        points = list(map(truth_curves.point_of, known))
        print(truth_curves.table(points), flush=True)
    return list(map(truth_curves.point_of, known))


def _read(
    file: pathlib.Path,
) -> tuple[str, str | None, list[record.Evaluation]]:
    """Reads a curve: its config's name, its commit, and its points.

    Raises:
        UserError: it is no such file.
    """
    try:
        curve = json.loads(file.read_text())
        points = [evaluation_file.from_dict(point) for point in curve["points"]]
        return curve["config"], curve.get("commit"), points
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise errors.UserError(
            f"{file}: {error!r}; expected a curve that this program wrote"
        ) from error


def show(
    files: Sequence[pathlib.Path],
    drawing: pathlib.Path | None,
    over: truth_curves.Over = truth_curves.Over.MINUTES,
) -> None:
    """Prints curves, and draws them where a drawing is asked for.

    Raises:
        UserError: a file is no curve, or two have one name.
    """
    curves: dict[str, list[truth_curves.Point]] = {}
    for file in files:
        name, _, evaluations = _read(file)
        points = list(map(truth_curves.point_of, evaluations))
        if name in curves or not points:
            raise errors.UserError(
                f"{file}: config {name!r} with {len(points)} points; expected "
                "points, and a --config.name of its own for each curve"
            )
        curves[name] = points
        print(f"{name} ({file})\n{truth_curves.table(points)}")
    if drawing is not None:
        text = truth_curves.figure(curves, over=over)
        atomic_file.write(drawing, text.encode())


def main(argv: list[str]) -> None:
    """Prints and draws the curves, or measures one."""
    command.no_arguments(argv)
    if _CURVES.value:
        show(
            [pathlib.Path(name).absolute() for name in _CURVES.value],
            pathlib.Path(_FIGURE.value).absolute() if _FIGURE.value else None,
            truth_curves.Over(_OVER.value),
        )
        return
    if _FIGURE.value:
        raise app.UsageError("--figure needs --curves, the files that it shows")
    if not (_CONFIG.value and _RUN_DIR.value and _OUTPUT.value):
        raise app.UsageError("--config, --run_dir and --output are needed")
    settings = _CONFIG.value
    config_checks.check(settings)
    output = pathlib.Path(_OUTPUT.value).absolute()
    made_by = result_file.made_by(
        "time_to_truth", commits.of_clean_tree(output)
    )
    folder = run_folder.RunFolder(pathlib.Path(_RUN_DIR.value).absolute())
    with folder.locked():
        folder.begin(dataclasses.asdict(settings))
        run(settings, folder, _EVERY.value, output, made_by)


if __name__ == "__main__":
    command.run(main)
