"""Writes files that are there whole or not at all."""

import contextlib
import os
import pathlib
from collections.abc import Iterator

from stylex_tf import temporary_folder


def write(path: str | os.PathLike[str], content: bytes) -> pathlib.Path:
    """Replaces the file at `path`, making its folder where it is missing.

    A reader sees the old content or the new, never a part; a failed write
    leaves nothing behind.
    """
    target = pathlib.Path(path)
    with replacing(target) as temporary:
        temporary.write_bytes(content)
    return target


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[pathlib.Path]:
    """Gives where to write a file that takes the place of `path` in the end.

    It has the name of `path`, so that a library that goes by the ending can
    write it. Where something fails, the old file stays as it is.
    """
    target = pathlib.Path(os.path.abspath(path))
    with temporary_folder.beside(target) as folder:
        temporary = folder / target.name
        yield temporary
        _to_disk(temporary)
        temporary.replace(target)


def _to_disk(path: pathlib.Path) -> None:
    """Waits until the disk has the file, or a power cut could empty it."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
