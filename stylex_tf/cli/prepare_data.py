r"""Turns images into TFRecords of one resolution, with a manifest.

    bazel run //stylex_tf:prepare_data -- --source=photos.zip \
        --output=prepared --resolution=64

The output is a source for `train`: --config.data.source=prepared.
"""

import pathlib

from absl import app, flags

from stylex_tf import config
from stylex_tf.cli import command, data_flags
from stylex_tf.data import preparation, source_job
from stylex_tf.data.records import rule_kind
from stylex_tf.data.sources import on_error

_DEFAULT = config.DataConfig()
_SOURCE = flags.DEFINE_string(
    "source",
    None,
    "A folder or zip with one sub-folder a class, a folder of idx files, or "
    f"one of: {', '.join(source_job.known_sources())}.",
)
_OUTPUT = flags.DEFINE_string(
    "output", None, "The folder to make; must be new or empty."
)
_FACTORS = flags.DEFINE_list(
    "factors",
    [],
    "Annotations of celeba or cub, or columns of factors.csv, to keep for "
    "evaluation.",
)
_GROUP = flags.DEFINE_string(
    "group",
    _DEFAULT.group,
    "What stays on one side of the cut: a column of a .csv, or a regular "
    "expression with one bracket group on the file name.",
)
_TEST_FRACTION = flags.DEFINE_float(
    "test_fraction", _DEFAULT.test_fraction, "Share held out, where we split."
)
_ON_ERROR = flags.DEFINE_enum(
    "on_error",
    _DEFAULT.on_error,
    on_error.OnError.names(),
    "For unreadable files.",
)
_RULE = flags.DEFINE_enum(
    "rule",
    _DEFAULT.rule,
    rule_kind.RuleKind.names(),
    "Worlds: how the causes combine.",
)
_IMAGES = flags.DEFINE_integer(
    "images", _DEFAULT.rendered_images, "Worlds: how many images."
)
_SEED = flags.DEFINE_integer(
    "seed", 0, "Decides the split, and what worlds draw."
)
# So that --help lists them.
flags.adopt_module_key_flags(data_flags)


def main(argv: list[str]) -> None:
    """Prepares the data that the flags describe."""
    command.no_arguments(argv)
    if not (_SOURCE.value and _OUTPUT.value and data_flags.RESOLUTION.value):
        raise app.UsageError("--source, --output and --resolution are needed")
    data = data_flags.described(
        _SOURCE.value,
        factors=tuple(_FACTORS.value),
        group=_GROUP.value,
        rendered_images=_IMAGES.value,
        rule=_RULE.value,
        test_fraction=_TEST_FRACTION.value,
        on_error=_ON_ERROR.value,
    )
    output = pathlib.Path(_OUTPUT.value).expanduser().absolute()
    made = preparation.prepare_into(
        output, data, data_flags.RESOLUTION.value, _SEED.value
    )
    print(f"{made.manifest.summary()}\nWritten to {output}")


if __name__ == "__main__":
    command.run(main)
