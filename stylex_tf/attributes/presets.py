"""Names the ways to select attributes."""

import dataclasses
from typing import Any

from stylex_tf import choice
from stylex_tf.attributes import selection, style_ranges


class Preset(choice.Choice):
    """Rules of the selection, and ranges of the coordinates, in one word.

    `NOTEBOOK` is parity with Google's notebook, `PAPER` with Lang et al.
    2021, Algorithm 1; what differs is said beside `selection.NOTEBOOK` and
    `selection.PAPER`. `DEFAULT` is what the worlds with a known truth asked
    for.
    """

    DEFAULT = "default"
    NOTEBOOK = "notebook"
    PAPER = "paper"


_RULES = {
    Preset.DEFAULT: selection.Rules(),
    Preset.NOTEBOOK: selection.NOTEBOOK,
    Preset.PAPER: selection.PAPER,
}
_RANGES = {
    Preset.DEFAULT: style_ranges.Kind.REALISTIC,
    Preset.NOTEBOOK: style_ranges.Kind.MIN_MAX,
    Preset.PAPER: style_ranges.Kind.MIN_MAX,
}


def rules(preset: str, **fields: Any) -> selection.Rules:
    """Returns the rules of a preset, some of them replaced.

    Args:
        preset: a `Preset`.
        **fields: of `selection.Rules`; one that is None is the preset's.

    Raises:
        ValueError: no such preset, or a rule that cannot be followed.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    return dataclasses.replace(_RULES[Preset(preset)], **given)


def ranges(preset: str, kind: str | None = None) -> style_ranges.Kind:
    """Returns how a preset finds the ends of the ranges.

    Args:
        preset: a `Preset`.
        kind: a `Kind` in its place; None is the preset's.

    Raises:
        ValueError: no such preset, or no such kind.
    """
    of_preset = _RANGES[Preset(preset)]
    return of_preset if kind is None else style_ranges.Kind(kind)
