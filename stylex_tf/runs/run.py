"""Builds, resumes and trains one run in its folder."""

import dataclasses
import functools
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import config, errors, experiment, run_folder
from stylex_tf.classifiers import extractors
from stylex_tf.data.records import tfrecords
from stylex_tf.ops import preprocessing
from stylex_tf.report import contact_sheet
from stylex_tf.runs import (
    blame,
    held_out,
    initial_weights,
    marginal,
    perceptual_features,
    training_record,
    validating,
)
from stylex_tf.training import (
    best_checkpoint,
    checkpoints,
    conditioning,
    devices,
    interruption,
    loop,
    metrics,
    networks,
    snapshots,
    step,
    strategies,
    strategy_kind,
    validation,
    validation_history,
    watch,
)

_LOGGER = logging.getLogger(__name__)

_SNAPSHOT_IMAGES = 12
# How often training goes back after it diverged, and how far apart the seeds
# of these tries are.
_SETBACKS = 2
_OTHER_SEED = 1_000_003
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
            strategy: where to train, of `strategies.make`.

        Raises:
            ConfigError: the replicas cannot share a batch in equal parts.
        """
        replicas = strategy.num_replicas_in_sync
        strategies.check_batch(settings.training, replicas)
        self.settings = settings
        self.folder = folder
        self.dataset = dataset
        self.strategy = strategy
        self.is_chief = strategies.is_chief(strategy)
        if not self.is_chief:
            strategies.wait_for(folder.root / "config.json")
        if not self.is_chief and not settings.classifier.path:
            strategies.wait_for(folder.classifier / "classifier.json")
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
        self._go_on()
        self._seen = self._begin_with_weights()
        self.marginal = marginal.of_training_images(self.classifier, dataset)

    def _go_on(self) -> None:
        """Restores the newest checkpoint, with the history up to it."""
        self.first_step = self._checkpoints.restore(
            logged_step=validation_history.last_step(
                training_record.log(self.folder)
            ),
            mend=self.is_chief,
        )
        self._record = training_record.TrainingRecord(
            self.settings, self.folder, self.first_step
        )
        self._best = best_checkpoint.BestCheckpoint(
            self.state,
            self.folder.best_checkpoint,
            self._record.history,
            lambda: self._checkpoints.facts,
            every=self.settings.training.validate_every,
        )

    def _begin_with_weights(self) -> Mapping[str, str]:
        """Takes over what the config asks for; the cuts that were seen."""
        manifest = self.dataset.manifest
        seen = dict(self._checkpoints.facts.cuts)
        path = self.settings.training.initialize_from
        if path and not self.first_step:
            seen |= initial_weights.start(self.state, path, self.dataset)
        # Data of an earlier version do not know their cut.
        return {**seen, manifest.source: manifest.cut} if manifest.cut else seen

    @property
    def is_trained(self) -> bool:
        """Tells whether all steps are done, or training ended earlier."""
        return self._record.is_finished(int(self.state.step.numpy()))

    @property
    def seconds(self) -> float:
        """Counts the seconds of training so far, all sessions together."""
        return self._checkpoints.facts.seconds

    def train(self) -> None:
        """Trains from the newest checkpoint to the end.

        Raises:
            DivergedError: a metric was not finite, also after training went
                back to the last good state a few times.
            ClassifierError: it was the classifier that answered so.
            Interrupted: a signal came, and the state was saved.
        """
        if self.is_trained:
            return
        while True:
            setbacks = self._checkpoints.facts.setbacks
            if self.is_chief:
                self._checkpoints.begin(
                    cuts=self._seen, class_names=self.classifier.class_names
                )
            try:
                self._train(self.settings.seed + _OTHER_SEED * setbacks)
                return
            except errors.DivergedError as error:
                self._go_back(error, setbacks + 1)

    def _go_back(self, error: errors.DivergedError, setbacks: int) -> None:
        """Goes back to the last good state, or says why not."""
        blame.classifier(self.classifier, self._images(*error.steps))
        workers = (
            self.settings.training.strategy
            == strategy_kind.Strategy.MULTI_WORKER_MIRRORED
        )
        # The other workers do not know of it.
        if workers or setbacks > _SETBACKS or not self._checkpoints.latest_step:
            raise error
        self._go_on()
        blame.classifier(
            self.classifier,
            self._images(*error.steps),
            rebuild=self._rebuilder(self.state.networks),
        )
        _LOGGER.warning(
            "%s. Training goes back to step %d, and on with other random "
            "numbers (time %d of at most %d).",
            error,
            self.first_step,
            setbacks,
            _SETBACKS,
        )
        self._checkpoints.begin(setbacks=setbacks)

    def _images(self, first: int, last: int) -> Iterator[np.ndarray]:
        """Yields the images of steps, a batch a step, uint8 [N, H, W, 3]."""
        batches = self.dataset.batches(
            "train",
            batch_size=self.settings.training.batch_size,
            seed=self._seed,
            start=first,
            balanced=self.settings.data.balanced,
            mirror=self.settings.data.mirror,
        )
        for batch in batches.take(max(1, last - first)):
            yield batch["image"].numpy()

    def _train(self, seed: int) -> None:
        """Trains until the end, or until something ends it earlier.

        Args:
            seed: another one after a setback, or the same steps would
                diverge again.
        """
        self._seed = seed
        total = self.settings.total_steps
        settings = dataclasses.replace(
            perceptual_features.as_far_as_known(self.settings, self.classifier),
            seed=seed,
        )
        run_step = step.build_training_step(
            settings,
            self.strategy,
            self.state,
            classify=self.classifier.logits_and_features,
            marginal=tf.constant(self.marginal),
            perceptual_features=self._extractor,
        )
        batches = self._batches()
        if not self.is_chief:
            loop.train(self.state, run_step, batches, [], total_steps=total)
            return
        log = metrics.MetricsLog(
            self.folder.root,
            self._record.history,
            first_step=self.first_step,
            every=settings.training.log_every,
            batch_size=settings.training.batch_size,
        )
        ends = interruption.Interruption(lambda step: self._save(log, step))
        with ends.listening():
            loop.train(
                self.state,
                run_step,
                batches,
                [*self._actions(total, log), ends],
                total_steps=total,
            )

    def _save(self, log: metrics.MetricsLog, step: int) -> int:
        """Saves the state, unless it is not finite; returns what is saved."""
        try:
            log.check(step)
        except errors.DivergedError as error:
            _LOGGER.warning("This step is not saved: %s.", error)
        else:
            if self._checkpoints.latest_step != step:
                self._checkpoints.save(step, self._checkpoints.facts)
        return self._checkpoints.latest_step

    def _actions(
        self, total: int, log: metrics.MetricsLog
    ) -> list[loop.Action]:
        """Returns what is done beside training, by one of all workers."""
        training = self.settings.training
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
        if not training.validate_every:
            return actions
        self._best.catch_up()
        measures = validation.Validation(
            self._held_out().measure,
            log,
            self._record.history,
            every=training.validate_every,
            patience_steps=self.settings.patience_steps,
        )
        says = watch.Watch(self._record.history, every=training.validate_every)
        return [measures, *actions, self._best, says]

    def _batches(self) -> Iterator[Any]:
        """Yields distributed batches from the first step on."""
        training = self.settings.training

        def of_pipeline(context: tf.distribute.InputContext) -> tf.data.Dataset:
            batches = self.dataset.batches(
                "train",
                batch_size=training.batch_size // context.num_input_pipelines,
                seed=self._seed,
                start=self.first_step,
                shard=(
                    context.input_pipeline_id,
                    context.num_input_pipelines,
                ),
                balanced=self.settings.data.balanced,
                mirror=self.settings.data.mirror,
            )
            replicas = context.get_per_replica_batch_size(training.batch_size)
            return batches.unbatch().batch(replicas, drop_remainder=True)

        return iter(
            self.strategy.distribute_datasets_from_function(
                of_pipeline, devices.read_ahead()
            )
        )

    @functools.cached_property
    def _extractor(self) -> extractors.Extractor | None:
        """Returns the perceptual distance's features; None: classifier's."""
        return perceptual_features.extractor(
            self.settings, self.state.networks.backbone
        )

    @functools.cached_property
    def _validated(self) -> np.ndarray:
        """Returns images to validate with, of those the search will see."""
        return held_out.HeldOut.of(
            self.dataset.load("test"),
            searched=self.settings.attributes.images,
            unseen=0,
        ).searched.images[: validating.IMAGES]

    def _held_out(self) -> validating.HeldOut:
        """Returns what is measured in training: images for the search."""
        settings = self.settings
        count = len(self._validated)
        features = "the classifier under explanation"
        if self._extractor is not None:
            features = settings.loss.perceptual_features
        elif not self.classifier.has_features:
            features = "nothing: neither KID nor a perceptual distance"
        _LOGGER.info(
            "Validation every %d steps on %d held-out images; features of %s. "
            "The first steps take longest: TensorFlow prepares their graphs.",
            settings.training.validate_every,
            count,
            features,
        )

        return validating.HeldOut(
            self._validated,
            self.dataset.load("train", limit=count).images,
            rebuild=self._rebuilder(self.state.averages),
            classify=self.classifier.logits_and_features,
            features=self._extractor,
            weights=settings.loss,
            class_names=self.classifier.class_names,
            batch_size=min(settings.training.batch_size, _VALIDATED_AT_ONCE),
        )

    def _rebuilder(self, parts: networks.Networks) -> blame.Rebuild:
        """Returns how some of the networks reconstruct images."""

        def rebuild(images: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
            p = tf.nn.softmax(logits)
            if conditioning.takes_marginal(self.settings.model.conditioning):
                p = tf.broadcast_to(self.marginal, tf.shape(p))
            return parts.generator(parts.encode(images), p)

        return rebuild

    def _snapshots(self) -> snapshots.Snapshots:
        shown = self.dataset.load("test", limit=_SNAPSHOT_IMAGES)
        images = preprocessing.to_float_numpy(shown.images)
        p = tf.nn.softmax(self.classifier(tf.constant(images))).numpy()
        if conditioning.takes_marginal(self.settings.model.conditioning):
            p = np.broadcast_to(self.marginal, p.shape)
        return snapshots.Snapshots(
            self.folder.snapshots,
            averages=self.state.averages,
            images=images,
            p=p,
            sample_p=p,
            seed=self.settings.seed,
            # Then nothing is drawn from z, which nobody has trained.
            exchange=self.settings.training.style_exchange == 1.0,
            every=self.settings.training.snapshot_every,
            write_png=contact_sheet.write_png,
        )
