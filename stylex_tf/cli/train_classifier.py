"""Trains a classifier to explain, for those who have none.

    bazel run //stylex_tf:train_classifier -- --data=photos --resolution=64 \
        --output=my_classifier

The result is `--config.classifier.path=my_classifier/classifier.keras`.
"""

import pathlib

from absl import app, flags

from stylex_tf import config, errors
from stylex_tf.classifiers import architecture_kind, trainer
from stylex_tf.cli import command, data_flags
from stylex_tf.data import preparation, source_job

_DEFAULT = config.ClassifierConfig()
_DATA = flags.DEFINE_string(
    "data",
    None,
    "A folder that prepare_data wrote, a folder or zip with one sub-folder a "
    f"class, or one of: {', '.join(source_job.known_sources())}.",
)
_OUTPUT = flags.DEFINE_string("output", None, "The folder for the classifier.")
_ARCHITECTURE = flags.DEFINE_enum(
    "architecture",
    _DEFAULT.architecture,
    list(architecture_kind.Architecture.names()),
    "small_cnn is fast; mobilenet is the paper's, for 64 pixels and more; "
    "photographs is a dense layer on a network that has seen photographs, for "
    "sets of some hundred, with --batch_size=16 --learning_rate=0.01.",
)
_EPOCHS = flags.DEFINE_integer(
    "epochs", _DEFAULT.epochs, "Passes over the images.", lower_bound=1
)
_BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", _DEFAULT.batch_size, "Images a step.", lower_bound=1
)
_LEARNING_RATE = flags.DEFINE_float(
    "learning_rate", _DEFAULT.learning_rate, "At the start; it falls to zero."
)
_VARIATIONS = flags.DEFINE_bool(
    "variations",
    _DEFAULT.variations,
    "Trains on zoomed, shifted, mirrored pictures in another light: for "
    "photographs, with 30 epochs and more.",
)
_TINTS = flags.DEFINE_bool(
    "tints",
    _DEFAULT.tints,
    "Variations change tint and saturation as well: for a classifier that is "
    "not to go by colour.",
)
_SEED = flags.DEFINE_integer(
    "seed", 0, "Decides the first weights and the order."
)
# So that --help lists them.
flags.adopt_module_key_flags(data_flags)


def main(argv: list[str]) -> None:
    """Trains the classifier that the flags describe, and says how good."""
    command.no_arguments(argv)
    if not (_DATA.value and _OUTPUT.value and data_flags.RESOLUTION.value):
        raise app.UsageError("--data, --output and --resolution are needed")
    data = data_flags.described(_DATA.value)
    dataset = preparation.prepare(
        data, data_flags.RESOLUTION.value, _SEED.value
    )
    if not dataset.manifest.labelled:
        raise errors.DataError(
            f"{data.source}: the images have no labels; expected some to learn"
        )
    trained = trainer.train(
        dataset,
        architecture=_ARCHITECTURE.value,
        epochs=_EPOCHS.value,
        batch_size=_BATCH_SIZE.value,
        learning_rate=_LEARNING_RATE.value,
        seed=_SEED.value,
        variations=_VARIATIONS.value,
        tints=_TINTS.value,
        mirror=_VARIATIONS.value,
        directory=pathlib.Path(_OUTPUT.value).expanduser().absolute(),
    )
    print(f"{trained.summary()}\nWritten to {trained.path}")


if __name__ == "__main__":
    command.run(main)
