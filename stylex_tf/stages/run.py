"""One training run in its folder: built, resumed, trained."""

import dataclasses
import functools
import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import config, experiment, run_folder
from stylex_tf.classifiers import adapter, extractors
from stylex_tf.data import augmentation, preprocessing, tfrecords
from stylex_tf.report import contact_sheet
from stylex_tf.training import (
    checkpoints,
    ema,
    loop,
    metrics,
    objective,
    phases,
    snapshots,
    step,
)

_LOGGER = logging.getLogger(__name__)

_SNAPSHOT_IMAGES = 12
# Images whose mean probabilities stand for the class marginal.
_MARGINAL_IMAGES = 1_000


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
        self.first_step = self._checkpoints.restore()
        self.marginal = self._mean_probabilities()

    def train(self) -> None:
        """Trains from the newest checkpoint to the end."""
        settings, training = self.settings, self.settings.training
        total = settings.total_steps
        if self.first_step >= total:
            return
        actions = self._actions(total) if self.is_chief else []
        losses = self._objective()
        table = phases.table(
            losses,
            r1_interval=settings.r1_every,
            path_length_interval=settings.path_length_every,
            style_exchange=settings.training.style_exchange > 0,
        )
        run_step = step.TrainStep(
            strategy=self.strategy,
            train_state=self.state,
            losses=losses,
            table=table,
            batch_size=training.batch_size,
            seed=settings.seed,
            ema_decay=ema.decay_per_step(
                training.ema_half_life_images, training.batch_size
            ),
            accumulation=training.accumulation,
        )
        loop.train(
            self.state, run_step, self._batches(), actions, total_steps=total
        )

    def _actions(self, total: int) -> list[loop.Action]:
        """What is done beside training, by one process of all workers."""
        training = self.settings.training
        return [
            metrics.MetricsLog(
                self.folder.root,
                first_step=self.first_step,
                every=training.log_every,
                batch_size=training.batch_size,
            ),
            self._snapshots(),
            self._checkpoints,
            metrics.Progress(
                first_step=self.first_step,
                total_steps=total,
                batch_size=training.batch_size,
            ),
        ]

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

    def _objective(self) -> objective.Objective:
        settings = self.settings
        weights = dataclasses.replace(settings.loss, r1=settings.r1_weight)
        if not _has_features(weights, self.classifier):
            _LOGGER.warning(
                "The classifier shows no feature maps: training goes without "
                "the perceptual distance. loss.perceptual_features names "
                "another network."
            )
            weights = dataclasses.replace(weights, perceptual=0.0)
        return objective.Objective(
            self.state.networks,
            classify=self.classifier.logits_and_features,
            perceptual_features=_extractor(weights),
            marginal=tf.constant(self.marginal),
            path_length_mean=self.state.path_length_mean,
            weights=weights,
            conditioning=settings.model.conditioning,
            condition_dropout=settings.model.condition_dropout,
            style_mixing=settings.training.style_mixing,
            style_exchange=settings.training.style_exchange,
            w_average_decay=settings.training.w_average_decay,
            augment=self._augment(),
            accumulation=settings.training.accumulation,
        )

    def _augment(self) -> objective.AugmentFn | None:
        """What the discriminator is shown; None shows images as they are."""
        strength = self.state.augmentation
        if strength is None:
            return None
        return functools.partial(augmentation.augment, strength=strength.value)

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
        raise config.ConfigError(
            f"training.batch_size is {training.batch_size}; expected a "
            f"multiple of {parts}: {replicas} replicas with "
            f"training.accumulation {training.accumulation}"
        )


def _has_features(
    loss: config.LossConfig, classifier: adapter.Classifier
) -> bool:
    """Whether the perceptual distance has feature maps to compare."""
    return loss.perceptual_features != "auto" or classifier.has_features


def _extractor(loss: config.LossConfig) -> extractors.Extractor | None:
    """Features of the perceptual distance; None takes the classifier's."""
    own = loss.perceptual_features in ("auto", "classifier")
    if own or not loss.perceptual:
        return None
    if loss.perceptual_features == "vgg16":
        return extractors.vgg16(loss.perceptual_weights)
    return extractors.saved_model(loss.perceptual_features)
