"""Finds the models that ship, by their names."""

import pathlib

from stylex_tf import shipped_files

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


def samples(model: str | pathlib.Path) -> list[pathlib.Path]:
    """Returns the sample pictures that ship with a model; none where none do.

    Args:
        model: the name of a model that ships; or the folder of all versions of
            one, or of one version.
    """
    base = find(str(model)) or pathlib.Path(model)
    for folder in (base / "samples", base.parent / "samples"):
        paths = sorted(path for kind in _KINDS for path in folder.glob(kind))
        if paths:
            return paths
    return []
