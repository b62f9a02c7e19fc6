"""Runs the command of an installed StylEx: `stylex explain`, `stylex train`.

Each word after `stylex` is a command of this folder, which reads its own flags;
`stylex COMMAND --help` lists them.
"""

import difflib
import functools
import importlib
import re
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from stylex_tf import extras, training_needs
from stylex_tf.cli import command

# What needs no more than explaining does.
_LOOK = {
    "explain": "pictures, a page and a table of what moves a model on images",
    "demo": "a page: choose an image, find its attributes, turn them",
}
# What needs the extra `train`.
_TRAIN = {
    "train": "trains StylEx on a classifier and images, and explains it",
    "evaluate": "every figure of a trained run",
    "search": "the search over more images, by many workers",
    "augment": "training images in which an attribute is balanced",
    "prepare_data": "images to TFRecords",
    "train_classifier": "a classifier for those who have none",
    "make_study": "pages that ask people what they see",
    "score_study": "what people answered",
    "save_weights": "the trained networks alone, to begin another run with",
    "name_attributes": "what the attributes of an exported model are called",
    "measure_held_out": "lets an older export tell how far to trust it",
    "validate_export": "whether an exported model is whole",
}
COMMANDS = (*_LOOK, *_TRAIN)


def main(argv: Sequence[str] | None = None) -> None:
    """Runs one command; ends the process with its exit code.

    Args:
        argv: the words, the program's name first; None: those of the process.
    """
    words = list(sys.argv if argv is None else argv)
    name = words[1] if len(words) > 1 else "help"
    if name not in COMMANDS:
        asked = name in ("help", "--help", "-h")
        if asked:
            print(_usage())
            sys.exit(0)
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        meant = f"Did you mean: stylex {near[0]}? " if near else ""
        print(
            f"error: no command {name!r}. {meant}`stylex` lists them",
            file=sys.stderr,
        )
        sys.exit(2)
    training_needs.find_configs()
    # Before the import, at which some commands read their flags.
    sys.argv = [f"stylex {name}", *words[2:]]
    try:
        module = importlib.import_module(f"stylex_tf.cli.{name}")
    except ModuleNotFoundError as error:
        _exit_for_want_of(error, name)
    # So that --help shows the flags of the command that was named.
    sys.modules["__main__"].__doc__ = as_installed(module.__doc__ or "")
    command.run(functools.partial(_run, module.main, name))


def _run(run: Callable[[list[str]], None], name: str, argv: list[str]) -> None:
    """Runs a command, most of whose imports wait until its flags are read."""
    try:
        run(argv)
    except ModuleNotFoundError as error:
        _exit_for_want_of(error, name)


def _exit_for_want_of(error: ModuleNotFoundError, name: str) -> NoReturn:
    """Ends with one line that says how a package is installed."""
    missing = error.name or ""
    package = missing.partition(".")[0]
    if package in ("stylex_tf", ""):
        raise error
    sys.exit(f"error: stylex {name} needs {missing}: {_how(package, name)}")


def _how(package: str, name: str) -> str:
    """Returns the command that installs a package for a command."""
    if name in _LOOK:
        # Nothing else need come with it: the others are the package's own.
        if package == "tensorflow":
            return "pip install tensorflow"
        return "pip install . in a clone of StylEx"
    # Workers of a search open the run as training does.
    if package == "apache_beam":
        return extras.how("train", "beam")
    return training_needs.HOW


def as_installed(text: str) -> str:
    """Writes the commands of a clone as those of an installed package."""
    return re.sub(
        r"(?:\./bazelw|bazel) run //stylex_tf:(\w+)(?: --(?=\s))?",
        r"stylex \1",
        text,
    )


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = ["usage: stylex COMMAND [FLAGS]; stylex COMMAND --help", ""]
    for title, commands in (("look", _LOOK), ("train", _TRAIN)):
        lines.append(f"to {title}:")
        lines += [
            f"  {name:{width}}  {text}" for name, text in commands.items()
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
