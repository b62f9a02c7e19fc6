"""A whole experiment of 16 px that trains in seconds on one core."""

import dataclasses
import hashlib
import pathlib
import tempfile
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from stylex_tf import config
from stylex_tf.data.records import manifest, tfrecords, writing
from stylex_tf.models import discriminator, encoder, generator, mapping
from stylex_tf.training import adam as adam_lib
from stylex_tf.training import (
    augmentation_strength,
    objective,
    phases,
    state,
    step,
)
from stylex_tf.training import networks as networks_lib

RESOLUTION = 16
BATCH_SIZE = 4
CLASSES = ("dark", "bright")
SIZES = {"resolution": RESOLUTION, "channel_base": 128, "channel_max": 8}


def settings(source: str = "", classifier: str = "") -> config.ExperimentConfig:
    """Returns a config; without a classifier's file the run trains its own."""
    return config.ExperimentConfig(
        name="tiny",
        data=config.DataConfig(source=source),
        classifier=config.ClassifierConfig(path=classifier, epochs=1),
        model=config.ModelConfig(
            **SIZES,
            w_dim=8,
            z_dim=8,
            mapping_layers=2,
            # The way with the most parts: a condition, and its swap.
            conditioning="probabilities",
        ),
        training=config.TrainingConfig(
            total_images=6 * BATCH_SIZE,
            batch_size=BATCH_SIZE,
            r1_interval=2,
            path_length_interval=2,
            precision="float32",
            log_every=2,
            checkpoint_every=2,
            snapshot_every=4,
            deterministic=True,
        ),
        attributes=config.AttributesConfig(
            images=8, top_k=2, batch_size=64, ranges="min_max"
        ),
        evaluation=config.EvaluationConfig(images=8, regressor_epochs=1),
    )


def images(count: int, seed: int = 0) -> np.ndarray:
    """Returns noise, dark and bright in turn, uint8 [N, H, W, 3]."""
    shape = (count, RESOLUTION, RESOLUTION, 3)
    noise = np.random.default_rng(seed).integers(0, 128, shape, dtype=np.uint8)
    return (
        noise
        + 128 * (np.arange(count, dtype=np.uint8) % 2)[:, None, None, None]
    )


def write_data(directory: pathlib.Path) -> tfrecords.Dataset:
    """Writes 32 training and 16 test images with their labels."""
    description = manifest.Manifest(
        source="tiny", resolution=RESOLUTION, class_names=CLASSES
    )
    pictures = images(48)
    examples = (
        (
            "train" if i < 32 else "test",
            tfrecords.Example(picture, i % 2, (), f"image {i}"),
        )
        for i, picture in enumerate(pictures)
    )
    return writing.write(directory, description, examples)


def write_classifier(path: pathlib.Path) -> None:
    """Writes a Keras file that reads the mean brightness."""
    pixels = keras.Input([RESOLUTION, RESOLUTION, 3])
    small = keras.layers.Conv2D(
        1,
        4,
        strides=4,
        kernel_initializer=keras.initializers.Constant(1 / 48),
    )(pixels)
    mean = keras.layers.GlobalAveragePooling2D()(small)
    logits = keras.layers.Dense(
        2, kernel_initializer=keras.initializers.Constant([[-4.0, 4.0]])
    )(mean)
    keras.Model(pixels, logits).save(path)


def classify(pixels: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """The same as a function: logits [N, 2] and one feature map."""
    small = tf.nn.avg_pool2d(pixels, 4, 4, "VALID")
    mean = tf.reduce_mean(pixels, axis=[1, 2, 3])
    return tf.stack([-4 * mean, 4 * mean], axis=-1), [small]


def networks(
    *,
    trained: bool = True,
    condition_dim: int = 2,
    searched_width: int = 0,
    spatial_channels: int = 0,
    seed: int = 0,
) -> networks_lib.Networks:
    """Returns networks with variables, the same for the same seed.

    The discriminator looks at one example at a time (group_size 1): the
    minibatch statistic of a replica depends on which examples it is given.
    """
    keras.utils.set_random_seed(seed)
    made = networks_lib.Networks(
        mapping=mapping.Mapping(
            w_dim=8, z_dim=8, depth=2, spatial_size=8 * 8 * spatial_channels
        ),
        generator=generator.Generator(
            **SIZES,
            searched_width=searched_width,
            spatial_resolution=8,
            spatial_channels=spatial_channels,
            condition_dim=condition_dim,
        ),
        # A spatial code of its own has only the encoder of a backbone.
        encoder=encoder.Encoder(**SIZES, w_dim=8 + 8 * 8 * spatial_channels),
        discriminator=(
            discriminator.Discriminator(**SIZES, num_classes=2, group_size=1)
            if trained
            else None
        ),
    )
    blank = tf.zeros([1, RESOLUTION, RESOLUTION, 3])
    p = tf.zeros([1, 2])
    made.mapping(tf.zeros([1, 8]))
    made.generator(made.encoder(blank), p)
    if trained:
        made.discriminator(blank, p)
    return made


@dataclasses.dataclass(frozen=True)
class Training:
    """The parts of a training run, without a folder."""

    state: state.TrainState
    step: step.TrainStep

    @property
    def losses(self) -> objective.Objective:
        """What the step's phases are methods of."""
        return self.step.losses


def adam(*, is_scaled: bool = False) -> adam_lib.Adam:
    """Returns the optimizer of the paper."""
    return adam_lib.Adam(0.002, beta_1=0.0, beta_2=0.99, is_scaled=is_scaled)


class GradientDescent(adam_lib.Adam):
    """Moves every variable by its gradient alone."""

    def __init__(self):
        super().__init__(1.0, beta_1=0.0, beta_2=0.0)

    def _move(self, variable, gradient, finite, m, v):
        variable.assign_sub(gradient)


def training(
    strategy: tf.distribute.Strategy | None = None,
    *,
    policy: str = "float32",
    optimizer: Callable[[], adam_lib.Adam] | None = None,
    noise: str = "fixed",
    **fields,
) -> Training:
    """Builds the parts that train.

    Args:
        strategy: where they run; the networks are made in its scope.
        policy: of the networks; float16 scales its loss.
        optimizer: makes one for each network; None is that of the paper.
        noise: random noise is drawn by each replica for itself.
        **fields: of `config.TrainingConfig` that differ.
    """
    strategy = strategy or tf.distribute.get_strategy()
    experiment = settings()
    experiment.seed = 7
    experiment.training = dataclasses.replace(
        experiment.training,
        ema_half_life_images=26,
        w_average_decay=0.9,
        augmentation_images=100 * BATCH_SIZE,
        **fields,
    )

    def of_the_paper() -> adam_lib.Adam:
        return adam(is_scaled=policy == "mixed_float16")

    make = optimizer or of_the_paper
    previous = keras.mixed_precision.global_policy()
    keras.mixed_precision.set_global_policy(policy)
    with strategy.scope():
        made = state.TrainState(
            networks=networks(),
            averages=networks(trained=False),
            optimizers={name: make() for name in state.TRAINED},
            augmentation=augmentation_strength.of(experiment.training),
        )
    keras.mixed_precision.set_global_policy(previous)
    return Training(
        made,
        step.build_training_step(
            experiment,
            strategy,
            made,
            classify=classify,
            marginal=tf.constant([0.5, 0.5]),
            noise=noise,
        ),
    )


def values(train_state: state.TrainState) -> dict[str, np.ndarray]:
    """Returns every number of a state by its name in a checkpoint."""
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = train_state.checkpoint()
        reader = tf.train.load_checkpoint(checkpoint.write(f"{folder}/state"))
        return {
            name: reader.get_tensor(name)
            for name in sorted(reader.get_variable_to_shape_map())
            if name != "_CHECKPOINTABLE_OBJECT_GRAPH"
        }


def digest(train_state: state.TrainState) -> str:
    """Returns the SHA-256 of every number of a state."""
    sha = hashlib.sha256()
    for name, value in values(train_state).items():
        sha.update(f"{name} {value.dtype} {value.shape}".encode())
        sha.update(value.tobytes())
    return sha.hexdigest()


def phase_alone(
    losses: objective.Objective, row: phases.Phase
) -> list[phases.Phase]:
    """Returns a table in which a phase runs in every step, and alone."""
    table = [phases.Phase(row.name, row.loss, row.trains, every=1)]
    if row.loss == losses.discriminator:
        # It judges what a phase before has made, which trains nothing.
        maker = phases.Phase("maker", losses.generator_encoded, (), every=1)
        table.insert(0, maker)
    return table
