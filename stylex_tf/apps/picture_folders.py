"""Finds the images of a folder, and says what it holds beside them."""

import pathlib
import sys
from collections.abc import Collection

from stylex_tf import errors
from stylex_tf.api import picture_inputs
from stylex_tf.data import passed_over


def find(
    folder: pathlib.Path, *, without: Collection[pathlib.Path] = ()
) -> list[pathlib.Path]:
    """Returns every image file under a folder, sorted.

    What lies there and is left out, as pictures of other kinds, is counted on
    stderr.

    Args:
        folder: which images.
        without: folders in it of which no file is taken, or counted.

    Raises:
        UsageError: there is no such folder, or no image in it.
    """
    if not folder.is_dir():
        is_what = "is no folder" if folder.exists() else "no such folder"
        raise errors.UsageError(
            f"{folder}: {is_what}; expected a folder of images"
        )
    counted = passed_over.under(folder, without=without)
    try:
        files = picture_inputs.in_folder(folder)
    except errors.UsageError:
        if not counted:
            raise
        raise errors.UsageError(
            passed_over.refused(folder, counted) + passed_over.way(counted)
        ) from None
    if counted:
        print(passed_over.told(folder, counted), file=sys.stderr)
    return [file for file in files if not set(without) & set(file.parents)]
