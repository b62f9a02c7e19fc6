"""Writes numbers as a reader wants to see them; needs no other package."""

import enum

_ROUNDING = 1e-9


class Unit(enum.Enum):
    """How a number is printed."""

    SHARE = "%"
    NUMBER = "number"
    # Small numbers, whose floor is what they stand beside.
    FINE = "number, 2 digits"
    COUNT = "count"


def print_count(number: int, of: str) -> str:
    """Returns "2 causes", "1 cause"; the word is a plural."""
    return f"{number:,} {of.removesuffix('s') if number == 1 else of}"


def print_value(value: float, unit: Unit) -> str:
    """Returns a number as a reader wants to see it.

    A share never rounds up to all or down to none: 0.99996 is "> 99.9 %".
    """
    if unit is Unit.COUNT:
        return f"{value:,.0f}"
    if unit is Unit.FINE:
        return f"{value:.2g}"
    if unit is Unit.NUMBER:
        return "< 0.001" if 0 < value < 0.0005 else f"{value:.3f}"
    rounded = round(100 * value, 1)
    # Beyond rounding: the end of an interval that is all is a bit less.
    if rounded == 100 and value < 1 - _ROUNDING:
        return "> 99.9 %"
    if rounded == 0 and value > _ROUNDING:
        return "< 0.1 %"
    return f"{rounded:g} %"
