"""Lists every coordinate once, with all that it leads to."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from stylex_tf.report import findings


@dataclasses.dataclass(frozen=True, slots=True)
class Led:
    """A coordinate, moved one way: an attribute of one class."""

    of_class: findings.ClassFindings
    view: findings.AttributeView


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One coordinate and the attributes that it makes, strongest first."""

    led: tuple[Led, ...]

    @property
    def first(self) -> Led:
        """Returns the strongest attribute of the line."""
        return self.led[0]


@dataclasses.dataclass(frozen=True, slots=True)
class List:
    """A list of its own: of one class, or of both classes that there are."""

    classes: tuple[findings.ClassFindings, ...]
    lines: tuple[Line, ...]


def lists(shown: findings.Findings) -> tuple[List, ...]:
    """Makes a list a class; of two classes one list.

    What leads to one of two classes leads to the other when it is moved the
    other way: in two lists it would be read as two attributes.

    Args:
        shown: all that is on the page.
    """
    if len(shown.class_names) == 2:
        return (List(shown.classes, tuple(_lines(shown.classes))),)
    return tuple(
        List((of_class,), tuple(_lines([of_class])))
        for of_class in shown.classes
    )


def strength(led: Led) -> tuple[float, float]:
    """Returns what attributes are compared by, the larger the stronger.

    The share of images that it turns, then its mean effect.
    """
    share = led.view.share_flipped
    return (-1.0 if share is None else share, led.view.mean_effect)


def by_coordinate(shown: findings.Findings) -> Mapping[int, list[Led]]:
    """Lists, for each coordinate, all attributes on the page that it makes.

    Args:
        shown: all that is on the page.
    """
    return _grouped(_all(shown.classes))


def _grouped(led: Iterable[Led]) -> dict[int, list[Led]]:
    """Groups attributes by their coordinates, in the order given."""
    groups: dict[int, list[Led]] = {}
    for attribute in led:
        groups.setdefault(attribute.view.coordinate, []).append(attribute)
    return groups


def _all(classes: Sequence[findings.ClassFindings]) -> list[Led]:
    return [
        Led(of_class, view)
        for of_class in classes
        for view in of_class.attributes
    ]


def _lines(classes: Sequence[findings.ClassFindings]) -> list[Line]:
    # The sort is stable: of equals, the higher in its class's list is first.
    ranked = sorted(_all(classes), key=lambda led: led.view.rank)
    strongest_first = sorted(ranked, key=strength, reverse=True)
    return [Line(tuple(group)) for group in _grouped(strongest_first).values()]
