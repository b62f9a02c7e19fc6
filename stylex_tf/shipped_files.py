"""Finds what ships beside the code, in a clone or inside the wheel."""

import pathlib

_PACKAGE = pathlib.Path(__file__).absolute().parent
FOLDERS = (_PACKAGE / "pretrained", _PACKAGE.parent / "pretrained")
"""Where the trained models are, each in a folder of its name."""


def weights(name: str) -> pathlib.Path | None:
    """Returns the file of weights of a model that ships; None: there is none.

    Args:
        name: the model's name, as "base_64".
    """
    if pathlib.PurePath(name).name != name:
        return None
    files = [folder / name / f"{name}.weights" for folder in FOLDERS]
    return next((file for file in files if file.is_file()), None)
