"""Finds the models that ship, by their names."""

import difflib
import pathlib

from stylex_tf import errors, shipped_files

_KINDS = ("*.png", "*.jpg")


def names() -> list[str]:
    """Returns the names of all models that are here, sorted."""
    models = {
        model.name
        for folder in shipped_files.FOLDERS
        if folder.is_dir()
        for model in folder.iterdir()
        if (model / "1").is_dir()
    }
    return sorted(models)


def find(name: str) -> pathlib.Path | None:
    """Returns the folder of a model that ships; None where there is none.

    Args:
        name: its name, as "faces_32".
    """
    for folder in shipped_files.FOLDERS:
        if name in names() and (folder / name).is_dir():
            return folder / name
    return None


def name_of(version: pathlib.Path) -> str:
    """Returns the name of a model that ships; empty for any other.

    Args:
        version: the folder of one of its versions.
    """
    base = version.resolve().parent
    folder = find(base.name)
    return base.name if folder and folder.resolve() == base else ""


def unknown(folder: pathlib.Path) -> errors.UsageError:
    """Returns the error that there is no such model, with those that ship.

    Args:
        folder: what was asked for, a folder or a name.
    """
    known = ", ".join(names()) or "none"
    return errors.UsageError(
        f"{folder}: no such folder; expected an exported model, as `train` "
        f"writes to RUN/export, or the name of one that ships: {known}"
        f"{_meant(folder.name)}"
    )


def _meant(name: str) -> str:
    """Says which model has nearly this name, here or in ./pretrained."""
    known = {name: name for name in names()}
    for version in sorted(pathlib.Path("pretrained").glob("*/1")):
        known.setdefault(version.parent.name, str(version.parent))
    near = difflib.get_close_matches(name, known, n=1)
    return f". Did you mean {known[near[0]]}?" if near else ""


def samples(model: str | pathlib.Path) -> list[pathlib.Path]:
    """Returns the sample pictures that ship with a model; none where none do.

    Args:
        model: the name of a model that ships; or the folder of all versions of
            one, or of one version.

    Raises:
        UsageError: there is no such model; the message says which there are.
    """
    base = find(str(model)) or pathlib.Path(model).expanduser()
    if not base.is_dir():
        raise unknown(base)
    for folder in (base / "samples", base.parent / "samples"):
        paths = sorted(path for kind in _KINDS for path in folder.glob(kind))
        if paths:
            return paths
    return []
