"""Composition root: a config becomes data, classifier, networks, training.

The one file that unpacks a config for the parts, and the one with
`strategy.scope()`.
"""

import dataclasses
import logging
import pathlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from stylex_tf import config, run_folder
from stylex_tf.classifiers import adapter, calibration, extractors
from stylex_tf.classifiers import trainer as classifier_trainer
from stylex_tf.data import preparation, preprocessing, tfrecords
from stylex_tf.models import discriminator, encoder, generator, mapping
from stylex_tf.report import contact_sheet
from stylex_tf.training import (
    checkpoints,
    ema,
    loop,
    metrics,
    networks,
    objective,
    phases,
    precision,
    snapshots,
    state,
    step,
)

_SNAPSHOT_IMAGES = 12
# Images whose mean probabilities stand for the class marginal.
_MARGINAL_IMAGES = 1_000


def make_strategy(training: config.TrainingConfig) -> tf.distribute.Strategy:
    """Returns the strategy that the config names."""
    if training.strategy == "mirrored":
        return tf.distribute.MirroredStrategy()
    if training.strategy == "multi_worker_mirrored":
        return tf.distribute.MultiWorkerMirroredStrategy()
    if training.strategy == "tpu":
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(
            training.tpu
        )
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
        return tf.distribute.TPUStrategy(resolver)
    device = "GPU:0" if tf.config.list_physical_devices("GPU") else "CPU:0"
    return tf.distribute.OneDeviceStrategy(device)


def load_data(
    experiment: config.ExperimentConfig, *, progress: bool = True
) -> tfrecords.Dataset:
    """Returns the prepared images; the first call prepares them."""
    return preparation.prepare(
        experiment.data,
        experiment.model.resolution,
        experiment.seed,
        progress=progress,
    )


def prepare_classifier(
    experiment: config.ExperimentConfig,
    dataset: tfrecords.Dataset,
    directory: pathlib.Path,
) -> dict[str, Any]:
    """Measures the user's classifier, or trains the run's own the first time.

    Call it outside the strategy's scope: only one process has to do it.

    Args:
        experiment: the config.
        dataset: whose classes the classifier tells apart.
        directory: holds the run's own classifier.

    Returns:
        The `classifier` section of evaluation.json.

    Raises:
        ClassifierError: the classifier does not fit the data.
    """
    settings = experiment.classifier
    if settings.path:
        held_out = dataset.load("test", limit=experiment.evaluation.images)
        figures = calibration.evaluate(
            load_classifier(experiment, dataset, directory),
            held_out.images,
            held_out.labels,
        )
    elif (directory / "classifier.json").exists():
        figures = classifier_trainer.load(directory).facts
    else:
        figures = classifier_trainer.train(
            dataset,
            architecture=settings.architecture,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            learning_rate=settings.learning_rate,
            seed=experiment.seed,
            directory=directory,
        ).facts
    names = ("accuracy", "calibration_error", "images")
    return {name: figures[name] for name in names}


def load_classifier(
    experiment: config.ExperimentConfig,
    dataset: tfrecords.Dataset,
    directory: pathlib.Path,
) -> adapter.Classifier:
    """Loads the user's classifier, or the run's own; training needs gradients.

    Raises:
        ClassifierError: the classifier does not fit the data, or gives no
            gradients, or no feature maps where the config wants them.
    """
    settings = experiment.classifier
    if not settings.path:
        return classifier_trainer.load(directory).classifier
    classifier = adapter.load(
        settings.path,
        class_names=dataset.manifest.class_names,
        output=settings.output,
        input_range=settings.input_range,
        signature=settings.signature,
    )
    classifier.check_differentiable()
    if experiment.loss.perceptual_features == "classifier":
        classifier.check_features()
    return classifier


def build_networks(
    model: config.ModelConfig, num_classes: int, *, trained: bool
) -> networks.Networks:
    """Returns networks with variables.

    Args:
        model: their sizes.
        num_classes: K.
        trained: with a discriminator; an average has none.
    """
    sizes = {
        "resolution": model.resolution,
        "channel_base": model.channel_base,
        "channel_max": model.channel_max,
    }
    condition_dim = 0 if model.conditioning == "none" else num_classes
    made = networks.Networks(
        mapping=mapping.Mapping(model.w_dim, model.z_dim, model.mapping_layers),
        generator=generator.Generator(
            **sizes, style_width=model.style_width, condition_dim=condition_dim
        ),
        encoder=encoder.Encoder(**sizes, w_dim=model.w_dim),
        discriminator=(
            discriminator.Discriminator(**sizes, num_classes=num_classes)
            if trained
            else None
        ),
    )
    image = tf.zeros([1, model.resolution, model.resolution, 3])
    p = tf.zeros([1, num_classes])
    made.mapping(tf.zeros([1, model.z_dim]))
    made.generator(made.encoder(image), p)
    if trained:
        made.discriminator(image, p)
    return made


def build_state(
    experiment: config.ExperimentConfig, num_classes: int
) -> state.TrainState:
    """Returns a fresh state; call it inside the strategy's scope."""
    policy, why = precision.resolve(experiment.training.precision)
    logging.info("Networks in %s: %s.", policy, why)
    previous = keras.mixed_precision.global_policy()
    # Not keras.utils.set_random_seed: Keras numbers its initializers from
    # it, and the weights must not depend on what was built before.
    keras.utils.set_random_seed(experiment.seed)
    keras.mixed_precision.set_global_policy(policy)
    try:
        trained = build_networks(experiment.model, num_classes, trained=True)
        averages = build_networks(experiment.model, num_classes, trained=False)
    finally:
        keras.mixed_precision.set_global_policy(previous)
    return state.TrainState(
        networks=trained,
        averages=averages,
        optimizers=_optimizers(experiment, scaled=policy == "mixed_float16"),
    )


def _optimizers(
    experiment: config.ExperimentConfig, *, scaled: bool
) -> dict[str, keras.optimizers.Optimizer]:
    training, loss = experiment.training, experiment.loss

    def adam(learning_rate: float, lazy_every: int) -> Any:
        # A lazy regulariser adds a step to every k; correct for it as in
        # Karras et al. 2020, appendix B.
        ratio = lazy_every / (lazy_every + 1) if lazy_every else 1.0
        optimizer = keras.optimizers.Adam(
            learning_rate * ratio,
            beta_1=training.beta_1**ratio,
            beta_2=training.beta_2**ratio,
            epsilon=1e-8,
        )
        if scaled:
            return keras.mixed_precision.LossScaleOptimizer(optimizer)
        return optimizer

    rate = training.learning_rate
    path = training.path_length_interval if loss.path_length else 0
    r1 = training.r1_interval if loss.r1 else 0
    return {
        "generator": adam(rate, path),
        "encoder": adam(training.encoder_learning_rate or rate, 0),
        "discriminator": adam(rate, r1),
    }


class Run:
    """One training run in its folder: built, resumed, trained."""

    def __init__(
        self,
        experiment: config.ExperimentConfig,
        folder: run_folder.RunFolder,
        dataset: tfrecords.Dataset,
    ):
        """Builds everything and restores the newest checkpoint, if any.

        Args:
            experiment: a validated config.
            folder: where the run lives; locked by the caller.
            dataset: the prepared images.
        """
        self.experiment = experiment
        self.folder = folder
        self.dataset = dataset
        if experiment.training.deterministic:
            # Before anything is traced, the classifier's training included.
            tf.config.experimental.enable_op_determinism()
        self.strategy = make_strategy(experiment.training)
        self.classifier_figures = prepare_classifier(
            experiment, dataset, folder.classifier
        )
        with self.strategy.scope():
            self.classifier = load_classifier(
                experiment, dataset, folder.classifier
            )
            self.state = build_state(experiment, self.classifier.num_classes)
        self._checkpoints = checkpoints.Checkpoints(
            self.state,
            folder.checkpoints,
            every=experiment.training.checkpoint_every,
        )
        self.first_step = self._checkpoints.restore()
        self.marginal = self._mean_probabilities()

    def train(self) -> None:
        """Trains from the newest checkpoint to the end."""
        experiment, training = self.experiment, self.experiment.training
        total = experiment.total_steps
        if self.first_step >= total:
            return
        actions: list[loop.Action] = [
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
        losses = self._objective()
        table = phases.table(
            losses,
            r1_interval=training.r1_interval if experiment.loss.r1 else 0,
            path_length_interval=(
                training.path_length_interval
                if experiment.loss.path_length
                else 0
            ),
        )
        run_step = step.TrainStep(
            strategy=self.strategy,
            train_state=self.state,
            losses=losses,
            table=table,
            batch_size=training.batch_size,
            seed=experiment.seed,
            ema_decay=ema.decay_per_step(
                training.ema_half_life_images, training.batch_size
            ),
        )
        loop.train(
            self.state, run_step, self._batches(), actions, total_steps=total
        )

    def _batches(self) -> Iterator[Any]:
        """Distributed batches from the first step on."""
        training = self.experiment.training

        def of_pipeline(context: tf.distribute.InputContext) -> tf.data.Dataset:
            batches = self.dataset.batches(
                "train",
                batch_size=training.batch_size // context.num_input_pipelines,
                seed=self.experiment.seed,
                start=self.first_step,
                shard=(
                    context.input_pipeline_id,
                    context.num_input_pipelines,
                ),
            )
            replicas = context.get_per_replica_batch_size(training.batch_size)
            return batches.unbatch().batch(replicas, drop_remainder=True)

        return iter(
            self.strategy.distribute_datasets_from_function(of_pipeline)
        )

    def _objective(self) -> objective.Objective:
        experiment = self.experiment
        weights = experiment.loss
        if not _has_features(weights, self.classifier):
            logging.warning(
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
            conditioning=experiment.model.conditioning,
            condition_dropout=experiment.model.condition_dropout,
            style_mixing=experiment.training.style_mixing,
            w_average_decay=experiment.training.w_average_decay,
        )

    def _snapshots(self) -> snapshots.Snapshots:
        held_out = self.dataset.load("test", limit=_SNAPSHOT_IMAGES)
        images = preprocessing.to_float_numpy(held_out.images)
        p = tf.nn.softmax(self.classifier(tf.constant(images))).numpy()
        if self.experiment.model.conditioning == "dropout":
            p = np.broadcast_to(self.marginal, p.shape)
        return snapshots.Snapshots(
            self.folder.snapshots,
            averages=self.state.averages,
            images=images,
            p=p,
            sample_p=p,
            seed=self.experiment.seed,
            every=self.experiment.training.snapshot_every,
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
