r"""Turns images into TFRecords of one resolution, with a manifest.

    bazel run //stylex_tf:prepare_data -- --source=photos.zip \
        --output=prepared --resolution=64

The output is a source for `train`: --config.data.source=prepared.
"""

import pathlib

from absl import app, flags

from stylex_tf import config, config_checks
from stylex_tf.cli import command
from stylex_tf.data import preparation

_DEFAULT = config.DataConfig()
_SOURCE = flags.DEFINE_string(
    "source",
    None,
    "A folder or zip with one sub-folder a class, a folder of idx files, or "
    f"one of: {', '.join(preparation.known_sources())}.",
)
_OUTPUT = flags.DEFINE_string(
    "output", None, "The folder to make; must be new or empty."
)
_RESOLUTION = flags.DEFINE_integer(
    "resolution", None, "Height and width.", lower_bound=1
)
_CLASSES = flags.DEFINE_list(
    "classes", [], "Classes to keep, in the order of the labels; default all."
)
_LAYOUT = flags.DEFINE_enum(
    "layout",
    _DEFAULT.layout,
    config_checks.LAYOUTS,
    "How a folder says what is on its images: docs/data.md.",
)
_LABEL = flags.DEFINE_string(
    "label",
    _DEFAULT.label,
    'What makes the classes: "Male" of celeba, "level>=2" of graded.',
)
_FACTORS = flags.DEFINE_list(
    "factors", [], "Annotations of celeba or cub to keep for evaluation."
)
_TEST_FRACTION = flags.DEFINE_float(
    "test_fraction", _DEFAULT.test_fraction, "Share held out, where we split."
)
_ON_ERROR = flags.DEFINE_enum(
    "on_error",
    _DEFAULT.on_error,
    config_checks.ON_ERROR,
    "For unreadable files.",
)
_CAUSES = flags.DEFINE_list(
    "causes", [], 'Worlds: what makes class 1, as "factor" or "factor=value".'
)
_RULE = flags.DEFINE_enum(
    "rule",
    _DEFAULT.rule,
    config_checks.RULES,
    "Worlds: how the causes combine.",
)
_IMAGES = flags.DEFINE_integer(
    "images", _DEFAULT.rendered_images, "Worlds: how many images."
)
_SEED = flags.DEFINE_integer("seed", 0, "Of the split, and of worlds.")


def main(argv: list[str]) -> None:
    """Prepares the data that the flags describe."""
    command.no_arguments(argv)
    if not (_SOURCE.value and _OUTPUT.value and _RESOLUTION.value):
        raise app.UsageError("--source, --output and --resolution are needed")
    data = config.DataConfig(
        source=_SOURCE.value,
        layout=_LAYOUT.value,
        label=_LABEL.value,
        factors=tuple(_FACTORS.value),
        classes=tuple(_CLASSES.value),
        rendered_images=_IMAGES.value,
        causes=tuple(_CAUSES.value),
        rule=_RULE.value,
        test_fraction=_TEST_FRACTION.value,
        on_error=_ON_ERROR.value,
    )
    output = pathlib.Path(_OUTPUT.value).expanduser().absolute()
    made = preparation.prepare_into(
        output, data, _RESOLUTION.value, _SEED.value
    )
    print(f"{made.manifest.summary()}\nWritten to {output}")


if __name__ == "__main__":
    command.run(main)
