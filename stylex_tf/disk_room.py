"""Tells whether a folder can be made and filled; writes nothing."""

import errno
import os
import pathlib
import shutil

from stylex_tf import errors


def check_folder(folder: str | os.PathLike[str]) -> None:
    """Raises the error of making a folder that cannot be made, or written.

    Args:
        folder: exists or not; neither may those above it.

    Raises:
        OSError: a file is in its way or in that of one above, or the folder
            that would be written into is read-only; with the folder's name.
    """
    folder = pathlib.Path(os.path.abspath(folder))
    nearest = _nearest(folder)
    # Also a link to nothing, which no folder takes the place of.
    if not nearest.is_dir():
        raise _error(errno.EEXIST, nearest)
    if not os.access(nearest, os.W_OK | os.X_OK):
        read_only = os.statvfs(nearest).f_flag & os.ST_RDONLY
        raise _error(errno.EROFS if read_only else errno.EACCES, folder)


def require(
    folder: str | os.PathLike[str],
    needed: float,
    what: str,
    kind: type[errors.UserError] = errors.RunFolderError,
) -> None:
    """Refuses a disk that has too little room.

    Args:
        folder: on the disk; need not exist yet.
        needed: bytes.
        what: needs them, as "the checkpoints of this run need".
        kind: the error to raise.
    """
    nearest = _nearest(pathlib.Path(os.path.abspath(folder)))
    free = shutil.disk_usage(nearest).free
    if free < needed:
        raise kind(
            f"{folder}: the disk has {_megabytes(free)} left; {what} "
            f"{_megabytes(needed)} more"
        )


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 1e7 else f"{size / 1e6:.2g} MB"


def _nearest(folder: pathlib.Path) -> pathlib.Path:
    """Returns what there is of a path, as far down as there is something."""
    while True:
        try:
            folder.lstat()
            return folder
        except FileNotFoundError:
            folder = folder.parent


def _error(code: int, path: pathlib.Path) -> OSError:
    return OSError(code, os.strerror(code), str(path))
