"""Makes a folder beside the file or folder that its content will become."""

import contextlib
import os
import pathlib
import shutil
import socket
import uuid
from collections.abc import Iterator

_ENDING = ".tmp"


@contextlib.contextmanager
def beside(target: pathlib.Path) -> Iterator[pathlib.Path]:
    """Gives a new folder beside `target`, and removes it in the end.

    It is on the same file system, so that renaming it, or a file of it, to
    `target` is one step. What killed processes left for the same target is
    removed first; the folders above are made.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{target.name}.{socket.gethostname()}."
    _remove_abandoned(target.parent, prefix)
    # Two threads of a process may write the same.
    name = f"{prefix}{os.getpid()}.{uuid.uuid4().hex[:8]}{_ENDING}"
    folder = target.parent / name
    folder.mkdir()
    try:
        yield folder
    finally:
        # Gone already where it was renamed.
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(parent: pathlib.Path, prefix: str) -> None:
    """Removes the folders of processes of this host that are gone."""
    with os.scandir(parent) as entries:
        names = [
            entry.name
            for entry in entries
            if entry.name.startswith(prefix) and entry.name.endswith(_ENDING)
        ]
    for name in names:
        process = name[len(prefix) :].split(".")[0]
        if process.isdecimal() and not _is_running(int(process)):
            shutil.rmtree(parent / name, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
