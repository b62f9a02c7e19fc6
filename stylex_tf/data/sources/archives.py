"""Opens folders and zip files alike: names, and bytes by name."""

import os
import pathlib
import zipfile
from collections.abc import Iterator, Sequence
from typing import Protocol

from stylex_tf import errors
from stylex_tf.data import pictures

# A zip that would be so many times its size is made to fill a disk; images
# hardly shrink, tables and drawings to a hundredth.
_MAX_RATIO = 200
_ENCRYPTED = 1


class Archive(Protocol):
    """A tree of files.

    Attributes:
        path: where it is.
        names: all files, sorted, with "/" between folders.
    """

    path: pathlib.Path
    names: list[str]

    def read(self, name: str) -> bytes:
        """Returns the bytes of a file; raises pictures.UnreadableError."""
        ...

    def fingerprint(self) -> list[list]:
        """Returns a row for each file, which changes when the file does."""
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
    # A pipe would be waited for.
    if not path.is_file():
        raise errors.DataError(
            f"{path}: not a regular file; expected a folder or a zip file"
        )
    return _Zip(path)


class _Folder:
    def __init__(self, path: pathlib.Path):
        self.path = path
        self.names = sorted(_walk(path))

    def read(self, name: str) -> bytes:
        return pictures.read_file(self.path / name)

    def fingerprint(self) -> list[list]:
        rows = []
        for name in self.names:
            # lstat does not fail for a broken link.
            status = (self.path / name).lstat()
            rows.append([name, status.st_size, status.st_mtime_ns])
        return rows


def _walk(root: pathlib.Path) -> Iterator[str]:
    """Yields files below a folder; follows links, but not in circles."""
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
        except PermissionError:
            raise
        except Exception as error:
            # Where a zip is broken, zipfile raises whatever it likes.
            raise errors.DataError(
                f"{path}: {error}; expected a folder or a zip file"
            ) from error
        files = [
            info
            for info in self._zip.infolist()
            if not info.filename.endswith("/")
        ]
        _check_members(path, files)
        self._members = {info.filename: info for info in files}
        self.names = sorted(self._members)

    def read(self, name: str) -> bytes:
        info = self._members[name]
        pictures.check_file_bytes(info.file_size)
        try:
            with self._zip.open(info) as file:
                # No more than it claims: the rest of a bomb stays packed.
                return file.read(info.file_size)
        except Exception as error:
            # Each of the four methods of packing has errors of its own.
            raise pictures.UnreadableError(
                f"broken in the zip: {error}"
            ) from error

    def fingerprint(self) -> list[list]:
        return [
            [name, info.file_size, info.CRC]
            for name, info in sorted(self._members.items())
        ]


def _check_members(
    path: pathlib.Path, members: Sequence[zipfile.ZipInfo]
) -> None:
    """Raises DataError for a zip that is encrypted, or not honest."""
    names: set[str] = set()
    for info in members:
        name = info.filename
        if not name or name.startswith("/") or ".." in name.split("/"):
            raise errors.DataError(
                f"{path}: has a file {name!r}; expected names inside the zip"
            )
        if name in names:
            raise errors.DataError(f"{path}: has two files {name!r}")
        names.add(name)
        if info.flag_bits & _ENCRYPTED:
            raise errors.DataError(
                f"{path}: {name!r} is encrypted; unpack it, and give the folder"
            )
    unpacked = sum(info.file_size for info in members)
    limit = max(pictures.MAX_FILE_BYTES, _MAX_RATIO * path.stat().st_size)
    if unpacked > limit:
        raise errors.DataError(
            f"{path}: would be {unpacked:,} bytes unpacked; expected at most "
            f"{limit:,}, {_MAX_RATIO} times its size. Unpack it, and give the "
            "folder, if you trust it"
        )
