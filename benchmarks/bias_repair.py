r"""Measures a shortcut's cost to a classifier, and what counterfactuals win.

    bazel run //benchmarks:bias_repair -- --run_dir=runs/shortcut \
        --attributes=24,22 --augmented=runs/shortcut/augmented

For a run of a rendered world with a shortcut: classifiers of its architecture
are trained on its own images, on the same without the shortcut, and on each
folder that augment wrote; all are measured on the run's test images, in which
the shortcut says nothing. docs/bias.md has the figures.
"""

import dataclasses
import pathlib
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import tensorflow as tf
from absl import app, flags

from stylex_tf import config
from stylex_tf.attributes import edit_space, log_odds
from stylex_tf.attributes import effects as effects_lib
from stylex_tf.classifiers import adapter, trainer
from stylex_tf.cli import command
from stylex_tf.data import preparation
from stylex_tf.data.records import tfrecords
from stylex_tf.data.worlds import worlds
from stylex_tf.evaluation import causal_effects
from stylex_tf.ops import batching, preprocessing
from stylex_tf.runs import trained as trained_lib

# Images that are drawn again with one factor exchanged.
_CAUSAL_IMAGES = 500

_RUN_DIR = flags.DEFINE_string("run_dir", None, "A run of a rendered world.")
_AUGMENTED = flags.DEFINE_list("augmented", [], "Folders that augment wrote.")
_ATTRIBUTES = flags.DEFINE_list(
    "attributes", [], "Coordinates whose effects are measured."
)
_SEEDS = flags.DEFINE_integer(
    "seeds", 3, "Classifiers of each kind.", lower_bound=1
)
_EPOCHS = flags.DEFINE_integer(
    "epochs", 0, "Passes over the images; 0 is as many as the run's."
)


@dataclasses.dataclass(frozen=True)
class Measured:
    """One classifier on the run's test images.

    Attributes:
        accuracy: share of right answers.
        factors: mean |change of the log odds| when a factor is exchanged in
            the drawing, by its name.
        attributes: the same when a coordinate goes to its far end, by its
            name.
    """

    accuracy: float
    factors: Mapping[str, float]
    attributes: Mapping[str, float]


def main(argv: list[str]) -> None:
    """Trains, measures and prints a table in Markdown."""
    command.no_arguments(argv)
    if not _RUN_DIR.value:
        raise app.UsageError("--run_dir is needed")
    trained = trained_lib.load(_RUN_DIR.value)
    settings = trained.settings
    if settings.data.source not in worlds.NAMES or not settings.data.shortcut:
        raise app.UsageError("--run_dir is no run of a world with a shortcut")
    names = trained.dataset.manifest.class_names
    fair = dataclasses.replace(settings.data, shortcut="")
    sources = {"its own images": settings.data, "no shortcut": fair} | {
        pathlib.Path(folder).name: config.DataConfig(
            source=str(pathlib.Path(folder).absolute()), classes=names
        )
        for folder in _AUGMENTED.value
    }
    measure = _measurement(trained, [int(c) for c in _ATTRIBUTES.value])
    rows = {}
    for name, source in sources.items():
        dataset = preparation.prepare(
            source, settings.model.resolution, settings.seed
        )
        rows[name] = [
            measure(_train(settings.classifier, dataset, seed))
            for seed in range(_SEEDS.value)
        ]
        print(f"{name}: {[seed.accuracy for seed in rows[name]]}", flush=True)
    print(_table(rows))


def _train(
    settings: config.ClassifierConfig, dataset: tfrecords.Dataset, seed: int
) -> adapter.Classifier:
    with tempfile.TemporaryDirectory() as directory:
        return trainer.train(
            dataset,
            architecture=settings.architecture,
            epochs=_EPOCHS.value or settings.epochs,
            batch_size=settings.batch_size,
            learning_rate=settings.learning_rate,
            seed=seed,
            directory=directory,
        ).classifier


def _measurement(
    trained: trained_lib.TrainedRun, coordinates: Sequence[int]
) -> Callable[[adapter.Classifier], Measured]:
    """Returns what measures a classifier on the run's test images."""
    functions = trained.stylex
    manifest = trained.dataset.manifest
    test = trained.dataset.load("test")
    pixels = preprocessing.to_float_numpy(test.images)
    ranges = effects_lib.load(trained.folder.attributes).ranges

    def draw(styles: np.ndarray) -> np.ndarray:
        return batching.apply(functions.generate, styles, batch_size=256)

    styles = batching.apply(functions.encode, pixels, batch_size=256)
    rebuilt = draw(styles)
    moved = {}
    for c in coordinates:
        middle = ranges.ends()[:, c].mean()
        # To the end that is farther away.
        direction = (styles[:, c] < middle).astype(int)[:, None]
        moved[str(c)] = draw(
            edit_space.EditSpace(ranges).apply(
                styles, np.full_like(direction, c), direction
            )
        )

    def measure(classifier: adapter.Classifier) -> Measured:
        classify = tf.function(classifier, reduce_retracing=True)

        def logits(images: np.ndarray) -> np.ndarray:
            return batching.apply(classify, images, batch_size=256)

        def odds(images: np.ndarray) -> np.ndarray:
            return log_odds.of_class(logits(images), 1)

        return Measured(
            float(np.mean(logits(pixels).argmax(axis=1) == test.labels)),
            causal_effects.measure(
                worlds.get(manifest.source).render,
                classify,
                test.factors[:_CAUSAL_IMAGES],
                manifest.factors,
                resolution=manifest.resolution,
            ),
            {
                name: float(np.abs(odds(images) - odds(rebuilt)).mean())
                for name, images in moved.items()
            },
        )

    return measure


def _table(rows: Mapping[str, Sequence[Measured]]) -> str:
    """Writes means over the seeds; of accuracies least and most as well."""
    first = next(iter(rows.values()))[0]
    columns = [f"attribute {name}" for name in first.attributes]
    columns += [f"factor {name}" for name in first.factors]
    lines = [
        f"| trained on | accuracy | {' | '.join(columns)} |",
        "|---" * (2 + len(columns)) + "|",
    ]
    for name, measured in rows.items():
        accuracies = [model.accuracy for model in measured]
        means = [
            statistics.mean(getattr(model, kind)[key] for model in measured)
            for kind in ("attributes", "factors")
            for key in getattr(first, kind)
        ]
        lines.append(
            f"| {name} | {statistics.mean(accuracies):.3f} "
            f"({min(accuracies):.3f} to {max(accuracies):.3f}) | "
            + " | ".join(f"{mean:.2f}" for mean in means)
            + " |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    command.run(main)
