"""Writes numbers and names as a reader wants to see them."""

import pathlib
from collections.abc import Collection, Mapping

from stylex_tf.attributes import default_name
from stylex_tf.evaluation import printing

# A number and its unit stay on one line.
_PERCENT = "\N{NO-BREAK SPACE}%"


def percent(share: float) -> str:
    """Writes 0.9731 as "97.3 %"; never rounds up to all or down to none."""
    return unbroken(printing.print_value(share, printing.Unit.SHARE))


def unbroken(text: str) -> str:
    """Keeps numbers and their units on one line: "97.3 %"."""
    return text.replace(" %", _PERCENT)


def probability(value: float) -> str:
    """Writes 0.934 as "0.93"; never rounds to certainty."""
    if 0.995 <= value < 1:
        return ">0.99"
    if 0 < value < 0.005:
        return "<0.01"
    return f"{value:.2f}"


def count(number: int | None, name: str) -> str:
    """Writes (1000, "image") as "1,000 images"; (1, "image") as "1 image"."""
    if number is None:
        return f"an unknown number of {name}s"
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def signed(value: float) -> str:
    """Writes 2.345 as "+2.35"; with a true minus where it is negative."""
    return f"{value:+.2f}".replace("-", "−")


def enumeration(items: list[str]) -> str:
    """Joins ["a", "b", "c"] to "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def words(name: str) -> str:
    """Reads open_mouth as "open mouth": names of factors are identifiers."""
    return name.replace("_", " ")


def attribute_name(
    coordinate: int,
    factor: str | None,
    names: Mapping[int, str],
    ambiguous: Collection[str] = (),
) -> str:
    """Returns what people called it, or its factor, or its style.

    Args:
        coordinate: the coordinate of the attribute.
        factor: that it moves; None where nobody knows.
        names: that people gave.
        ambiguous: factors that several coordinates move; the style is added.
    """
    if factor is None:
        default = default_name.of(coordinate)
    elif factor in ambiguous:
        default = f"{words(factor)} ({default_name.of(coordinate)})"
    else:
        default = words(factor)
    return names.get(coordinate, default)


def without_folders(path: str, *, keep: int = 1) -> str:
    """Leaves the folders of a machine out: "/data/me/cats.zip" -> "cats.zip".

    A name, or a path that says nothing of the machine, stays what it is.

    Args:
        path: a path, or any other text.
        keep: how many of the last parts of a path are left.
    """
    kinds = (pathlib.PurePosixPath(path), pathlib.PureWindowsPath(path))
    for kind in kinds:
        if kind.is_absolute() or path.startswith("~"):
            parts = [
                part for part in kind.parts if part not in (kind.anchor, "~")
            ]
            return "/".join(parts[-keep:]) or path
    return path
