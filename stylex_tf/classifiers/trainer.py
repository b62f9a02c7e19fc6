"""Trains a classifier for those who have none."""

import dataclasses
import json
import os
import pathlib
from typing import Any

import keras
import tensorflow as tf
import tqdm

from stylex_tf import atomic_file, errors
from stylex_tf.classifiers import (
    adapter,
    architecture_kind,
    architectures,
    calibration,
    precision,
)
from stylex_tf.classifiers import variations as variations_lib
from stylex_tf.ops import preprocessing

_MODEL_FILE = "classifier.keras"
_FACTS_FILE = "classifier.json"
# Held-out images measured; bounds memory, not accuracy.
_HELD_OUT_LIMIT = 10_000


@dataclasses.dataclass(frozen=True)
class TrainedClassifier:
    """A classifier, the file it is in, and what is known about it."""

    classifier: adapter.Classifier
    path: pathlib.Path
    # As in classifier.json: accuracy, calibration_error, images, ...
    facts: dict[str, Any]

    def summary(self) -> str:
        """Returns a few lines for people."""
        facts = self.facts
        size = facts["resolution"]
        return "\n".join(
            [
                f"{facts['architecture']}, {size} x {size} pixels, classes "
                f"{', '.join(facts['class_names'])}",
                f"  trained on {facts['trained_images']:,} images, "
                f"{facts['epochs']} times",
                f"  on {facts['images']:,} held-out images: accuracy "
                f"{facts['accuracy']:.1%}, expected calibration error "
                f"{facts['calibration_error']:.1%}",
            ]
        )


# Longer than 60 lines: the settings of one training, explained here.
# More than seven parameters: they are the fields of the config.
def train(
    dataset,
    *,
    architecture: str,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    directory: str | os.PathLike,
    variations: bool = False,
    tints: bool = False,
    mirror: bool = False,
    progress: bool = True,
) -> TrainedClassifier:
    """Trains on the train split, and measures on the test split.

    Writes `classifier.keras` and `classifier.json` into the directory. Trains
    on one device: call it outside of a strategy's scope, and `load` inside.

    Args:
        dataset: a `stylex_tf.data.records.tfrecords.Dataset`.
        architecture: an `Architecture`.
        epochs: passes over the train split.
        batch_size: images a step.
        learning_rate: Adam's learning rate at the start; it falls to zero on a
            cosine.
        seed: decides the first weights and the order of the images.
        directory: made where it does not exist.
        variations: train on varied pictures; see variations.py.
        tints: variations change tint and saturation as well.
        mirror: variations turn pictures left to right as well.
        progress: show a bar.
    """
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    manifest = dataset.manifest
    model = _build(architecture, manifest, seed)
    batches = dataset.batches("train", batch_size=batch_size, seed=seed)
    if variations:
        batches = _varied(batches, seed, mirror=mirror, tints=tints)
    else:
        batches = batches.map(_to_floats)
    _fit(
        model,
        batches,
        steps=max(1, manifest.splits["train"] // batch_size),
        epochs=epochs,
        learning_rate=learning_rate,
        progress=progress,
    )
    classifier = adapter.from_keras(
        model, class_names=manifest.class_names, output="logits"
    )
    held_out = dataset.load("test", limit=_HELD_OUT_LIMIT)
    facts = {
        **calibration.evaluate(classifier, held_out.images, held_out.labels),
        "class_names": list(manifest.class_names),
        "architecture": architecture,
        "resolution": manifest.resolution,
        "input_range": list(classifier.input_range),
        "epochs": epochs,
        "trained_images": manifest.splits["train"],
    }
    path = _write(model, facts, directory)
    return TrainedClassifier(classifier=classifier, path=path, facts=facts)


def load(directory: str | os.PathLike) -> TrainedClassifier:
    """Loads what `train` wrote into the directory.

    Raises:
        ClassifierError: a file is missing or damaged.
    """
    directory = pathlib.Path(directory)
    path = directory / _FACTS_FILE
    try:
        facts = json.loads(path.read_text("utf-8"))
        class_names, (low, high) = facts["class_names"], facts["input_range"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise errors.ClassifierError(
            f"{path} is missing or damaged ({error}). Put a copy of it there; "
            "or remove the folder, and the classifier is trained again"
        ) from error
    classifier = adapter.load(
        directory / _MODEL_FILE,
        class_names=class_names,
        output="logits",
        input_range=(low, high),
    )
    return TrainedClassifier(classifier, directory / _MODEL_FILE, facts)


def _build(architecture: str, manifest, seed: int) -> keras.Model:
    if architecture not in architectures.BY_NAME:
        raise errors.ClassifierError(
            f"architecture is {architecture!r}; expected one of "
            f"{', '.join(architecture_kind.Architecture.names())}"
        )
    keras.utils.set_random_seed(seed)
    with precision.float32_policy():
        return architectures.BY_NAME[architecture](
            manifest.resolution, len(manifest.class_names)
        )


def _fit(
    model: keras.Model,
    batches: tf.data.Dataset,
    *,
    steps: int,
    epochs: int,
    learning_rate: float,
    progress: bool,
) -> None:
    """Trains on `steps` batches an epoch."""
    schedule = keras.optimizers.schedules.CosineDecay(
        learning_rate, decay_steps=epochs * steps
    )
    # A second model around the same layers, so that the one that is saved
    # holds no optimizer.
    trained = keras.Model(model.inputs, model.outputs)
    trained.compile(
        keras.optimizers.Adam(schedule),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    trained.fit(
        batches,
        steps_per_epoch=steps,
        epochs=epochs,
        verbose=0,
        callbacks=[_Progress(epochs * steps, progress)],
    )


def _varied(
    batches: tf.data.Dataset, seed: int, *, mirror: bool, tints: bool
) -> tf.data.Dataset:
    """Returns floats and labels, every batch varied in a way of its own."""

    @tf.autograph.experimental.do_not_convert
    def vary(number: tf.Tensor, batch: dict[str, tf.Tensor]):
        images, labels = _to_floats(batch)
        seeds = tf.stack([tf.constant(seed, tf.int64), number])
        varied = variations_lib.vary(images, seeds, mirror=mirror, tints=tints)
        return varied, labels

    return batches.enumerate().map(vary)


def _to_floats(batch: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    return preprocessing.to_float(batch["image"]), batch["label"]


class _Progress(keras.callbacks.Callback):
    """One bar over all epochs."""

    def __init__(self, total: int, visible: bool):
        super().__init__()
        self._bar = tqdm.tqdm(
            total=total,
            desc="Training the classifier",
            unit="step",
            disable=not visible,
            leave=False,
        )

    def on_train_batch_end(self, batch, logs=None):
        self._bar.update()
        self._bar.set_postfix(loss=f"{logs['loss']:.3f}", refresh=False)

    def on_train_end(self, logs=None):
        self._bar.close()


def _write(
    model: keras.Model, facts: dict, directory: pathlib.Path
) -> pathlib.Path:
    """Writes each file whole or not at all; the facts come last."""
    path = directory / _MODEL_FILE
    with atomic_file.replacing(path) as temporary:
        model.save(temporary)
    text = json.dumps(facts, indent=2) + "\n"
    atomic_file.write(directory / _FACTS_FILE, text.encode())
    return path
