r"""Shows a page: choose an image, find its attributes, turn them.

    stylex demo
    stylex demo --model=runs/quickstart/export

One process, no server; the page is at http://127.0.0.1:7860, for this machine
alone. docs/explorer.md.
"""

import pathlib

from absl import flags

from stylex_tf import errors
from stylex_tf.cli import command

_MODEL = flags.DEFINE_string(
    "model", "faces_32", "An exported model, or the name of one that ships."
)
_EXAMPLES = flags.DEFINE_string(
    "examples", "", "A folder of images to choose from; default: the model's."
)
_KNOBS = flags.DEFINE_integer("most_knobs", 8, "Attributes of an image.", 1)
_CROP = flags.DEFINE_enum(
    "crop",
    None,
    ["center", "pad"],
    "An image that is not square: take its centre, or add to it; default: as "
    "the model was trained.",
)
_ADDRESS = flags.DEFINE_string(
    "address",
    "127.0.0.1",
    "Where the page is; 0.0.0.0 opens it to the network.",
)
_PORT = flags.DEFINE_integer("port", 7860, "The port of the page.", 1, 65535)


def main(argv: list[str]) -> None:
    """Shows the page until it is interrupted."""
    command.no_arguments(argv)
    command.no_address(_MODEL)
    # Imported late: a mistake in a flag should not wait.
    from stylex_tf.api import picture_inputs, shipped
    from stylex_tf.apps import explorer, picture_folders

    explorer.check()
    examples = []
    if _EXAMPLES.value:
        examples = picture_folders.find(
            pathlib.Path(_EXAMPLES.value).expanduser()
        )
        picture_inputs.check(examples)
    # TensorFlow, which takes seconds.
    from stylex_tf.api import exported_model

    version = exported_model.find_version(_MODEL.value)
    examples = examples or shipped.samples(version)
    exported_model.announce(version)
    try:
        explorer.show(
            exported_model.ExportedModel(version),
            examples,
            most_knobs=_KNOBS.value,
            address=_ADDRESS.value,
            port=_PORT.value,
            crop=_CROP.value,
        )
    except OSError as error:
        raise errors.UsageError(
            f"{error}; another --port may be free"
        ) from error


if __name__ == "__main__":
    command.run(main)
