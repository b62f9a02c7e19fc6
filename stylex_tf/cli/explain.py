r"""Explains images: pictures, a page, and a table with a row an image.

    stylex explain face.png other.jpg --model=faces_32 --output=explained
    stylex explain FOLDER --model=runs/quickstart/export --output=explained

--model is an exported model, or the name of one that ships. Without images its
own samples are explained.
"""

import pathlib

from absl import flags

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
_TOP_K = flags.DEFINE_integer("top_k", 4, "Attributes of an image.")
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
    # Imported late: a mistake in a flag should not wait.
    from stylex_tf.api import explainer, exported_model
    from stylex_tf.apps import explain

    # Before the images: a model that is not there has no samples either.
    exported_model.find_version(_MODEL.value)
    paths = explain.find_images(argv[1:], model=_MODEL.value)
    model = explainer.load(_MODEL.value)
    target: str | int | None = _TARGET.value
    if target not in model.class_names and str(target).isdecimal():
        target = int(str(target))
    page = explain.write(
        model,
        paths,
        pathlib.Path(_OUTPUT.value).expanduser(),
        target=target,
        top_k=_TOP_K.value,
        crop=_CROP.value,
        skip_unreadable=_SKIP.value,
    )
    print(page)


if __name__ == "__main__":
    command.run(main)
