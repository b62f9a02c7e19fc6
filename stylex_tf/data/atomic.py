"""A folder that appears whole or not at all."""

import contextlib
import errno
import os
import pathlib
import shutil
import socket
from collections.abc import Iterator

from stylex_tf import errors


@contextlib.contextmanager
def new_directory(directory: pathlib.Path) -> Iterator[pathlib.Path]:
    """Gives a temporary folder that becomes `directory` if all goes well.

    What a killed process left for the same directory is removed first.

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
    directory.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{directory.name}.{socket.gethostname()}."
    _remove_abandoned(directory.parent, prefix)
    temporary = directory.parent / f"{prefix}{os.getpid()}.tmp"
    temporary.mkdir()
    try:
        yield temporary
        try:
            os.rename(temporary, directory)
        except OSError as error:
            # Another process made it in the meantime.
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                raise exists_already from error
            raise
    finally:
        # Still there only where something failed, Ctrl-C included.
        shutil.rmtree(temporary, ignore_errors=True)


def _remove_abandoned(parent: pathlib.Path, prefix: str) -> None:
    """Removes the temporary folders of processes of this host that are gone."""
    for path in parent.iterdir():
        if not (path.name.startswith(prefix) and path.name.endswith(".tmp")):
            continue
        process = path.name[len(prefix) : -len(".tmp")]
        if process.isdecimal() and not _is_running(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
