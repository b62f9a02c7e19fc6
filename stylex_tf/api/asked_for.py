"""Checks what is asked of a model, which needs its description alone."""

from collections.abc import Sequence

import numpy as np

from stylex_tf import errors


def class_index(target: str | int, class_names: Sequence[str]) -> int:
    """Returns the index of a class, of its name or index.

    Args:
        target: the class.
        class_names: the names of the model's K classes.

    Raises:
        UsageError: there is no such class.
    """
    if target in class_names:
        return class_names.index(str(target))
    if _is_whole(target) and 0 <= int(target) < len(class_names):
        return int(target)
    raise errors.UsageError(
        f"there is no class {target!r}; expected one of "
        f"{', '.join(class_names)}, or its index"
    )


def target(word: str | None, class_names: Sequence[str]) -> str | int | None:
    """Returns the class that a flag names: its name, or its index as a number.

    Args:
        word: what the flag says; None: no class.
        class_names: the names of the model's K classes.
    """
    if word is None or word in class_names or not word.isdecimal():
        return word
    return int(word)


def check_top_k(top_k: int, most: int) -> None:
    """Raises UsageError unless a model gives an image so many attributes.

    Args:
        top_k: how many are asked for.
        most: the most that the model allows.
    """
    if not _is_whole(top_k) or not 1 <= top_k <= most:
        raise errors.UsageError(
            f"top_k is {top_k}; expected a whole number from 1 to {most}, "
            "which this model allows"
        )


def _is_whole(number: object) -> bool:
    """Returns whether it is a whole number; True and False are none."""
    return isinstance(number, (int, np.integer)) and not isinstance(
        number, bool
    )
