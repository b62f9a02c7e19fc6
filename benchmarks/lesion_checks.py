r"""Checks what a classifier of sick or healthy looks at, and what a run keeps.

    bazel run //benchmarks:lesion_checks -- --run=RUN --lesions=leaf \
        --sheet=SHEET.png

Photographs that the run has never seen are changed in one respect at a time, as
`changed_by_hand.py` does it for photographs of anything. Here their lesions are
painted over with what is around them as well.

The second half asks what became of the lesions. A colour rule (lesions.py)
counts their pixels in photographs and in reconstructions, and the sheet shows
forty photographs with lesions, each above its reconstruction, for somebody to
look at.

It writes benchmarks/results/lesion_checks_<name of the run's folder>.json.
"""

import pathlib
from typing import Any

import numpy as np
import tensorflow as tf
from absl import flags
from PIL import Image

from benchmarks import commit, lesions, photo_changes, result_file
from stylex_tf.cli import command
from stylex_tf.ops import batching, preprocessing
from stylex_tf.report import contact_sheet
from stylex_tf.runs import trained as trained_lib

_RUN = flags.DEFINE_string("run", None, "A finished run.")
_LESIONS = flags.DEFINE_enum(
    "lesions", "leaf", sorted(lesions.KINDS), "What the photographs show."
)
_SHEET = flags.DEFINE_string(
    "sheet", "", "Where the sheet of forty goes, a PNG; default: nowhere."
)

# A reconstruction shows a lesion where it has this share of its area.
_SHOWN = 1 / 3
_ON_SHEET = 40
_A_ROW = 10
_ENLARGED = 3
_AT_ONCE = 32


def paint_over(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Fills the marked pixels from their edge inwards.

    A pixel becomes the mean of those of its eight neighbours that are filled.

    Args:
        image: uint8 [H, W, 3].
        mask: bool [H, W]; where it marks all, the image stays as it is.

    Returns:
        uint8 [H, W, 3].
    """
    filled, known = image.astype(np.float64), ~mask
    while known.any() and not known.all():
        weights = _sum_of_nine(known.astype(np.float64))
        totals = _sum_of_nine(filled * known[..., None])
        edge = ~known & (weights > 0)
        filled[edge] = totals[edge] / weights[edge][:, None]
        known |= edge
    return np.clip(np.round(filled), 0, 255).astype(np.uint8)


def _sum_of_nine(values: np.ndarray) -> np.ndarray:
    """Sums each pixel and its eight neighbours; outside is 0."""
    border = [(1, 1), (1, 1)] + [(0, 0)] * (values.ndim - 2)
    padded = np.pad(values, border)
    height, width = values.shape[:2]
    return sum(
        padded[row : row + height, column : column + width]
        for row in range(3)
        for column in range(3)
    )


def changes(kind: lesions.Lesions) -> dict[str, photo_changes.Change]:
    """Returns the changes by name: uint8 [N, H, W, 3] to the same."""

    def without_spots(images: np.ndarray) -> np.ndarray:
        # One pixel more on each side, or a rim of the lesion would stay.
        masks = [
            _sum_of_nine(mask.astype(np.float64)) > 0
            for mask in kind.spots(images)
        ]
        return np.stack(
            [
                paint_over(image, mask)
                for image, mask in zip(images, masks, strict=True)
            ]
        )

    return {"spots painted over": without_spots, **photo_changes.changes()}


def kept(
    kind: lesions.Lesions, images: np.ndarray, rebuilt: np.ndarray
) -> dict[str, Any]:
    """Measures how many lesions are in the reconstructions of photographs.

    Args:
        kind: how a lesion is found.
        images: uint8 [N, H, W, 3].
        rebuilt: their reconstructions, in the same order.

    Returns:
        Of images with a lesion: `n`; `pixels` and `rebuilt_pixels`, the mean
        number of their pixels; `recall`, the share of these pixels that are
        some in the reconstruction too; `shown`, the share of images whose
        reconstruction has at least a third of their area.
    """
    here, there = kind.spots(images), kind.spots(rebuilt)
    areas, rebuilt_areas = here.sum(axis=(1, 2)), there.sum(axis=(1, 2))
    lesioned = areas >= kind.least
    if not lesioned.any():
        return {"n": 0}
    here, there = here[lesioned], there[lesioned]
    areas, rebuilt_areas = areas[lesioned], rebuilt_areas[lesioned]
    return {
        "n": int(lesioned.sum()),
        "pixels": float(areas.mean()),
        "rebuilt_pixels": float(rebuilt_areas.mean()),
        "recall": float((here & there).sum() / here.sum()),
        "shown": float(np.mean(rebuilt_areas >= _SHOWN * areas)),
    }


def sheet(
    kind: lesions.Lesions, images: np.ndarray, rebuilt: np.ndarray
) -> np.ndarray:
    """Draws photographs with lesions, each above its reconstruction.

    Args:
        kind: how a lesion is found.
        images: uint8 [N, H, W, 3].
        rebuilt: their reconstructions, in the same order.

    Returns:
        One image, uint8 [H', W', 3].
    """
    areas = kind.spots(images).sum(axis=(1, 2))
    # As they come, and not the ones that came out best.
    rows = np.flatnonzero(areas >= kind.least)[:_ON_SHEET]
    shown = []
    for start in range(0, len(rows), _A_ROW):
        for pictures in (images, rebuilt):
            line = pictures[rows[start : start + _A_ROW]]
            missing = [(0, _A_ROW - len(line)), (0, 0), (0, 0), (0, 0)]
            shown.append(np.pad(line, missing))
    drawn = contact_sheet.grid(np.concatenate(shown), len(shown), _A_ROW)
    picture = Image.fromarray(drawn)
    enlarged = picture.resize(
        (picture.width * _ENLARGED, picture.height * _ENLARGED),
        Image.Resampling.LANCZOS,
    )
    return np.asarray(enlarged)


def _rebuild(trained: trained_lib.TrainedRun, images: np.ndarray) -> np.ndarray:
    """Returns the reconstructions, uint8 [N, H, W, 3]."""
    functions = trained.stylex

    def rebuild(pixels: tf.Tensor) -> tf.Tensor:
        styles = functions.encode(preprocessing.to_float(pixels))
        return preprocessing.to_uint8(functions.generate(styles))

    return batching.apply(rebuild, images, batch_size=_AT_ONCE)


def main(argv: list[str]) -> None:
    """Checks one run and files what came out."""
    command.no_arguments(argv)
    head = commit.of_clean_tree(result_file.FOLDER)
    trained = trained_lib.load(_RUN.value)
    # Every picture that the training has not seen.
    images = trained.dataset.load("test").distinct().images

    kind = lesions.KINDS[_LESIONS.value]
    rebuilt = _rebuild(trained, images)
    document = {
        "classifier": trained.classifier_figures["accuracy"],
        "changed_by_hand": photo_changes.of_run(trained, images, changes(kind)),
        "lesions": kept(kind, images, rebuilt),
    }
    path = result_file.write(
        "lesion_checks", trained.folder.root.name, head, document
    )
    print(path.read_text(), path)
    if _SHEET.value:
        path = pathlib.Path(_SHEET.value).expanduser()
        print(contact_sheet.write_png(path, sheet(kind, images, rebuilt)))


if __name__ == "__main__":
    flags.mark_flag_as_required("run")
    command.run(main)
