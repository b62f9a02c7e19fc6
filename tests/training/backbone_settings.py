"""A tiny experiment whose networks look through a backbone."""

from stylex_tf import config, config_checks
from stylex_tf.losses import features_kind
from stylex_tf.models import backbone_kind
from tests.testing import tiny_experiment


def tiny() -> config.ExperimentConfig:
    """Returns a tiny experiment with a backbone."""
    settings = tiny_experiment.settings("faces")
    settings.model.resolution = 32
    settings.model.backbone = backbone_kind.Backbone.PHOTOGRAPHS.value
    settings.model.conditioning = "none"
    settings.loss.perceptual_features = features_kind.Features.PHOTOGRAPHS.value
    settings.loss.style_reconstruction = 1.0
    settings.training.style_exchange = 0.5
    settings.training.reconstruction_images = 2 * tiny_experiment.BATCH_SIZE
    settings.training.ema_share = 0.05
    settings.model.spatial_resolution = 8
    settings.model.spatial_channels = 2
    config_checks.check(settings)
    return settings
