"""Gives folders paths that TensorFlow does not take for patterns.

TensorFlow looks for a checkpoint, also for that of a SavedModel, by a pattern:
it does not find what lies in a folder with `[`, `*` or `?` in its name.
"""

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Iterator

_SPECIAL = frozenset("[]*?\\")


@contextlib.contextmanager
def of(directory: str | os.PathLike[str]) -> Iterator[pathlib.Path]:
    """Gives a path of the same folder without special characters.

    Args:
        directory: a folder to read; its own path comes back where it is plain.
    """
    path = pathlib.Path(os.path.abspath(directory))
    if not _SPECIAL & set(str(path)):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="stylex_tf_") as folder:
        link = pathlib.Path(folder, "link")
        link.symlink_to(path, target_is_directory=True)
        yield link
