"""Lists the rendered worlds: every factor, and the true rule, is known."""

import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from stylex_tf import errors
from stylex_tf.data.records import manifest, tfrecords
from stylex_tf.data.worlds import (
    avataaars,
    beetles,
    boats,
    cells,
    cottages,
    dials,
    faces,
    fish,
    pixel_art,
    retina_drawn,
    rules,
    sprouts,
    toon_head,
)

# A combination of factors says of a number in which part of its range it is.
_QUARTERS = 4


@dataclasses.dataclass(frozen=True)
class World:
    """Something that draws pictures from factors.

    Attributes:
        name: the world's name in the config.
        factors: what it can vary; independent, unless `coupled`.
        render: (an index, or a number in [0, 1], for each factor; resolution)
            -> uint8 [R, R, 3].
        probabilities: for each factor, one a value; None is uniform,
            as are continuous factors.
        version: changes whenever the pictures do.
        coupled: makes some factors depend on others: (factors that were drawn
            independently, [N, F]; a source of random numbers) -> [N, F].
    """

    name: str
    factors: tuple[manifest.Factor, ...]
    render: Callable[[Sequence[float], int], np.ndarray]
    version: str
    probabilities: tuple[tuple[float, ...] | None, ...] = ()
    coupled: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = (
        None
    )


_DRAWN = {
    world.name: world
    for world in (
        World(
            name="faces",
            factors=faces.FACTORS,
            render=faces.render,
            version=f"faces {faces.VERSION}",
        ),
        World(
            name="shaded_faces",
            factors=faces.SHADED_FACTORS,
            render=faces.render_shaded,
            version=f"shaded faces {faces.VERSION}",
        ),
        World(
            name="retina_drawn",
            factors=retina_drawn.FACTORS,
            render=retina_drawn.render,
            version=f"retina {retina_drawn.VERSION}",
        ),
        World(
            name="cottages",
            factors=cottages.FACTORS,
            render=cottages.render,
            version=f"cottages {cottages.VERSION}",
            probabilities=cottages.PROBABILITIES,
            coupled=cottages.together,
        ),
        World(
            name="fish",
            factors=fish.FACTORS,
            render=fish.render,
            version=f"fish {fish.VERSION}",
            probabilities=fish.PROBABILITIES,
        ),
        World(
            name="beetles",
            factors=beetles.FACTORS,
            render=beetles.render,
            version=f"beetles {beetles.VERSION}",
            probabilities=beetles.PROBABILITIES,
        ),
        World(
            name="boats",
            factors=boats.FACTORS,
            render=boats.render,
            version=f"boats {boats.VERSION}",
            probabilities=boats.PROBABILITIES,
        ),
        World(
            name="cells",
            factors=cells.FACTORS,
            render=cells.render,
            version=f"cells {cells.VERSION}",
        ),
        World(
            name="dials",
            factors=dials.FACTORS,
            render=dials.render,
            version=f"dials {dials.VERSION}",
            probabilities=dials.PROBABILITIES,
        ),
    )
}
_AVATARS = {
    style.name: style
    for style in (
        toon_head.STYLE,
        avataaars.STYLE,
        pixel_art.STYLE,
        sprouts.STYLE,
    )
}
NAMES = (*_DRAWN, *_AVATARS)


def get(name: str) -> World:
    """Returns the world of that name.

    Raises:
        DataError: there is none.
    """
    if name in _DRAWN:
        return _DRAWN[name]
    if name in _AVATARS:
        style = _AVATARS[name]
        return World(
            name=name,
            factors=style.factors,
            render=style.render,
            version=style.version,
            probabilities=style.probabilities,
        )
    raise errors.DataError(f"no world {name!r}; expected one of {NAMES}")


def draw_factors(world: World, count: int, seed: int) -> np.ndarray:
    """Draws every factor, independently unless the world couples them.

    Returns:
        An index or number for each factor, [count, F]. Numbers have the
        precision of records, so that a record's factors draw its picture.
    """
    random = np.random.default_rng(seed)
    probabilities = world.probabilities or (None,) * len(world.factors)
    values = np.stack(
        [
            random.choice(len(factor.values), size=count, p=p)
            if factor.values
            else random.random(count).astype(np.float32)
            for factor, p in zip(world.factors, probabilities, strict=True)
        ],
        axis=1,
    ).astype(np.float64)
    if world.coupled is None:
        return values
    return world.coupled(values, np.random.default_rng([seed, 2]))


@dataclasses.dataclass(frozen=True)
class Shortcut:
    """A value that goes with class 1 in the training images, and there alone.

    A classifier trained on them may use it instead of the causes; the test
    images do not have it.

    Attributes:
        cause: the value.
        share: in which share of the training images it holds exactly where the
            label is 1.
    """

    cause: rules.Cause
    share: float


def parse_shortcut(world: World, text: str, share: float) -> Shortcut | None:
    """Reads "factor=value"; None of an empty text.

    Raises:
        DataError: no such factor or value, or the factor is continuous.
    """
    if not text:
        return None
    cause = rules.parse_cause(text, world.factors, world.name)
    if not cause.values:
        raise errors.DataError(
            f"shortcut {text!r}: the factor is continuous; expected one with "
            "values"
        )
    return Shortcut(cause, share)


# More than seven parameters: the fields of the config that say what to draw.
def examples(
    world: World,
    rule: rules.Rule,
    *,
    count: int,
    resolution: int,
    seed: int,
    test_fraction: float,
    shortcut: Shortcut | None = None,
    label_noise: float = 0.0,
) -> Iterator[tuple[str, tfrecords.Example]]:
    """Draws `count` images, as pairs of split and example.

    A combination of factors (of a number, the quarter of its range) is in one
    split only, with those that look the same, so that a test image is new, even
    where a world has few pictures.

    Args:
        world: what can be drawn.
        rule: makes the labels.
        count: how many; a few less where there is a shortcut, since what it
            makes of a training image may be one of the test images.
        resolution: height and width.
        seed: the seed of everything.
        test_fraction: share of the combinations held out.
        shortcut: goes with the labels of the training images.
        label_noise: share of the training labels that are wrong.
    """
    sides = _Sides(world, resolution, seed, test_fraction)
    chances = np.random.default_rng([seed, 1]).random((count, 3))

    for number, values in enumerate(draw_factors(world, count, seed)):
        label_chance, shortcut_chance, noise_chance = chances[number]
        label = rule.label(values, label_chance)
        split = sides.side(values)
        if split == "train" and noise_chance < label_noise:
            label = (label + 1) % len(rule.class_names)
        if split == "train" and shortcut:
            holds = (label == 1) == (shortcut_chance < shortcut.share)
            values = _set(values, shortcut.cause, holds, world, number)
            # The new combination may be one of the test images'.
            if sides.side(values) == "test":
                continue
        yield (
            split,
            tfrecords.Example(
                image=world.render(values, resolution),
                label=label,
                factors=tuple(float(value) for value in values),
                id=f"{world.name}-{number:06d}",
                group=sides.combination(values),
            ),
        )


def _set(
    values: np.ndarray,
    cause: rules.Cause,
    holds: bool,
    world: World,
    number: int,
) -> np.ndarray:
    """Makes a categorical cause hold, or not, by one of the fitting values."""
    every = range(len(world.factors[cause.factor].values))
    fitting = [value for value in every if (value in cause.values) == holds]
    changed = values.copy()
    changed[cause.factor] = fitting[number % len(fitting)]
    return changed


class _Sides:
    """On which side of the cut each combination of factors is.

    A continuous factor counts by the quarter of its range: pictures that differ
    by a little of it are on one side, and a world of few categorical factors
    still has many combinations, so that searched, tested and unseen images each
    hold most of its values.

    What decides is the picture of the combination, so that combinations which
    look the same (hair below a hat) are on one side.
    """

    def __init__(
        self, world: World, resolution: int, seed: int, test_fraction: float
    ):
        self._world, self._resolution = world, resolution
        self._seed, self._test_fraction = seed, test_fraction
        self._categorical = np.array([bool(f.values) for f in world.factors])
        self._sides: dict[str, str] = {}

    def combination(self, values: np.ndarray) -> str:
        """Names the combination of an image."""
        return ",".join(str(number) for number in self._numbers(values))

    def side(self, values: np.ndarray) -> str:
        """Returns "train" or "test"."""
        name = self.combination(values)
        if name not in self._sides:
            middle = np.where(
                self._categorical,
                values,
                (self._numbers(values) + 0.5) / _QUARTERS,
            )
            picture = self._world.render(middle.tolist(), self._resolution)
            content = f"{self._seed}:".encode() + picture.tobytes()
            digest = hashlib.sha256(content).digest()
            share = int.from_bytes(digest[:8], "big") / 2**64
            test = share < self._test_fraction
            self._sides[name] = "test" if test else "train"
        return self._sides[name]

    def _numbers(self, values: np.ndarray) -> np.ndarray:
        """Returns the index of each value, or of its quarter; int [F]."""
        quarters = np.minimum(_QUARTERS * values, _QUARTERS - 1)
        return np.where(self._categorical, values, quarters).astype(int)
