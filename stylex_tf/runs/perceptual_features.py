"""Chooses the features that a training's perceptual distance compares."""

import dataclasses
import logging

import keras

from stylex_tf import config
from stylex_tf.classifiers import adapter, extractors
from stylex_tf.losses import features_kind
from stylex_tf.models import photo_backbone

_LOGGER = logging.getLogger(__name__)


def extractor(
    settings: config.ExperimentConfig, backbone: keras.Model | None
) -> extractors.Extractor | None:
    """Returns images to feature maps; None takes those of the classifier.

    Args:
        settings: the config of the run.
        backbone: that the networks have already, if they have one.
    """
    loss = settings.loss
    own = loss.perceptual_features in (
        features_kind.Features.AUTO,
        features_kind.Features.CLASSIFIER,
    )
    if own or not loss.perceptual:
        return None
    if loss.perceptual_features == features_kind.Features.PHOTOGRAPHS:
        size = settings.model.resolution
        return backbone or photo_backbone.PhotoBackbone(size)
    if loss.perceptual_features == features_kind.Features.VGG16:
        return extractors.vgg16(loss.perceptual_weights)
    return extractors.saved_model(loss.perceptual_features)


def check(settings: config.ExperimentConfig) -> None:
    """Opens the features and tries them, long before training asks for them.

    VGG16 without a file is downloaded.

    Raises:
        ConfigError: they cannot be used.
    """
    opened = extractor(settings, None)
    if opened is not None:
        extractors.check(opened, settings.model.resolution)


def describe(settings: config.ExperimentConfig) -> list[str]:
    """Says which features a training would compare; downloads nothing.

    Raises:
        ConfigError: they cannot be used.
    """
    loss = settings.loss
    if (
        not loss.perceptual
        or loss.perceptual_features == features_kind.Features.AUTO
    ):
        return []
    line = f"Perceptual features: {loss.perceptual_features}"
    if (
        loss.perceptual_features == features_kind.Features.VGG16
        and not loss.perceptual_weights
    ):
        return [
            f"{line}, whose weights Keras downloads at the start, unless it "
            "has them; --config.loss.perceptual_weights gives a file"
        ]
    check(settings)
    return [line]


def as_far_as_known(
    settings: config.ExperimentConfig, classifier: adapter.Classifier
) -> config.ExperimentConfig:
    """Drops the perceptual distance where there are no features to compare."""
    loss = settings.loss
    if (
        loss.perceptual_features != features_kind.Features.AUTO
        or classifier.has_features
    ):
        return settings
    _LOGGER.warning(
        "The classifier shows no feature maps: training goes without the "
        "perceptual distance. loss.perceptual_features names another network."
    )
    return dataclasses.replace(
        settings, loss=dataclasses.replace(loss, perceptual=0.0)
    )
