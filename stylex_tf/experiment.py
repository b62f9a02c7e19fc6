"""Builds data, classifier, networks and training from a config.

Networks, data, classifier and optimizers are built here from the fields of a
config. `runs/run.py` calls it in the scope of the run's strategy.
"""

import contextlib
import logging
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from stylex_tf import config, errors
from stylex_tf.classifiers import adapter, calibration, outputs, probe
from stylex_tf.classifiers import trainer as classifier_trainer
from stylex_tf.data import preparation
from stylex_tf.data.records import cuts, tfrecords
from stylex_tf.losses import features_kind
from stylex_tf.models import (
    backbone_kind,
    discriminator,
    encoder,
    feature_discriminator,
    feature_encoder,
    generator,
    mapping,
    photo_backbone,
)
from stylex_tf.training import (
    adam,
    augmentation_strength,
    conditioning,
    networks,
    precision,
    state,
)

_LOGGER = logging.getLogger(__name__)


def load_data(
    experiment: config.ExperimentConfig, *, progress: bool = True
) -> tfrecords.Dataset:
    """Returns the prepared images; the first call prepares them.

    Raises:
        DataError: they are not as the config says, or too few are held out.
    """
    dataset = preparation.prepare(
        experiment.data,
        experiment.model.resolution,
        experiment.seed,
        progress=progress,
    )
    content = dataset.manifest.content
    cuts.check_held_out(content.pictures["test"], content.groups["test"])
    return dataset


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
        The `classifier` section of evaluation.json; without accuracy where
        the images have no labels.

    Raises:
        ClassifierError: the classifier does not fit the data, or there are no
            labels to train one on.
    """
    settings = experiment.classifier
    names = ("accuracy", "calibration_error", "images")
    if settings.path:
        classifier = load_classifier(experiment, dataset, directory)
        held_out = dataset.load("test", limit=experiment.evaluation.images)
        tried = dataset.spread("test", probe.IMAGES)
        probe_classifier(classifier, tried.images, tried.labels)
    if not dataset.manifest.labelled:
        if not settings.path:
            raise errors.ClassifierError(
                "classifier.path is ''; expected a classifier's file, since "
                f"the images of {dataset.manifest.source} have no labels to "
                "train one on"
            )
        # Nobody knows how often it is right.
        return {"accuracy": None, "calibration_error": None, "images": 0}
    if settings.path:
        figures = calibration.evaluate(
            classifier, held_out.images, held_out.labels
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
            variations=settings.variations,
            tints=settings.tints,
            mirror=experiment.data.mirror,
        ).facts
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
    if not experiment.classifier.path:
        return classifier_trainer.load(directory).classifier
    return open_classifier(experiment, dataset.manifest.class_names)


def open_classifier(
    experiment: config.ExperimentConfig, class_names: Sequence[str]
) -> adapter.Classifier:
    """Loads the user's classifier; training needs gradients.

    Raises:
        ClassifierError: as for `load_classifier`.
    """
    settings = experiment.classifier
    classifier = adapter.load(
        settings.path,
        class_names=class_names,
        output=(
            settings.output
            if settings.threshold is None
            else outputs.Threshold(settings.threshold, settings.threshold_scale)
        ),
        input_range=settings.input_range,
        signature=settings.signature,
        output_name=settings.output_name,
        run_foreign_code=settings.run_foreign_code,
    )
    classifier.check_differentiable()
    if experiment.loss.perceptual_features == features_kind.Features.CLASSIFIER:
        classifier.check_features()
    return classifier


def try_classifier(
    experiment: config.ExperimentConfig, dataset: tfrecords.Dataset
) -> None:
    """Opens the user's classifier and tries it on pictures; writes nothing.

    What is merely doubtful is said later, by `prepare_classifier`.

    Raises:
        ClassifierError: it does not fit the data, or cannot be explained.
    """
    classifier = open_classifier(experiment, dataset.manifest.class_names)
    tried = dataset.spread("test", probe.IMAGES)
    probe.examine(classifier, tried.images, tried.labels)


def probe_classifier(
    classifier: adapter.Classifier, images: np.ndarray, labels: np.ndarray
) -> probe.Finding:
    """Tries the user's classifier on pictures, and logs what is wrong.

    Raises:
        ClassifierError: it cannot be explained.
    """
    finding = probe.examine(classifier, images, labels)
    for warning in finding.warnings:
        _LOGGER.warning("%s.", warning[0].upper() + warning[1:])
    return finding


def build_networks(
    model: config.ModelConfig, num_classes: int, *, trained: bool
) -> networks.Networks:
    """Returns networks with variables.

    Args:
        model: their sizes.
        num_classes: K, the number of classes.
        trained: with a discriminator; an average has none.
    """
    sizes = _sizes(model)
    backbone: Any = None
    seen: Any
    if model.backbone == backbone_kind.Backbone.PHOTOGRAPHS:
        backbone = photo_backbone.PhotoBackbone(model.resolution)
        seen = feature_encoder.FeatureEncoder(
            model.w_dim,
            spatial_resolution=model.spatial_resolution,
            spatial_channels=model.spatial_channels,
        )
    else:
        seen = encoder.Encoder(**sizes, w_dim=model.w_dim)
    drawing = generator.Generator(
        **sizes,
        style_width=model.style_width,
        searched_width=model.searched_width,
        spatial_resolution=model.spatial_resolution,
        spatial_channels=model.spatial_channels,
        condition_dim=conditioning.dim(model.conditioning, num_classes),
    )
    made = networks.Networks(
        mapping=mapping.Mapping(
            model.w_dim,
            model.z_dim,
            model.mapping_layers,
            drawing.style_space.spatial_size,
        ),
        generator=drawing,
        encoder=seen,
        discriminator=_discriminator(model, num_classes) if trained else None,
        backbone=backbone,
    )
    image, p = _nothing(model, num_classes)
    made.mapping(tf.zeros([1, model.z_dim]))
    made.generator(made.encode(image), p)
    if trained:
        made.score(made.judged(image), p)
    return made


def _sizes(model: config.ModelConfig) -> dict[str, int]:
    return {
        "resolution": model.resolution,
        "channel_base": model.channel_base,
        "channel_max": model.channel_max,
    }


def _discriminator(model: config.ModelConfig, num_classes: int) -> Any:
    if model.backbone == backbone_kind.Backbone.PHOTOGRAPHS:
        return feature_discriminator.FeatureDiscriminator(
            model.resolution, num_classes
        )
    return discriminator.Discriminator(**_sizes(model), num_classes=num_classes)


def _nothing(
    model: config.ModelConfig, num_classes: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns a blank image and its p, on which networks build variables."""
    size = model.resolution
    return tf.zeros([1, size, size, 3]), tf.zeros([1, num_classes])


def build_averages(
    experiment: config.ExperimentConfig, num_classes: int
) -> networks.Networks:
    """Returns the networks that are shown, searched and exported."""
    with _precision(experiment):
        return build_networks(experiment.model, num_classes, trained=False)


def with_discriminator(
    averages: networks.Networks,
    experiment: config.ExperimentConfig,
    num_classes: int,
) -> networks.Networks:
    """Returns averages beside a discriminator with variables."""
    model = experiment.model
    with _precision(experiment):
        made = networks.Networks(
            mapping=averages.mapping,
            generator=averages.generator,
            encoder=averages.encoder,
            discriminator=_discriminator(model, num_classes),
            backbone=averages.backbone,
        )
        image, p = _nothing(model, num_classes)
        made.score(made.judged(image), p)
    return made


@contextlib.contextmanager
def _precision(experiment: config.ExperimentConfig) -> Iterator[str]:
    """Makes networks in the number format of the config; gives its name."""
    policy, why = precision.resolve(experiment.training.precision)
    _LOGGER.info("Networks in %s: %s.", policy, why)
    previous = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(policy)
    try:
        yield policy
    finally:
        keras.mixed_precision.set_global_policy(previous)


def build_state(
    experiment: config.ExperimentConfig, num_classes: int
) -> state.TrainState:
    """Returns a fresh state; call it inside the strategy's scope."""
    # Not keras.utils.set_random_seed: Keras numbers its initializers from
    # it, and the weights must not depend on what was built before.
    keras.utils.set_random_seed(experiment.seed)
    with _precision(experiment) as policy:
        trained = build_networks(experiment.model, num_classes, trained=True)
        averages = build_networks(experiment.model, num_classes, trained=False)
    return state.TrainState(
        networks=trained,
        averages=averages,
        optimizers=_optimizers(experiment, scaled=policy == "mixed_float16"),
        augmentation=augmentation_strength.of(experiment.training),
    )


def _optimizers(
    experiment: config.ExperimentConfig, *, scaled: bool
) -> dict[str, adam.Adam]:
    training = experiment.training

    def optimizer(learning_rate: float, lazy_every: int) -> adam.Adam:
        # A lazy regulariser adds a step to every k; correct for it as in
        # Karras et al. 2020, appendix B.
        ratio = lazy_every / (lazy_every + 1) if lazy_every else 1.0
        return adam.Adam(
            learning_rate * ratio,
            beta_1=training.beta_1**ratio,
            beta_2=training.beta_2**ratio,
            epsilon=1e-8,
            is_scaled=scaled,
        )

    rate = training.learning_rate
    return {
        "generator": optimizer(rate, experiment.path_length_every),
        "encoder": optimizer(training.encoder_learning_rate or rate, 0),
        "discriminator": optimizer(rate, experiment.r1_every),
    }
