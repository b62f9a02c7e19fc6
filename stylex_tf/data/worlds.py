"""Rendered worlds: images whose every factor, and the true rule, is known."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from stylex_tf.data import avatars, errors, faces, manifest, tfrecords

NAMES = ("faces", "avatars")


@dataclasses.dataclass(frozen=True)
class World:
    """Something that draws pictures from factors.

    Attributes:
        name: the world's name in the config.
        factors: what it can vary; all independent.
        render: (an index, or a number in [0, 1], for each factor; resolution)
            -> uint8 [R, R, 3].
        probabilities: for each factor, one a value; None is uniform,
            as are continuous factors.
        version: changes whenever the pictures do.
    """

    name: str
    factors: tuple[manifest.Factor, ...]
    render: Callable[[Sequence[float], int], np.ndarray]
    version: str
    probabilities: tuple[tuple[float, ...] | None, ...] = ()


@dataclasses.dataclass(frozen=True)
class Cause:
    """Holds for an image whose factor has one of these values."""

    factor: int
    values: frozenset[int]
    name: str


def get(name: str) -> World:
    """The world of that name.

    Raises:
        DataError: there is none.
    """
    if name == "faces":
        return World(
            name="faces",
            factors=faces.FACTORS,
            render=faces.render,
            version=f"faces {faces.VERSION}",
        )
    if name == "avatars":
        return World(
            name="avatars",
            factors=avatars.FACTORS,
            render=avatars.render,
            version=avatars.version(),
            probabilities=avatars.PROBABILITIES,
        )
    raise errors.DataError(f"no world {name!r}; expected one of {NAMES}")


def parse_causes(world: World, causes: Sequence[str]) -> tuple[Cause, ...]:
    """Reads causes: "factor" (not its first value) or "factor=value"."""
    if not causes:
        raise errors.DataError(
            f"causes is empty; expected factors of {world.name}, some of "
            f"{[factor.name for factor in world.factors]}"
        )
    return tuple(_parse_cause(world, text) for text in causes)


def _parse_cause(world: World, text: str) -> Cause:
    name, _, value = text.partition("=")
    names = [factor.name for factor in world.factors]
    if name not in names:
        raise errors.DataError(
            f"cause {text!r}: {world.name} has no factor {name!r}; expected "
            f"one of {names}"
        )
    index = names.index(name)
    values = world.factors[index].values
    if not values:
        raise errors.DataError(
            f"cause {text!r}: {name} is continuous; expected a factor that "
            "has values"
        )
    if not value:
        others = frozenset(range(1, len(values)))
        return Cause(index, others, name.replace("_", " "))
    if value not in values:
        raise errors.DataError(
            f"cause {text!r}: {name} has no value {value!r}; expected one of "
            f"{list(values)}"
        )
    return Cause(index, frozenset([values.index(value)]), value)


def class_names(
    world: World, causes: Sequence[str], rule: str
) -> tuple[str, ...]:
    """Names of the two classes that the rule makes."""
    joint = " or " if rule == "any" else " and "
    return (
        "other",
        joint.join(cause.name for cause in parse_causes(world, causes)),
    )


def draw_factors(world: World, count: int, seed: int) -> np.ndarray:
    """Draws every factor independently, float64 [count, F]."""
    random = np.random.default_rng(seed)
    probabilities = world.probabilities or (None,) * len(world.factors)
    return np.stack(
        [
            random.choice(len(factor.values), size=count, p=p)
            if factor.values
            else random.random(count)
            for factor, p in zip(world.factors, probabilities, strict=True)
        ],
        axis=1,
    )


def label(values: Sequence[float], causes: Sequence[Cause], rule: str) -> int:
    """1 where any (or all) of the causes hold."""
    holds = [int(values[cause.factor]) in cause.values for cause in causes]
    return int(any(holds) if rule == "any" else all(holds))


def examples(
    world: World,
    *,
    count: int,
    causes: Sequence[str],
    rule: str,
    resolution: int,
    seed: int,
    test_fraction: float,
) -> Iterator[tuple[str, tfrecords.Example]]:
    """Draws `count` images, as pairs of split and example.

    A combination of categorical factors is in one split only, so that a test
    image is new, even where a world has few pictures.
    """
    parsed = parse_causes(world, causes)
    categorical = [i for i, f in enumerate(world.factors) if f.values]
    for number, values in enumerate(draw_factors(world, count, seed)):
        yield (
            _split_of(values[categorical], seed, test_fraction),
            tfrecords.Example(
                image=world.render(values, resolution),
                label=label(values, parsed, rule),
                factors=tuple(float(value) for value in values),
                id=f"{world.name}-{number:06d}",
            ),
        )


def _split_of(values: np.ndarray, seed: int, test_fraction: float) -> str:
    text = f"{seed}:{','.join(str(int(value)) for value in values)}"
    digest = hashlib.sha256(text.encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    return "test" if share < test_fraction else "train"
