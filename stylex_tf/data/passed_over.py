"""Counts the files beside images that are not read as images."""

import collections
import pathlib
from collections.abc import Collection, Iterable, Mapping

from stylex_tf.data import other_pictures, pictures

# What lies beside images without being meant as one.
_TEXTS = frozenset(".csv .db .html .ini .json .log .md .txt .xml .yaml".split())


def endings(
    names: Iterable[str], *, pictures_alone: bool = False
) -> collections.Counter[str]:
    """Counts such files by their endings; hidden ones and texts are none.

    Args:
        names: of files, below the folder that was given, "/" between folders.
        pictures_alone: counts none but pictures of kinds that are not read.
    """
    counted: collections.Counter[str] = collections.Counter()
    for name in names:
        ending = pathlib.PurePosixPath(name).suffix.lower()
        if not ending or ending in _TEXTS or ending in pictures.SUFFIXES:
            continue
        if pictures_alone and ending not in other_pictures.ENDINGS:
            continue
        if pictures.is_visible(name):
            counted[ending] += 1
    return counted


def under(
    folder: pathlib.Path, *, without: Collection[pathlib.Path] = ()
) -> collections.Counter[str]:
    """Counts such files in a folder and the folders below, by their endings.

    Args:
        folder: which.
        without: folders in it of which no file is counted.
    """
    return endings(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not set(without) & set(path.parents)
    )


def listed(counted: Mapping[str, int]) -> str:
    """Writes what `endings` counted, as "2 .heic, 1 .mov"."""
    return ", ".join(f"{n:,} {ending}" for ending, n in counted.items())


def told(where: object, counted: Mapping[str, int]) -> str:
    """Returns the line that says what is left out beside images.

    Args:
        where: the folder.
        counted: what `endings` counted in it; not empty.
    """
    text = f"{where}: {listed(counted)} are left out: no known images"
    return text + way(counted)


def way(counted: Mapping[str, int]) -> str:
    """Says what the pictures among them are converted to; "" where none is."""
    known = sorted(other_pictures.ENDINGS & set(counted))
    if not known:
        return ""
    return f"; convert {', '.join(known)} to {other_pictures.WAY}"


def refused(where: object, counted: Mapping[str, int]) -> str:
    """Returns why a folder is refused that has such files and no image.

    Args:
        where: the folder.
        counted: what `endings` counted in it; not empty.
    """
    return (
        f"{where}: {listed(counted)}, of which none is read as an image; "
        f"expected {' '.join(sorted(pictures.SUFFIXES))}"
    )
