"""Finds the configs that ship, by their names."""

import difflib
import pathlib
from collections.abc import Sequence

from stylex_tf import errors

# Inside an installed package, and beside it in a clone.
_PACKAGE = pathlib.Path(__file__).absolute().parents[1]
FOLDER = next(
    folder
    for folder in (_PACKAGE / "configs", _PACKAGE.parent / "configs")
    if folder.is_dir() or folder.parent == _PACKAGE.parent
)
_ENDING = ".py"
# How many names that are near a message shows.
_SHOWN = 3


def names(folder: pathlib.Path = FOLDER) -> list[str]:
    """Returns every name: "quickstart", "worlds/shortcut"; sorted."""
    return sorted(
        path.relative_to(folder).with_suffix("").as_posix()
        for path in folder.rglob(f"*{_ENDING}")
        if "get_config" in path.read_text(encoding="utf-8")
    )


def find(
    text: str, *, start: pathlib.Path, folder: pathlib.Path = FOLDER
) -> str:
    """Returns the path of a config's file.

    Args:
        text: the path of a file, or the name of a config that ships, as
            "quickstart", "worlds/shortcut", "shortcut" or
            "configs/quickstart.py".
        start: the folder that relative paths start in.
        folder: the folder of the configs that ship.

    Raises:
        ConfigError: there is neither; the message says what is near.
    """
    if (start / pathlib.Path(text).expanduser()).is_file():
        return str(pathlib.Path(text).expanduser())
    name = text.removeprefix("configs/").removesuffix(_ENDING)
    known = names(folder)
    fitting = [
        config_name
        for config_name in known
        if name == config_name or name == config_name.rpartition("/")[2]
    ]
    if len(fitting) == 1 or name in fitting:
        chosen = name if name in fitting else fitting[0]
        return str(folder / f"{chosen}{_ENDING}")
    near = difflib.get_close_matches(name, known, n=_SHOWN) or known
    raise errors.ConfigError(
        f"--config is {text}, which is neither a file nor the name of a config "
        f"that ships; there is {', '.join(near)}"
    )


def resolve(argv: Sequence[str], *, start: pathlib.Path) -> list[str]:
    """Returns a command line in which --config is the path of a file.

    Args:
        argv: the command line.
        start: the folder that relative paths start in.

    Raises:
        ConfigError: as for `find`.
    """
    resolved = list(argv)
    for place, word in enumerate(resolved):
        flag, equals, value = word.partition("=")
        if word == "--":
            break
        if flag not in ("--config", "-config"):
            continue
        if equals:
            resolved[place] = f"{flag}={find(value, start=start)}"
        elif place + 1 < len(resolved):
            resolved[place + 1] = find(resolved[place + 1], start=start)
    return resolved
