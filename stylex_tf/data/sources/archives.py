"""Folders and zip files behind one face: names, and bytes by name."""

import os
import pathlib
import zipfile
import zlib
from collections.abc import Iterator
from typing import Protocol

from stylex_tf import errors
from stylex_tf.data import pictures

# A member of a zip that claims more than this is not unpacked.
_MAX_BYTES = 1 << 30


class Archive(Protocol):
    """A tree of files.

    Attributes:
        path: where it is.
        names: all files, sorted, with "/" between folders.
    """

    path: pathlib.Path
    names: list[str]

    def read(self, name: str) -> bytes:
        """The bytes of a file; raises pictures.UnreadableError."""
        ...

    def fingerprint(self) -> list[list]:
        """Changes whenever the content does."""
        ...


def open_archive(path: pathlib.Path) -> Archive:
    """Opens a folder or a zip file.

    Raises:
        DataError: the path is neither a folder nor a zip file.
    """
    if path.is_dir():
        return _Folder(path)
    if not path.exists():
        raise errors.DataError(
            f"{path}: no such file or folder; expected a folder or zip of "
            "images with one sub-folder a class, or the name of a data set"
        )
    return _Zip(path)


class _Folder:
    def __init__(self, path: pathlib.Path):
        self.path = path
        self.names = sorted(_walk(path))

    def read(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise pictures.UnreadableError(
                error.strerror or str(error)
            ) from error

    def fingerprint(self) -> list[list]:
        rows = []
        for name in self.names:
            # lstat does not fail for a broken link.
            status = (self.path / name).lstat()
            rows.append([name, status.st_size, status.st_mtime_ns])
        return rows


def _walk(root: pathlib.Path) -> Iterator[str]:
    """Files below a folder; links are followed, circles are not."""
    seen: set[str] = set()
    for folder, subfolders, files in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            subfolders.clear()
            continue
        seen.add(real)
        for name in files:
            yield pathlib.Path(folder, name).relative_to(root).as_posix()


class _Zip:
    def __init__(self, path: pathlib.Path):
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, IsADirectoryError) as error:
            raise errors.DataError(
                f"{path}: {error}; expected a folder or a zip file"
            ) from error
        self._members = {
            info.filename: info
            for info in self._zip.infolist()
            if not info.is_dir()
        }
        self.names = sorted(self._members)

    def read(self, name: str) -> bytes:
        info = self._members[name]
        if info.file_size > _MAX_BYTES:
            raise pictures.UnreadableError(
                f"{info.file_size:,} bytes; at most {_MAX_BYTES:,} are read"
            )
        if info.flag_bits & 1:
            raise pictures.UnreadableError("encrypted")
        try:
            return self._zip.read(info)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
        ) as error:
            raise pictures.UnreadableError(
                f"broken in the zip: {error}"
            ) from error

    def fingerprint(self) -> list[list]:
        return [
            [name, info.file_size, info.CRC]
            for name, info in sorted(self._members.items())
        ]
