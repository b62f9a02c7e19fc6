"""Writes pictures for papers and slides, beside the page."""

import pathlib
from collections.abc import Mapping

from stylex_tf import atomic_file
from stylex_tf.report import animation, contact_sheet, findings, paper_sheet


def write(
    folder: pathlib.Path,
    all_shown: findings.Findings,
    names: Mapping[int, str],
) -> None:
    """Writes a PNG a class and a GIF an attribute.

    `class_1.png` and `class_1_attribute_2.gif`, by the index of the class and
    the attribute's rank; those with the edits carried onto the photographs end
    in `_on_photographs`. Those of an earlier report are removed.

    Args:
        folder: made where it is missing.
        all_shown: what to show; what has no examples has no picture.
        names: the names that people gave coordinates.
    """
    written = set()
    for of_class in all_shown.classes:
        for ending, shown in (
            ("", of_class),
            ("_on_photographs", of_class.on_photographs()),
        ):
            written |= _write_class(folder, shown, names, ending)
    for pattern in ("class_*.png", "class_*_attribute_*.gif"):
        for stale in set(folder.glob(pattern)) - written:
            stale.unlink()


def _write_class(
    folder: pathlib.Path,
    of_class: findings.ClassFindings,
    names: Mapping[int, str],
    ending: str,
) -> set[pathlib.Path]:
    """Writes the pictures of a class, and returns their paths."""
    written = set()
    stem = f"class_{of_class.class_index}"
    with_examples = [view for view in of_class.attributes if view.image_ids]
    for view in with_examples:
        path = folder / f"{stem}_attribute_{view.rank}{ending}.gif"
        atomic_file.write(path, animation.flicker(view, of_class.class_index))
        written.add(path)
    if with_examples:
        path = folder / f"{stem}{ending}.png"
        contact_sheet.write_png(path, paper_sheet.draw(of_class, names))
        written.add(path)
    return written
