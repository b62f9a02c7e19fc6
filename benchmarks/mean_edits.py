r"""Draws what an attribute changes as the mean of many pictures.

    bazel run //benchmarks:mean_edits -- --run=RUN --output=SHEET.png

Where no picture of anybody may be shown, the mean over many still may, and says
what an edit changes in all of them. Each row is an attribute: the mean of the
reconstructions that it leads to its class, the same after the edit, and the
difference, four times as strong, around grey. The rows are those of the report,
class by class; the terminal says which. All pictures are held-out ones that
neither search nor tests have seen.
"""

import pathlib

import numpy as np
from absl import flags
from PIL import Image

from stylex_tf.attributes import edit_space, selection
from stylex_tf.cli import command
from stylex_tf.evaluation import reconstruction
from stylex_tf.ops import batching, preprocessing
from stylex_tf.report import contact_sheet
from stylex_tf.runs import reported
from stylex_tf.runs import trained as trained_lib

_RUN = flags.DEFINE_string("run", None, "A finished run.")
_OUTPUT = flags.DEFINE_string("output", None, "Where the sheet goes, a PNG.")

_STRONGER = 4.0
_ENLARGED = 3
_AT_ONCE = 64


def row(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Returns the mean before and after, and their difference.

    Args:
        before: pictures in [-1, 1], float [N, H, W, 3].
        after: the same pictures after the edit.

    Returns:
        Three pictures, uint8 [3, H, W, 3].
    """
    means = before.mean(axis=0), after.mean(axis=0)
    difference = _STRONGER * (means[1] - means[0])
    return preprocessing.to_uint8_numpy(
        np.stack([*means, np.clip(difference, -1.0, 1.0)])
    )


def _draw(
    trained: trained_lib.TrainedRun,
    styles: np.ndarray,
    space: edit_space.EditSpace,
    attribute: selection.Attribute,
) -> np.ndarray:
    edited = space.apply(
        styles,
        np.array([attribute.coordinate]),
        np.array([attribute.direction]),
    )
    before, after = (
        batching.apply(trained.stylex.generate, of, batch_size=_AT_ONCE)
        for of in (styles, edited)
    )
    return row(before, after)


def main(argv: list[str]) -> None:
    """Draws the attributes of one run."""
    command.no_arguments(argv)
    trained = trained_lib.load(_RUN.value)
    space = reported.table(trained).space
    rebuilt = reconstruction.reconstruct(
        trained.stylex.encode,
        trained.stylex.model,
        trained.held_out.unseen.images,
    )
    classes = rebuilt.logits.argmax(axis=1)
    rows = []
    for target, listed in reported.attributes(trained).items():
        led = rebuilt.keeps_class & (classes != target)
        for attribute in listed if led.any() else ():
            rows.append(_draw(trained, rebuilt.styles[led], space, attribute))
            print(
                f"row {len(rows)}: style {attribute.coordinate} towards "
                f"{trained.classifier.class_names[target]}, "
                f"{led.sum()} pictures"
            )
    if not rows:
        print("No attribute is listed, so that there is nothing to draw.")
        return
    sheet = Image.fromarray(
        contact_sheet.grid(np.concatenate(rows), len(rows), 3)
    )
    enlarged = sheet.resize(
        (sheet.width * _ENLARGED, sheet.height * _ENLARGED),
        Image.Resampling.LANCZOS,
    )
    path = pathlib.Path(_OUTPUT.value).expanduser()
    print(contact_sheet.write_png(path, np.asarray(enlarged)))


if __name__ == "__main__":
    flags.mark_flags_as_required(["run", "output"])
    command.run(main)
