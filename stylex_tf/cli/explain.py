r"""Explains images: pictures, a page, and a table with a row an image.

    stylex explain face.png other.jpg --model=faces_32 --output=explained
    stylex explain FOLDER --model=runs/quickstart/export --output=explained

--model is an exported model, or the name of one that ships. Without images its
own samples are explained.
"""

import pathlib

from absl import flags

from stylex_tf import errors
from stylex_tf.cli import command

_MODEL = flags.DEFINE_string(
    "model", "faces_32", "An exported model, or the name of one that ships."
)
_OUTPUT = flags.DEFINE_string(
    "output", "explained", "A new folder; it appears when it is complete."
)
_TARGET = flags.DEFINE_string(
    "target",
    None,
    "The class to move towards, its name or index; default: away from what "
    "the classifier says now.",
)
_TOP_K = flags.DEFINE_integer("top_k", 4, "Attributes of an image.", 1)
_CROP = flags.DEFINE_enum(
    "crop",
    None,
    ["center", "pad"],
    "An image that is not square: take its centre, or add to it; default: as "
    "the model was trained.",
)
_SKIP = flags.DEFINE_bool(
    "skip_unreadable",
    False,
    "Leave out what is no image, and say so in the table; default: stop.",
)


def main(argv: list[str]) -> None:
    """Explains the images that the arguments name."""
    command.no_address(_MODEL)
    # Imported late: a mistake in a flag should not wait.
    from stylex_tf.apps import explain

    output = pathlib.Path(_OUTPUT.value).expanduser()
    explain.check_output(output)
    images = None
    if argv[1:]:
        paths = explain.find_images(argv[1:])
        images = explain.check(paths, skip_unreadable=_SKIP.value)
    # These import TensorFlow, which takes seconds.
    from stylex_tf.api import explainer, exported_model

    # Before its samples: a model that is not there has none either.
    version = exported_model.find_version(_MODEL.value)
    target = _check_asked(version)
    page = explain.write(
        explainer.load(version),
        images or explain.find_images([], model=_MODEL.value),
        output,
        target=target,
        top_k=_TOP_K.value,
        crop=_CROP.value,
    )
    print(page)


def _check_asked(version: pathlib.Path) -> str | int | None:
    """Returns the target, its index where no class has that name.

    Raises:
        UsageError: the model has no such class, or gives fewer attributes.
    """
    # Imported late: see `main`.
    from stylex_tf.api import asked_for, description
    from stylex_tf.export import description_files

    try:
        known = description.parse(description_files.read(version))
    except (errors.UsageError, ValueError):
        # Loading says what is damaged.
        return _TARGET.value
    target = asked_for.target(_TARGET.value, known.class_names)
    if target is not None:
        asked_for.class_index(target, known.class_names)
    asked_for.check_top_k(_TOP_K.value, known.max_top_k)
    return target


if __name__ == "__main__":
    command.run(main)
