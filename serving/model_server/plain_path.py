"""Gives a folder a name that TensorFlow does not take for a pattern."""

import contextlib
import os
import pathlib
import tempfile
from collections.abc import Iterator

_PATTERN = frozenset("*?[]\\")


@contextlib.contextmanager
def plain(path: str | pathlib.Path) -> Iterator[pathlib.Path]:
    """Gives a folder a second name, where its own has one of `* ? [ ]`.

    TensorFlow looks for the files of a checkpoint by pattern: below `run [1]`
    it finds none. The name is a link, which is gone when the block ends.

    Args:
        path: the folder.
    """
    if not _PATTERN & set(str(path)):
        yield pathlib.Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="serving-") as folder:
        link = pathlib.Path(folder, "version")
        os.symlink(os.path.abspath(path), link)
        yield link
