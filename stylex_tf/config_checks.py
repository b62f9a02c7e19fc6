"""Checks what an experiment's fields may be, alone and together."""

import dataclasses
import math
import operator
import os
import typing
from collections.abc import Callable, Iterable

from stylex_tf import choice, config, errors
from stylex_tf.attributes import presets, style_ranges
from stylex_tf.classifiers import architecture_kind, output_kind
from stylex_tf.data import pictures
from stylex_tf.data.records import rule_kind
from stylex_tf.data.sources import layouts, on_error
from stylex_tf.export import storage_kind
from stylex_tf.losses import features_kind
from stylex_tf.models import backbone_kind
from stylex_tf.training import (
    augmentation_kind,
    conditioning,
    keep,
    precision_kind,
    strategy_kind,
)

_PHOTOGRAPHS = backbone_kind.Backbone.PHOTOGRAPHS
_WORKERS = strategy_kind.Strategy.MULTI_WORKER_MIRRORED
_CHOICES: dict[str, type[choice.Choice]] = {
    "data.rule": rule_kind.RuleKind,
    "data.layout": layouts.Layout,
    "data.crop": pictures.Crop,
    "data.on_error": on_error.OnError,
    "classifier.output": output_kind.Output,
    "classifier.architecture": architecture_kind.Architecture,
    "model.conditioning": conditioning.Conditioning,
    "model.backbone": backbone_kind.Backbone,
    "training.augmentation": augmentation_kind.Augmentation,
    "training.precision": precision_kind.Precision,
    "training.strategy": strategy_kind.Strategy,
    "training.keep": keep.Keep,
    "attributes.preset": presets.Preset,
    "export.storage": storage_kind.Storage,
}
_POSITIVE = (
    "data.rendered_images",
    "classifier.epochs",
    "classifier.batch_size",
    "classifier.learning_rate",
    "classifier.threshold_scale",
    "model.channel_max",
    "model.w_dim",
    "model.z_dim",
    "model.mapping_layers",
    "training.total_images",
    "training.batch_size",
    "training.accumulation",
    "training.augmentation_images",
    "training.learning_rate",
    "training.ema_half_life_images",
    "training.log_every",
    "training.snapshot_every",
    "training.checkpoint_every",
    "attributes.images",
    "attributes.top_k",
    "attributes.shift_size",
    "attributes.batch_size",
    "attributes.range_width",
    "attributes.images_per_shard",
    "evaluation.images",
    "evaluation.regressor_epochs",
)
_NOT_NEGATIVE = (
    "seed",
    "model.style_width",
    "model.searched_width",
    "model.spatial_channels",
    "model.spatial_resolution",
    "attributes.candidates",
    "attributes.score_limit",
    "training.encoder_learning_rate",
    "training.r1_interval",
    "training.path_length_interval",
    "training.validate_every",
    "training.patience",
    "training.reconstruction_images",
)
_SHARES = (
    "training.augmentation_target",
    "data.shortcut_share",
    "data.label_noise",
    "model.condition_dropout",
    "training.style_mixing",
    "training.style_exchange",
    "training.spatial_dropout",
    "training.w_average_decay",
    "training.ema_share",
    "training.beta_1",
    "training.beta_2",
)


def check(experiment: config.ExperimentConfig) -> None:
    """Checks every field, and fields against each other.

    Raises:
        ConfigError: the field, what it is and what is expected.
    """
    for name, kind in _CHOICES.items():
        value, known = operator.attrgetter(name)(experiment), kind.names()
        _check(value in known, name, value, f"one of {', '.join(known)}")
    losses = (
        f"loss.{field.name}"
        for field in dataclasses.fields(experiment.loss)
        if field.type is float
    )
    _check_features(experiment.loss)
    _check_each(experiment, _POSITIVE, lambda x: x > 0, "more than 0")
    _check_each(experiment, _NOT_NEGATIVE, lambda x: x >= 0, "0 or more")
    _check_each(experiment, losses, lambda x: x >= 0, "0 or more")
    _check_each(experiment, _SHARES, lambda x: 0 <= x <= 1, "0 to 1")
    # At 1, Adam would divide by 0.
    betas = ("training.beta_1", "training.beta_2")
    _check_each(experiment, betas, lambda x: x < 1, "less than 1")
    _check_data(experiment)
    _check_classifier(experiment.classifier)
    _check_sizes(experiment)
    _check_batches(experiment.training)
    _check_intervals(experiment.training)
    _check_attributes(experiment.attributes)
    _check_finite(experiment, "")


def _check_data(experiment: config.ExperimentConfig) -> None:
    data = experiment.data
    _check(
        bool(data.source),
        "data.source",
        data.source,
        "--config.data.source=FOLDER, a folder or zip of images, or the name "
        "of a world or of a known data set",
    )
    _check(
        data.layout != layouts.Layout.UNLABELLED
        or bool(experiment.classifier.path),
        "classifier.path",
        experiment.classifier.path,
        "a classifier's file, since none can be trained on images without "
        "labels",
    )
    _check(
        data.layout != layouts.Layout.UNLABELLED or not data.balanced,
        "data.balanced",
        data.balanced,
        "False, since images without labels have no classes to balance",
    )
    _check(
        0 < data.test_fraction < 1,
        "data.test_fraction",
        data.test_fraction,
        "between 0 and 1",
    )
    _check(
        0 <= data.fold < 1 / data.test_fraction,
        "data.fold",
        data.fold,
        f"0, or as far as shares of {data.test_fraction} go, counted from 0",
    )


def _check_classifier(classifier: config.ClassifierConfig) -> None:
    ends = classifier.input_range
    _check(
        isinstance(ends, tuple | list)
        and len(ends) == 2
        and all(isinstance(end, int | float) for end in ends)
        and ends[0] < ends[1],
        "classifier.input_range",
        ends,
        "two numbers, the darkest and the brightest, as (0., 255.)",
    )
    _check(
        classifier.threshold is None or bool(classifier.path),
        "classifier.threshold",
        classifier.threshold,
        "None, where classifier.path names no file",
    )
    _check(
        classifier.threshold is None
        or classifier.output == output_kind.Output.AUTO,
        "classifier.output",
        classifier.output,
        "auto, where classifier.threshold makes the classes of a number",
    )
    _check(
        classifier.variations or not classifier.tints,
        "classifier.tints",
        classifier.tints,
        "False, where classifier.variations is not set",
    )


def _check_features(loss: config.LossConfig) -> None:
    """Refuses a word; before a training, perceptual_features opens a path."""
    given, known = loss.perceptual_features, features_kind.Features.names()
    _check(
        given in known or "/" in given or os.path.isdir(given),
        "loss.perceptual_features",
        given,
        f"one of {', '.join(known)}, or the folder of a SavedModel",
    )


def _check_sizes(experiment: config.ExperimentConfig) -> None:
    model, training = experiment.model, experiment.training
    _check(
        model.resolution in (16, 32, 64, 128, 256, 512, 1024),
        "model.resolution",
        model.resolution,
        "a power of two from 16 to 1024",
    )
    _check(
        not model.style_width or model.searched_width <= model.style_width,
        "model.searched_width",
        model.searched_width,
        f"at most model.style_width ({model.style_width})",
    )
    _check(
        not model.spatial_channels or model.backbone == _PHOTOGRAPHS,
        "model.spatial_channels",
        model.spatial_channels,
        f"0, unless model.backbone is {_PHOTOGRAPHS}",
    )
    sides = [2**k for k in range(3, model.resolution.bit_length())]
    _check(
        not model.spatial_channels or model.spatial_resolution in sides,
        "model.spatial_resolution",
        model.spatial_resolution,
        f"one of {', '.join(map(str, sides))}",
    )
    _check(
        not experiment.loss.remainder
        or (model.searched_width > 0 and training.style_exchange > 0),
        "loss.remainder",
        experiment.loss.remainder,
        "0, unless model.searched_width and training.style_exchange are more "
        "than 0",
    )
    _check(
        model.backbone != _PHOTOGRAPHS or model.resolution >= 32,
        "model.resolution",
        model.resolution,
        f"at least 32, where model.backbone is {_PHOTOGRAPHS}",
    )
    _check(
        model.channel_base >= model.resolution,
        "model.channel_base",
        model.channel_base,
        "at least model.resolution, for one channel at full size",
    )


def _check_batches(training: config.TrainingConfig) -> None:
    _check(
        training.batch_size % 4 == 0 or training.batch_size < 4,
        "training.batch_size",
        training.batch_size,
        "a multiple of 4, for the groups of the minibatch statistic, or "
        "less than 4",
    )
    parts = training.batch_size / training.accumulation
    _check(
        parts % 4 == 0 or training.accumulation == 1,
        "training.accumulation",
        training.accumulation,
        f"1, or parts of training.batch_size ({training.batch_size}) of a "
        "multiple of 4 images",
    )
    _check(
        not training.jit
        or training.strategy
        in (strategy_kind.Strategy.ONE_DEVICE, strategy_kind.Strategy.TPU),
        "training.jit",
        training.jit,
        "False, where training.strategy is "
        f"{training.strategy}: XLA compiles the step of one device",
    )
    _check(
        0
        <= training.augmentation_strength
        <= augmentation_kind.MAX_AUGMENTATION,
        "training.augmentation_strength",
        training.augmentation_strength,
        f"0 to {augmentation_kind.MAX_AUGMENTATION}",
    )


def _check_attributes(attributes: config.AttributesConfig) -> None:
    kinds = style_ranges.Kind.names()
    _check(
        attributes.ranges in (None, *kinds),
        "attributes.ranges",
        attributes.ranges,
        f"one of {', '.join(kinds)}, or None for the preset's",
    )
    kind = presets.ranges(attributes.preset, attributes.ranges)
    try:
        style_ranges.check_width(kind, attributes.range_width)
    except ValueError as error:
        expected = str(error).partition("expected ")[2]
        _check(
            False, "attributes.range_width", attributes.range_width, expected
        )
    for name, most in (
        ("minimum_effect", math.inf),
        ("unstable_effect", math.inf),
        ("unstable_share", 1.0),
    ):
        value = getattr(attributes, name)
        _check(
            value is None or 0.0 <= value <= most and value < math.inf,
            f"attributes.{name}",
            value,
            f"0 {'or more' if most == math.inf else 'to 1'}, or None for the "
            "preset's",
        )


def _check_intervals(training: config.TrainingConfig) -> None:
    _check(
        training.checkpoint_every % training.log_every == 0,
        "training.checkpoint_every",
        training.checkpoint_every,
        f"a multiple of training.log_every ({training.log_every}), "
        "where what is saved was found to be finite",
    )
    _check(
        training.validate_every % training.checkpoint_every == 0,
        "training.validate_every",
        training.validate_every,
        f"a multiple of training.checkpoint_every "
        f"({training.checkpoint_every}), since the best state is a "
        "checkpoint; or 0",
    )
    _check(
        training.keep == keep.Keep.LAST or training.validate_every > 0,
        "training.keep",
        training.keep,
        "last, where training.validate_every is 0",
    )
    _check(
        not training.patience or training.validate_every > 0,
        "training.patience",
        training.patience,
        "0, where training.validate_every is 0",
    )
    # Only the chief measures; the others would wait for it for ever.
    _check(
        not training.patience or training.strategy != _WORKERS,
        "training.patience",
        training.patience,
        f"0, where training.strategy is {_WORKERS}",
    )


def _check_finite(section: typing.Any, prefix: str) -> None:
    """Refuses infinity, which most bounds let through, and NaN."""
    for field in dataclasses.fields(section):
        value = getattr(section, field.name)
        if dataclasses.is_dataclass(value):
            _check_finite(value, f"{prefix}{field.name}.")
        for number in value if isinstance(value, tuple) else (value,):
            _check(
                not isinstance(number, float) or math.isfinite(number),
                prefix + field.name,
                value,
                "finite numbers",
            )


def _check_each(
    experiment: config.ExperimentConfig,
    names: Iterable[str],
    holds: Callable[[float], bool],
    expected: str,
) -> None:
    for name in names:
        value = operator.attrgetter(name)(experiment)
        _check(holds(value), name, value, expected)


def _check(holds: bool, name: str, value: object, expected: str) -> None:
    if not holds:
        raise errors.ConfigError(f"{name} is {value!r}; expected {expected}")
