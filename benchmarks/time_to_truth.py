r"""Measures how far a training is after so many images and minutes.

    bazel run //benchmarks:time_to_truth -- --config=configs/photographs.py \
        --config.data.source=FOLDER --run_dir=runs/curve --every=8000 \
        --output=benchmarks/results/leaves_photographs.json

Trains, and after every so many images searches, tests and evaluates as the
train command does at its end; the time of that is not counted. The file holds
every figure of each point; what is printed is agreement, flips of the first
and the first two attributes on reconstructions and carried onto the
photographs, perceptual distance, and KID over its floor. Started again, it
goes on where it stopped. --curves=A.json,B.json draws nothing new: it prints
several such files beside each other.
"""

import dataclasses
import json
import pathlib
import platform
from collections.abc import Mapping, Sequence
from typing import Any

from absl import app, flags
from ml_collections import config_flags

from stylex_tf import atomic_file, config, config_checks, experiment, run_folder
from stylex_tf.cli import command
from stylex_tf.evaluation import evaluation_file, record
from stylex_tf.runs import explaining, trained
from stylex_tf.runs import run as run_lib

_CONFIG = config_flags.DEFINE_config_file("config", lock_config=False)
_RUN_DIR = flags.DEFINE_string("run_dir", None, "The folder of the run.")
_OUTPUT = flags.DEFINE_string("output", None, "The JSON file of the curve.")
_EVERY = flags.DEFINE_integer(
    "every", 8_000, "Images between two points.", lower_bound=1
)
_CURVES = flags.DEFINE_list("curves", [], "Files to print, and no training.")


@dataclasses.dataclass(frozen=True)
class Point:
    """One row of a printed curve; None is "not measured"."""

    images: int
    minutes: float
    agreement: float | None
    flips: tuple[float | None, float | None]
    carried: tuple[float | None, float | None]
    perceptual: float | None
    kid: float | None


def milestones(total: int, every: int) -> list[int]:
    """Returns every, 2 every, ... and the total, in images."""
    return [*range(every, total, every), total]


def point_of(evaluation: record.Evaluation) -> Point:
    """Returns what is printed of an evaluation."""

    def value(figure) -> float | None:
        return None if figure is None else figure.value

    def first_two(curve) -> tuple[float | None, float | None]:
        values = () if curve is None else curve.values
        return (
            values[0] if values else None,
            values[1] if len(values) > 1 else None,
        )

    kid, floor = evaluation.realism.kid, evaluation.realism.kid_floor
    run, flips = evaluation.run, evaluation.sufficiency
    return Point(
        images=run.images_seen or 0,
        minutes=(run.seconds or 0.0) / 60,
        agreement=value(evaluation.reconstruction.agreement),
        flips=first_two(flips.flips),
        carried=first_two(flips.carried),
        perceptual=value(evaluation.reconstruction.perceptual),
        kid=None if kid is None or floor is None else kid.value - floor.value,
    )


def table(points: Sequence[Point]) -> str:
    """Returns the points as plain text, a row each."""

    def cell(number: float | None) -> str:
        return f"{'-' if number is None else f'{number:.3f}':>9}"

    names = ("agree", "top 1", "top 2", "carried 1", "2", "percept.", "KID")
    lines = [f"{'images':>9}{'minutes':>9}" + "".join(f"{n:>9}" for n in names)]
    for point in points:
        numbers = (
            point.agreement,
            *point.flips,
            *point.carried,
            point.perceptual,
            point.kid,
        )
        lines.append(
            f"{point.images:>9,}{point.minutes:>9.1f}"
            + "".join(map(cell, numbers))
        )
    return "\n".join(lines)


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
    strategy = experiment.make_strategy(part.training)
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
) -> list[Point]:
    """Measures every point that the file lacks, and writes it after each."""
    curve: dict[str, Any] = {"points": []}
    if output.is_file():
        curve = json.loads(output.read_text())
    known = [_evaluation(evaluation) for evaluation in curve["points"]]
    for images in milestones(settings.training.total_images, every):
        if any(
            (evaluation.run.images_seen or 0) >= images for evaluation in known
        ):
            continue
        known.append(measure(settings, folder, images))
        curve = {
            "command": "benchmarks:time_to_truth",
            "config": settings.name,
            "machine": platform.processor() or platform.machine(),
            "points": [
                evaluation_file.to_dict(evaluation) for evaluation in known
            ],
        }
        atomic_file.write(output, (json.dumps(curve, indent=1) + "\n").encode())
        print(table([point_of(evaluation) for evaluation in known]), flush=True)
    return [point_of(evaluation) for evaluation in known]


def _evaluation(values: Mapping[str, Any]) -> record.Evaluation:
    return evaluation_file.from_dict(values)


def main(argv: list[str]) -> None:
    """Prints the curves, or measures one."""
    command.no_arguments(argv)
    for name in _CURVES.value:
        points = json.loads(pathlib.Path(name).read_text())["points"]
        print(name)
        print(table([point_of(_evaluation(point)) for point in points]))
    if _CURVES.value:
        return
    if not (_CONFIG.value and _RUN_DIR.value and _OUTPUT.value):
        raise app.UsageError("--config, --run_dir and --output are needed")
    settings = _CONFIG.value
    config_checks.check(settings)
    folder = run_folder.RunFolder(pathlib.Path(_RUN_DIR.value).absolute())
    with folder.locked():
        folder.begin(dataclasses.asdict(settings))
        run(settings, folder, _EVERY.value, pathlib.Path(_OUTPUT.value))


if __name__ == "__main__":
    command.run(main)
