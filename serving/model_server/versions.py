"""Decides which versions of a model to serve: of those on disk, the wanted."""

import dataclasses
import pathlib
from collections.abc import Iterable


@dataclasses.dataclass(frozen=True)
class VersionPolicy:
    """Says which versions on disk are served: the newest, all, or some."""

    # How many of the newest; None: all.
    latest: int | None = 1
    # Decides alone where it is not empty.
    specific: tuple[int, ...] = ()

    def choose(self, numbers: Iterable[int]) -> list[int]:
        """Picks the versions to serve among those on disk, newest first."""
        newest_first = sorted(set(numbers), reverse=True)
        if self.specific:
            return [v for v in newest_first if v in self.specific]
        return newest_first[: self.latest]


def on_disk(base_path: str | pathlib.Path) -> dict[int, pathlib.Path]:
    """Finds the folders whose names are integers, by version.

    A name may have leading zeros; of two names for one number the longer is
    left out.

    Raises:
        OSError: the base path cannot be read.
    """
    names = sorted(
        (
            entry.name
            for entry in pathlib.Path(base_path).iterdir()
            # ASCII, since other alphabets have decimal digits too.
            if entry.name.isascii()
            and entry.name.isdecimal()
            # The API's versions are int64.
            and len(entry.name) <= 18
            and entry.is_dir()
        ),
        key=len,
        reverse=True,
    )
    return {int(name): pathlib.Path(base_path) / name for name in names}
