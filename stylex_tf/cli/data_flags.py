"""Defines the flags of every command that prepares images itself."""

from typing import Any

from absl import flags

from stylex_tf import config
from stylex_tf.data import pictures
from stylex_tf.data.sources import layouts

_DEFAULT = config.DataConfig()
RESOLUTION = flags.DEFINE_integer(
    "resolution", None, "Height and width.", lower_bound=1
)
_CLASSES = flags.DEFINE_list(
    "classes", [], "Classes to keep, in the order of the labels; default all."
)
_LAYOUT = flags.DEFINE_enum(
    "layout",
    _DEFAULT.layout,
    layouts.Layout.names(),
    "How a folder says what is on its images: docs/data.md.",
)
_LABEL = flags.DEFINE_string(
    "label",
    _DEFAULT.label,
    'What makes the classes: "Male" of celeba, "level>=2" of graded.',
)
_CROP = flags.DEFINE_enum(
    "crop",
    _DEFAULT.crop,
    pictures.Crop.names(),
    "A picture that is not square: take its centre, or shrink and pad it.",
)
_CAUSES = flags.DEFINE_list(
    "causes", [], 'Worlds: what makes class 1, as "factor" or "factor=value".'
)


def described(source: str, **others: Any) -> config.DataConfig:
    """Reads what the flags describe.

    Args:
        source: the source of the images.
        **others: fields of DataConfig that a command has flags of its own for.
    """
    return config.DataConfig(
        source=source,
        classes=tuple(_CLASSES.value),
        layout=_LAYOUT.value,
        label=_LABEL.value,
        crop=_CROP.value,
        causes=tuple(_CAUSES.value),
        **others,
    )
