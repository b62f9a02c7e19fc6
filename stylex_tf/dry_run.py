"""Says what a run would do and need; writes nothing."""

import dataclasses
import json
import math

import keras

from stylex_tf import config, disk_room, experiment, run_folder, step_time
from stylex_tf.classifiers import adapter, probe
from stylex_tf.data import preparation
from stylex_tf.data.records import manifest
from stylex_tf.runs import begun_inputs, initial_weights, perceptual_features
from stylex_tf.training import checkpoints, networks, precision

_BYTES = 4
# Weight, gradient and Adam's two moments.
_COPIES_TRAINED = 4
# A trial of more memory is left out.
_TRIAL_BYTES = 4e9
# Images; docs/augmentation.md trains on as many.
_FEWEST_TRIED = 2000
# Copies of each layer's output: convolution, filtered or scaled, noise,
# activation, and their gradients, as they are alive at once; fitted to measured
# runs.
_COPIES_ACTIVATIONS = 6


def describe(
    settings: config.ExperimentConfig, folder: run_folder.RunFolder
) -> str:
    """Returns the resolved config, the data, sizes and memory, as text.

    Args:
        settings: a validated config.
        folder: where the run would live, or lives.

    Raises:
        OSError: the folder of the run, or the cache's, cannot be made or
            written.
        RunFolderError: the folder holds another run, or has too little room.
        DataError: the data cannot be read, as far as they were tried, or too
            few images are held out.
        ClassifierError: the classifier cannot be opened, or not be explained.
        CheckpointError: the weights to begin with are not there.
        ConfigError: the features of the perceptual distance cannot be used.
    """
    policy, why = precision.resolve(settings.training.precision)
    disk_room.check_folder(folder.root)
    folder.check_config(
        dataclasses.asdict(settings),
        dataclasses.asdict(config.ExperimentConfig()),
    )
    begun_inputs.check_apart(settings, folder)
    features = perceptual_features.describe(settings)
    data, images = preparation.describe(
        settings.data, settings.model.resolution, settings.seed
    )
    read = preparation.rehearse(
        settings.data, settings.model.resolution, settings.seed
    )
    classifier, lines_of_it = _classifier(settings, data)
    num_classes = len(data.class_names)
    made = experiment.build_networks(settings.model, num_classes, trained=True)
    checkpoints.check_room(folder.checkpoints, *_bytes(made))
    lines = [
        json.dumps(dataclasses.asdict(settings), indent=2),
        "",
        f"Data: {images:,} images; {data.summary()}",
        f"  tried: {read}",
        *_few_lines(images, settings.data.test_fraction),
        *lines_of_it,
        *features,
        *_beginning(settings.training.initialize_from),
        f"Precision: {policy} ({why})",
        *_parameter_lines(made),
    ]
    space = made.generator.style_space
    lines += [
        f"Style coordinates: {space.size:,} searched, {space.total:,} in all",
        f"Steps: {settings.total_steps:,} of {settings.training.batch_size} "
        "images",
        f"Memory, estimated: {memory_bytes(settings, made) / 1e9:.1f} GB "
        "beside TensorFlow and the data",
        _time_line(settings, made, num_classes, classifier),
        "Nothing was written.",
    ]
    return "\n".join(lines)


def _parameter_lines(made) -> list[str]:
    names = ("mapping", "generator", "encoder", "discriminator")
    return [
        "Parameters:",
        *(f"  {n:<14}{_parameters(getattr(made, n)):>12,}" for n in names),
    ]


def _beginning(path: str) -> list[str]:
    return [f"Begins with: {initial_weights.describe(path)}"] if path else []


def _few_lines(images: int, test_fraction: float) -> list[str]:
    """Warns where there are fewer images than were ever tried."""
    if images >= _FEWEST_TRIED:
        return []
    return [
        f"  few: StylEx was tried on {_FEWEST_TRIED:,} and more "
        "(docs/augmentation.md); of fewer, expect reconstructions that are not "
        "like the images",
        f"  where nothing else splits them, {test_fraction:.0%} are held out, "
        f"about {images * test_fraction:.0f}: attributes are found and tested "
        "on parts of those, and of a few dozen none can be told from chance; "
        "--config.data.test_fraction=0.3 holds out more",
    ]


def _time_line(
    settings: config.ExperimentConfig,
    made: networks.Networks,
    num_classes: int,
    classifier: adapter.Classifier | None,
) -> str:
    """Tries a few images, where that is cheap enough."""
    few = dataclasses.replace(
        settings,
        training=dataclasses.replace(
            settings.training, batch_size=step_time.IMAGES, accumulation=1
        ),
    )
    needed = memory_bytes(few, made)
    if needed > _TRIAL_BYTES:
        return (
            f"Time: not tried, since {step_time.IMAGES} images need "
            f"{needed / 1e9:.0f} GB"
        )
    seconds = step_time.seconds(settings, made, num_classes, classifier)
    return (
        f"Time, estimated: {_in_words(seconds)} of training on this machine as "
        "busy as it is now; search and figures come after it. It is in "
        "proportion to --config.training.total_images, which is "
        f"{settings.training.total_images:,}; a hundredth tries whether all "
        "works"
    )


def _in_words(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(1, round(seconds / 60))} minutes"


def _classifier(
    settings: config.ExperimentConfig, data: manifest.Manifest
) -> tuple[adapter.Classifier | None, list[str]]:
    """Opens the classifier and tries it on some of the images."""
    own = settings.classifier
    if not own.path:
        return None, [
            f"Classifier: architecture {own.architecture}, trained for "
            f"{own.epochs} epochs at the start"
        ]
    classifier = experiment.open_classifier(settings, data.class_names)
    images, labels = preparation.sample(
        settings.data, settings.model.resolution, settings.seed, probe.IMAGES
    )
    finding = probe.examine(classifier, images, labels)
    return classifier, finding.lines(classifier.class_names)


def memory_bytes(
    settings: config.ExperimentConfig, made: networks.Networks
) -> int:
    """Estimates the memory of weights and activations in training.

    Args:
        settings: the config.
        made: networks of that config, with a discriminator.
    """
    trained = sum(
        _parameters(net)
        for net in (
            made.mapping,
            made.generator,
            made.encoder,
            made.discriminator,
        )
    )
    averaged = trained - _parameters(made.discriminator)
    activations = sum(
        3 * layer.resolution**2 * layer.width
        for layer in made.generator.style_space.layers
    )
    # Generator, encoder, and the discriminator on real and on fake images.
    training = settings.training
    at_once = math.ceil(training.batch_size / training.accumulation)
    alive = 4 * activations * at_once
    return _BYTES * (
        _COPIES_TRAINED * trained + averaged + _COPIES_ACTIVATIONS * alive // 3
    )


def _bytes(made: networks.Networks) -> tuple[int, int]:
    """Returns the bytes of networks and of their averages."""
    total = _BYTES * sum(math.prod(v.shape) for v in made.variables)
    judging = made.discriminator.variables
    return total, total - _BYTES * sum(math.prod(v.shape) for v in judging)


def _parameters(network: keras.Model) -> int:
    return sum(math.prod(v.shape) for v in network.trainable_variables)
