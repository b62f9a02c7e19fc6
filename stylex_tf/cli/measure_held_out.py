r"""Measures by which images an exported model tells what is foreign to it.

    stylex measure_held_out --model=RUN/export --images=FOLDER \
        --training_images=FOLDER

Publishes the next version, which tells how these held-out images are: the trust
of single images is measured by it. What `train` exports has such figures
already; this is for an export of before they were there, or where more images
are at hand. `--images` must be like those that the model was trained on, and
none of them. `--training_images` are some that it was trained on, up to 3,000;
without them every other one of the held-out images is taken, which
takes twice as many of these.
"""

import pathlib
from typing import TYPE_CHECKING

from absl import flags

from stylex_tf import errors
from stylex_tf.cli import command

if TYPE_CHECKING:
    import numpy as np

    from stylex_tf.api import exported_model

_MODEL = flags.DEFINE_string(
    "model", None, "An exported model: the folder of all versions, or of one."
)
_IMAGES = flags.DEFINE_string("images", None, "A folder of held-out images.")
_TRAINING_IMAGES = flags.DEFINE_string(
    "training_images", "", "A folder of images that it was trained on."
)
# At once: pictures of all are in memory.
_AT_ONCE = 64


def main(argv: list[str]) -> None:
    """Measures the images and publishes the figures."""
    command.no_arguments(argv)
    if not _MODEL.value or not _IMAGES.value:
        raise errors.UsageError("--model and --images are both needed")
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    import numpy as np

    from stylex_tf.api import exported_model
    from stylex_tf.apps import picture_folders
    from stylex_tf.export import held_out, renaming
    from stylex_tf.runs import sight

    paths = picture_folders.find(pathlib.Path(_IMAGES.value).expanduser())
    if _TRAINING_IMAGES.value:
        training = picture_folders.find(
            pathlib.Path(_TRAINING_IMAGES.value).expanduser()
        )
    else:
        paths, training = paths[0::2], paths[1::2]
    if min(len(paths), len(training)) < 2:
        raise errors.UsageError(
            f"there are {len(paths)} held-out images and {len(training)} to "
            "compare them with; expected two of each, better hundreds"
        )
    version = exported_model.find_version(_MODEL.value)
    model = exported_model.ExportedModel(version)
    images = _pixels(model, paths)
    rebuilt, styles = _answers(model, images)
    most = max(1, len(training) // sight.MOST_KNOWN)
    known = _pixels(model, training[::most][: sight.MOST_KNOWN])
    figures = held_out.HeldOut.measure(
        images,
        rebuilt,
        styles,
        features=sight.features(images),
        known=held_out.Known(
            styles=_styles(model, sight.styled(known)),
            features=sight.features(known),
            negatives=sight.features(np.uint8(255) - known),
        ),
    )
    print(renaming.publish(version, held_out=figures.to_dict()))


def _pixels(
    model: "exported_model.ExportedModel", paths: list[pathlib.Path]
) -> "np.ndarray":
    """Reads images as the model sees them, uint8 [N, R, R, 3]."""
    import numpy as np

    from stylex_tf.api import picture_inputs

    pictures = []
    for start in range(0, len(paths), _AT_ONCE):
        pictures += [
            picture.pixels
            for picture in picture_inputs.read(
                paths[start : start + _AT_ONCE],
                resolution=model.description.resolution,
                max_pixels=model.description.max_pixels,
                own_crop=model.description.crop,
            )
        ]
    return np.stack(pictures)


def _answers(
    model: "exported_model.ExportedModel", images: "np.ndarray"
) -> tuple["np.ndarray", "np.ndarray"]:
    """Returns reconstructions, uint8, and styles of images, [N, T]."""
    import numpy as np

    from stylex_tf.api import picture_inputs, questions

    rebuilt = []
    for start in range(0, len(images), _AT_ONCE):
        answer = questions.Questions(model).reconstruct(
            _encoded(images[start : start + _AT_ONCE])
        )
        rebuilt += [
            picture_inputs.decode_png(content)
            for content in answer["image_bytes"]
        ]
    return np.stack(rebuilt), _styles(model, images)


def _styles(
    model: "exported_model.ExportedModel", images: "np.ndarray"
) -> "np.ndarray":
    import numpy as np

    from stylex_tf.api import questions

    asked = questions.Questions(model)
    return np.concatenate(
        [
            asked.encode(_encoded(images[start : start + _AT_ONCE]))["styles"]
            for start in range(0, len(images), _AT_ONCE)
        ]
    )


def _encoded(images: "np.ndarray") -> list[bytes]:
    from PIL import Image

    from stylex_tf.api import picture_inputs

    return [picture_inputs.png(Image.fromarray(image)) for image in images]


if __name__ == "__main__":
    command.run(main)
