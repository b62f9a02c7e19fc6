"""One training run in its folder: built, resumed, trained."""

import dataclasses
import functools
import logging
import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import errors
from stylex_tf import config, config_checks, experiment, run_folder
from stylex_tf.classifiers import extractors
from stylex_tf.data import preprocessing
from stylex_tf.data.records import tfrecords
from stylex_tf.models import photo_backbone
from stylex_tf.report import contact_sheet
from stylex_tf.runs import validating
from stylex_tf.training import (
    best_checkpoint,
    checkpoints,
    loop,
    metrics,
    snapshots,
    step,
    symptoms,
    validation,
    validations,
    watch,
)

_LOGGER = logging.getLogger(__name__)

_SNAPSHOT_IMAGES = 12
# Images whose mean probabilities stand for the class marginal.
_MARGINAL_IMAGES = 1_000
# What a step trains fits into memory; so does this, where a step trains more.
_VALIDATED_AT_ONCE = 32


class Run:
    """One training run in its folder: built, resumed, trained."""

    def __init__(
        self,
        settings: config.ExperimentConfig,
        folder: run_folder.RunFolder,
        dataset: tfrecords.Dataset,
        strategy: tf.distribute.Strategy,
    ):
        """Builds everything and restores the newest checkpoint, if any.

        Args:
            settings: a validated config.
            folder: where the run lives; locked by the caller.
            dataset: the prepared images.
            strategy: where to train, of `make_strategy`.

        Raises:
            ConfigError: the replicas cannot share a batch in equal parts.
        """
        _check_batch(settings.training, strategy.num_replicas_in_sync)
        self.settings = settings
        self.folder = folder
        self.dataset = dataset
        self.strategy = strategy
        self.is_chief = experiment.is_chief(strategy)
        if not self.is_chief:
            experiment.wait_for(folder.root / "config.json")
        if not self.is_chief and not settings.classifier.path:
            experiment.wait_for(folder.classifier / "classifier.json")
        self.classifier_figures = experiment.prepare_classifier(
            settings, dataset, folder.classifier
        )
        accuracy = self.classifier_figures["accuracy"]
        chance = 1 / len(dataset.manifest.class_names)
        if accuracy is not None and accuracy < chance:
            _LOGGER.warning(
                "The classifier's accuracy is %.3f, worse than chance: are its "
                "classes in another order than %s? data.classes sets it.",
                accuracy,
                dataset.manifest.class_names,
            )
        with self.strategy.scope():
            self.classifier = experiment.load_classifier(
                settings, dataset, folder.classifier
            )
            self.state = experiment.build_state(
                settings, self.classifier.num_classes
            )
        self._checkpoints = checkpoints.Checkpoints(
            self.state,
            folder.checkpoints,
            every=settings.training.checkpoint_every,
        )
        self._best = best_checkpoint.BestCheckpoint(
            self.state,
            folder.best_checkpoint,
            self._log,
            every=settings.training.validate_every,
        )
        self.first_step = self._checkpoints.restore()
        self.marginal = self._mean_probabilities()

    @property
    def trained_steps(self) -> int:
        """How far training came, whichever state is kept of it."""
        return self._checkpoints.latest_step

    @property
    def is_trained(self) -> bool:
        """Whether all steps are done, or training ended earlier."""
        return self.trained_steps >= self.settings.total_steps or (
            validations.is_stalled(
                validations.read(self._log, self.trained_steps),
                self.settings.patience_steps,
            )
        )

    def find_symptoms(self) -> tuple[symptoms.Symptom, ...]:
        """What went wrong in training, up to the state as it is now."""
        step_now = int(self.state.step.numpy())
        return symptoms.find(validations.read(self._log, step_now))

    def keep(self) -> None:
        """Restores the best state of a trained run, if it is the one to keep.

        Raises:
            CheckpointError: it is not there.
        """
        if self.settings.training.keep == "best":
            self._best.restore()

    def ending(self) -> str:
        """What is special in how training ended, in words; or nothing."""
        batch_size = self.settings.training.batch_size
        parts = []
        if self.trained_steps < self.settings.total_steps:
            parts.append(
                f"ended early, after {self.trained_steps * batch_size:,} of "
                f"{self.settings.training.total_images:,} images: "
                f"{self.settings.training.patience:,} brought no better "
                "validation score"
            )
        kept = int(self.state.step.numpy())
        if kept != self.trained_steps:
            parts.append(
                "explained is the state with the best validation score, "
                f"after {kept * batch_size:,} images"
            )
        return "; ".join(parts)

    def train(self) -> None:
        """Trains from the newest checkpoint to the end."""
        settings, training = self.settings, self.settings.training
        total = settings.total_steps
        if self.is_trained:
            return
        actions = self._actions(total) if self.is_chief else []
        run_step = step.build_training_step(
            self._with_features(),
            self.strategy,
            self.state,
            classify=self.classifier.logits_and_features,
            marginal=tf.constant(self.marginal),
            perceptual_features=self._extractor,
        )
        loop.train(
            self.state, run_step, self._batches(), actions, total_steps=total
        )

    def _actions(self, total: int) -> list[loop.Action]:
        """What is done beside training, by one process of all workers."""
        training = self.settings.training
        log = metrics.MetricsLog(
            self.folder.root,
            first_step=self.first_step,
            every=training.log_every,
            batch_size=training.batch_size,
        )
        actions: list[loop.Action] = [
            log,
            self._snapshots(),
            self._checkpoints,
            metrics.Progress(
                first_step=self.first_step,
                total_steps=total,
                batch_size=training.batch_size,
            ),
        ]
        if not training.validate_every or not self._validated_images:
            return actions
        self._best.catch_up()
        measures = validation.Validation(
            self._held_out().measure,
            log,
            self._log,
            every=training.validate_every,
            patience_steps=self.settings.patience_steps,
        )
        says = watch.Watch(self._log, every=training.validate_every)
        return [measures, *actions, self._best, says]

    def _batches(self) -> Iterator[Any]:
        """Distributed batches from the first step on."""
        training = self.settings.training

        def of_pipeline(context: tf.distribute.InputContext) -> tf.data.Dataset:
            batches = self.dataset.batches(
                "train",
                batch_size=training.batch_size // context.num_input_pipelines,
                seed=self.settings.seed,
                start=self.first_step,
                shard=(
                    context.input_pipeline_id,
                    context.num_input_pipelines,
                ),
                balanced=self.settings.data.balanced,
            )
            replicas = context.get_per_replica_batch_size(training.batch_size)
            return batches.unbatch().batch(replicas, drop_remainder=True)

        return iter(
            self.strategy.distribute_datasets_from_function(of_pipeline)
        )

    def _with_features(self) -> config.ExperimentConfig:
        """The settings, without a distance that has no features to compare."""
        loss = self.settings.loss
        if loss.perceptual_features != "auto" or self.classifier.has_features:
            return self.settings
        _LOGGER.warning(
            "The classifier shows no feature maps: training goes without the "
            "perceptual distance. loss.perceptual_features names another "
            "network."
        )
        return dataclasses.replace(
            self.settings, loss=dataclasses.replace(loss, perceptual=0.0)
        )

    @functools.cached_property
    def _extractor(self) -> extractors.Extractor | None:
        """Features of the perceptual distance; None takes the classifier's."""
        loss = self.settings.loss
        own = loss.perceptual_features in ("auto", "classifier")
        if own or not loss.perceptual:
            return None
        if loss.perceptual_features == config_checks.PHOTOGRAPHS:
            backbone = self.state.networks.backbone
            return backbone or photo_backbone.PhotoBackbone(
                self.settings.model.resolution
            )
        if loss.perceptual_features == "vgg16":
            return extractors.vgg16(loss.perceptual_weights)
        return extractors.saved_model(loss.perceptual_features)

    @property
    def _log(self) -> pathlib.Path:
        return self.folder.root / "metrics.jsonl"

    @property
    def _validated_images(self) -> int:
        """How many images are measured in training; 0 of fewer than three."""
        return min(
            validating.IMAGES,
            self.settings.searched_images(self.dataset.manifest.splits["test"]),
        )

    def _held_out(self) -> validating.HeldOut:
        """What is measured in training: images that the search will see."""
        settings, averages = self.settings, self.state.averages
        count = self._validated_images
        features = "the classifier under explanation"
        if self._extractor is not None:
            features = settings.loss.perceptual_features
        elif not self.classifier.has_features:
            features = "nothing: neither KID nor a perceptual distance"
        _LOGGER.info(
            "Validation every %d steps on %d held-out images; features of %s.",
            settings.training.validate_every,
            count,
            features,
        )

        def rebuild(images: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
            p = tf.nn.softmax(logits)
            if settings.model.conditioning == "dropout":
                p = tf.broadcast_to(self.marginal, tf.shape(p))
            return averages.generator(averages.encode(images), p)

        return validating.HeldOut(
            self.dataset.load("test", limit=count).images,
            self.dataset.load("train", limit=count).images,
            rebuild=rebuild,
            classify=self.classifier.logits_and_features,
            features=self._extractor,
            weights=settings.loss,
            class_names=self.classifier.class_names,
            batch_size=min(settings.training.batch_size, _VALIDATED_AT_ONCE),
        )

    def _snapshots(self) -> snapshots.Snapshots:
        held_out = self.dataset.load("test", limit=_SNAPSHOT_IMAGES)
        images = preprocessing.to_float_numpy(held_out.images)
        p = tf.nn.softmax(self.classifier(tf.constant(images))).numpy()
        if self.settings.model.conditioning == "dropout":
            p = np.broadcast_to(self.marginal, p.shape)
        return snapshots.Snapshots(
            self.folder.snapshots,
            averages=self.state.averages,
            images=images,
            p=p,
            sample_p=p,
            seed=self.settings.seed,
            every=self.settings.training.snapshot_every,
            write_png=contact_sheet.write_png,
        )

    def _mean_probabilities(self) -> np.ndarray:
        """The class marginal, float32 [K], of the first training images."""
        images = self.dataset.load("train", limit=_MARGINAL_IMAGES).images
        parts = [
            tf.nn.softmax(self.classifier(preprocessing.to_float(part)))
            for part in np.array_split(images, max(1, len(images) // 100))
        ]
        return tf.reduce_mean(tf.concat(parts, axis=0), axis=0).numpy()


def _check_batch(training: config.TrainingConfig, replicas: int) -> None:
    parts = replicas * training.accumulation
    if training.batch_size % parts:
        raise errors.ConfigError(
            f"training.batch_size is {training.batch_size}; expected a "
            f"multiple of {parts}: {replicas} replicas with "
            f"training.accumulation {training.accumulation}"
        )
