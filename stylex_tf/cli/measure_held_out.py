r"""Tells an export of before `describe` how its held-out images are.

    stylex measure_held_out --model=pretrained/faces_32/1 --images=FOLDER

Writes assets/held_out.json, by which the trust of single images is measured,
and the manifest anew. The images must be like those that the model was trained
on, and none of them. What `train` exports today has these figures already.
"""

import json
import pathlib

from absl import flags

from stylex_tf import atomic_file, errors
from stylex_tf.cli import command

_MODEL = flags.DEFINE_string("model", None, "The folder of one version.")
_IMAGES = flags.DEFINE_string("images", None, "A folder of held-out images.")
# At once: pictures of all are in memory.
_AT_ONCE = 64


def main(argv: list[str]) -> None:
    """Measures the images and writes the figures."""
    command.no_arguments(argv)
    if not _MODEL.value or not _IMAGES.value:
        raise errors.UsageError("--model and --images are both needed")
    # Imported late: TensorFlow takes seconds, a mistake in a flag should not.
    import numpy as np

    from stylex_tf.api import exported_model, picture_inputs, questions
    from stylex_tf.export import held_out, manifest

    path = exported_model.find_version(_MODEL.value)
    model = exported_model.ExportedModel(path)
    paths = picture_inputs.in_folder(pathlib.Path(_IMAGES.value))
    asked = questions.Questions(model)
    images, rebuilt, styles = [], [], []
    for start in range(0, len(paths), _AT_ONCE):
        pictures = picture_inputs.read(
            paths[start : start + _AT_ONCE],
            resolution=model.description.resolution,
            max_pixels=model.description.max_pixels,
            own_crop=model.description.crop,
        )
        encoded = [picture.encoded for picture in pictures]
        images += [picture.pixels for picture in pictures]
        rebuilt += [
            picture_inputs.decode_png(content)
            for content in asked.reconstruct(encoded)["image_bytes"]
        ]
        styles.append(asked.encode(encoded)["styles"])
    figures = held_out.HeldOut.measure(
        np.stack(images), np.stack(rebuilt), np.concatenate(styles)
    )
    text = json.dumps(figures.to_dict(), indent=2) + "\n"
    print(atomic_file.write(path / "assets" / "held_out.json", text.encode()))
    manifest.write(path)


if __name__ == "__main__":
    command.run(main)
