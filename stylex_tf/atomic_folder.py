"""Makes folders that are there whole or not at all."""

import contextlib
import errno
import os
import pathlib
from collections.abc import Iterator

from stylex_tf import errors, temporary_folder


@contextlib.contextmanager
def new_directory(directory: pathlib.Path) -> Iterator[pathlib.Path]:
    """Gives a temporary folder that becomes `directory` if all goes well.

    Raises:
        ExistsError: the directory exists and is not empty.
    """
    directory = pathlib.Path(os.path.abspath(directory))
    exists_already = errors.ExistsError(
        f"{directory}: exists already; expected a new or empty folder"
    )
    if directory.exists() and (
        not directory.is_dir() or any(directory.iterdir())
    ):
        raise exists_already
    with temporary_folder.beside(directory) as temporary:
        yield temporary
        try:
            temporary.rename(directory)
        except OSError as error:
            # Another process made it in the meantime.
            if _is_taken(error):
                raise exists_already from error
            raise


@contextlib.contextmanager
def new_version(base: pathlib.Path) -> Iterator["Version"]:
    """Gives a temporary folder that `publish` turns into a version of `base`.

    Without a call of `publish`, or where it fails, nothing stays.
    """
    base = pathlib.Path(os.path.abspath(base))
    with temporary_folder.beside(base / "incoming") as temporary:
        yield Version(temporary, base)


class Version:
    """A folder that is to have the next free number.

    Attributes:
        folder: where to write.
    """

    def __init__(self, folder: pathlib.Path, base: pathlib.Path):
        self.folder = folder
        self._base = base

    def publish(self) -> pathlib.Path:
        """Renames the folder to one more than the largest number there is."""
        while True:
            names = [entry.name for entry in self._base.iterdir()]
            taken = [int(name) for name in names if name.isdecimal()]
            version = self._base / str(max(taken, default=0) + 1)
            try:
                return self.folder.rename(version)
            except OSError as error:
                # Another process may have taken the number in between.
                if not _is_taken(error):
                    raise


def _is_taken(error: OSError) -> bool:
    return error.errno in (errno.ENOTEMPTY, errno.EEXIST)
