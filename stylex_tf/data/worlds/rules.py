"""Labels a rendered image by a rule, which is the planted truth."""

import dataclasses
from collections.abc import Sequence

from stylex_tf import errors
from stylex_tf.data.records import manifest, rule_kind

_Kind = rule_kind.RuleKind
_HALF = 0.5


@dataclasses.dataclass(frozen=True)
class Cause:
    """Holds for an image whose factor has one of these values.

    Attributes:
        factor: index of the factor.
        values: indices of its values; empty for a continuous factor, which
            causes from the middle of its range on.
        name: for people.
    """

    factor: int
    values: frozenset[int]
    name: str

    def holds(self, values: Sequence[float]) -> bool:
        """Says whether it holds, given an index or number for each factor."""
        value = values[self.factor]
        return int(value) in self.values if self.values else value > _HALF


@dataclasses.dataclass(frozen=True)
class Rule:
    """How the causes make the label.

    Attributes:
        kind: "any" and "all": class 1 where any (all) of the causes hold;
            "each": every cause is a class of its own, the first that holds
            counts, class 0 is none of them; "random": nothing decides the
            label, of two classes.
        causes: in the order of the config; none where the label is random.
    """

    kind: str
    causes: tuple[Cause, ...]

    @property
    def class_names(self) -> tuple[str, ...]:
        """Returns one name a class."""
        names = [cause.name for cause in self.causes]
        if self.kind == _Kind.RANDOM:
            return ("heads", "tails")
        if self.kind == _Kind.EACH:
            return ("other", *names)
        return (
            "other",
            (" or " if self.kind == _Kind.ANY else " and ").join(names),
        )

    def label(self, values: Sequence[float], chance: float) -> int:
        """Returns the class of an image.

        Args:
            values: an index or number for each factor.
            chance: a number in [0, 1) drawn for the image; decides where the
                rule is "random".
        """
        if self.kind == _Kind.RANDOM:
            return int(chance < _HALF)
        holds = [cause.holds(values) for cause in self.causes]
        if self.kind == _Kind.EACH:
            return holds.index(True) + 1 if any(holds) else 0
        return int(any(holds) if self.kind == _Kind.ANY else all(holds))


def parse(
    kind: str,
    causes: Sequence[str],
    factors: Sequence[manifest.Factor],
    world: str,
) -> Rule:
    """Reads a rule.

    Args:
        kind: see `Rule`.
        causes: each "factor" (not its first value; of a continuous factor,
            more than the half) or "factor=value".
        factors: the factors of the world.
        world: its name, for errors.

    Raises:
        DataError: no causes, causes of a random label, or a factor or value
            that the world does not have.
    """
    if bool(causes) == (kind == _Kind.RANDOM):
        expected = (
            "none, since the labels are random"
            if causes
            else f"factors of {world}, some of {[f.name for f in factors]}"
        )
        raise errors.DataError(f"causes is {list(causes)}; expected {expected}")
    return Rule(
        kind, tuple(parse_cause(text, factors, world) for text in causes)
    )


def parse_cause(
    text: str, factors: Sequence[manifest.Factor], world: str
) -> Cause:
    """Reads one cause; see `parse`."""
    name, _, value = text.partition("=")
    names = [factor.name for factor in factors]
    if name not in names:
        raise errors.DataError(
            f"cause {text!r}: {world} has no factor {name!r}; expected "
            f"one of {names}"
        )
    index = names.index(name)
    values = factors[index].values
    if not value:
        return Cause(
            index, frozenset(range(1, len(values))), name.replace("_", " ")
        )
    if value not in values:
        expected = list(values) or "no value, since it is continuous"
        raise errors.DataError(
            f"cause {text!r}: {name} has no value {value!r}; expected "
            f"{'one of ' if values else ''}{expected}"
        )
    return Cause(index, frozenset([values.index(value)]), value)
