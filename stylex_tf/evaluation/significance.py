"""Does what was found matter, or would chance have found it as well?

The search picks the best of 2 S edits, so on the images it picked them from,
the best looks good even if none does anything. What was found is therefore
tried on images that the selection has not seen, on the images themselves and
not on what the generator makes of them (`turned_decisions`). An attribute
matters where both hold:

1. It turns more decisions than rebuilding the images does. A reconstruction is
   not the image, and some decisions turn by that alone, without any edit: a
   change that turns no more of them is a trifle, for this model and this
   classifier. With k of n images turned, the exact one-sided lower bound on
   the share (Clopper & Pearson 1934) has to be above the share that rebuilding
   turns, and above `minimum_share`: a binomial test, which assumes nothing but
   that the images are different ones. Several attributes are tested, so that
   their p-values are corrected.
2. The opposite edit does the opposite: on images of the class, it turns more
   decisions away than rebuilding does. Lang et al. 2021, Algorithm 1, ask that
   a coordinate not raise the target both ways; what can only destroy a cause,
   such as a beard that grows over the mouth, is no cause either. The evidence
   is asked for one way; the other need only agree, since there may be few
   images of the class.

What matters is listed as far as it is needed: a list ends where the rest of it
turns no further decision (`needed`).

A class may depend on several coordinates of which none is enough by itself.
Where no attribute of a class matters, all that the search handed on for it are
therefore made at once (`turn_together`), and those that are needed of them have
to work both ways. That is a second question about the same images, at a level
of its own, so that the chance of any false finding is at most twice the level.

So a classifier whose answer ignores the picture has no attributes, and neither
has one that looks at what the generator does not draw. Whether the classifier
is right about anything is another question, of which the report cautions: an
attribute explains the classifier, not the world.
"""

import bisect
import dataclasses
from collections.abc import Mapping

import numpy as np

from stylex_tf.evaluation import proportions, turned_decisions

MINIMUM_SHARE = 0.01
"""A share of decisions that nobody would call a reason, one of a hundred."""
LEVEL = 0.01
"""Below it a p-value is significant."""


@dataclasses.dataclass(frozen=True, eq=False)
class Verdict:
    """Which attributes matter.

    Attributes:
        attribute_p: the p-value of each class's attributes, [A] each,
            Holm-adjusted over the attributes of all classes.
        both_ways: whether each attribute of each class works both ways.
        level: below it, a p-value is significant.
        images: that the tests were made on.
    """

    attribute_p: dict[int, np.ndarray]
    both_ways: dict[int, list[bool]]
    level: float
    images: int

    @property
    def significant(self) -> dict[int, list[bool]]:
        """Tells whether each attribute of each class matters."""
        return {
            target: [
                both and bool(p_value < self.level)
                for p_value, both in zip(p, self.both_ways[target], strict=True)
            ]
            for target, p in self.attribute_p.items()
        }


def judge(
    turned: Mapping[int, turned_decisions.Turned],
    turned_back: Mapping[int, turned_decisions.Turned],
    *,
    images: int,
    minimum_share: float = MINIMUM_SHARE,
    level: float = LEVEL,
) -> Verdict:
    """Tests every attribute of every class.

    Args:
        turned: decisions that the attributes of each class turn.
        turned_back: those that the opposite edits turn away from the class.
            Where it has no images nothing is asked.
        images: the distinct images of all classes, from which these are taken.
        minimum_share: the share of decisions turned up to which it is a trifle.
        level: below it, a p-value is significant.

    Raises:
        ValueError: numbers that do not fit together.
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is {level}; expected between 0 and 1")
    if not 0.0 <= minimum_share < 1.0:
        raise ValueError(
            f"minimum_share is {minimum_share}; expected 0 to below 1"
        )
    p_values = [
        attribute_p_values(of_class, minimum_share)
        for of_class in turned.values()
    ]
    ends = np.cumsum([len(values) for values in p_values], dtype=int)
    adjusted = holm(np.concatenate([np.empty(0), *p_values]))
    both_ways = {
        target: works_back(back, minimum_share)
        for target, back in turned_back.items()
    }
    return Verdict(
        attribute_p=dict(
            zip(turned, np.split(adjusted, ends)[:-1], strict=True)
        ),
        both_ways=both_ways,
        level=level,
        images=images,
    )


def turn_together(
    whole: Mapping[int, turned_decisions.Turned],
    *,
    minimum_share: float = MINIMUM_SHARE,
    level: float = LEVEL,
) -> list[int]:
    """Tests whole lists, whose edits are made at once, as `judge` tests edits.

    Args:
        whole: what they turn, of `turned_decisions.together` with `whole`.
        minimum_share: see `judge`.
        level: below it, a p-value is significant. It is adjusted over these
            lists.

    Returns:
        The classes whose list turns more than a trifle. Whether it works both
        ways as well is for `works_back` to say.
    """
    tested = {
        target: turned
        for target, turned in whole.items()
        if len(turned.by_edit)
    }
    p_values = holm(
        np.array(
            [
                attribute_p_values(turned, minimum_share)[0]
                for turned in tested.values()
            ]
        )
    )
    return [t for t, p in zip(tested, p_values, strict=True) if p < level]


def works_back(
    back: turned_decisions.Turned, minimum_share: float = MINIMUM_SHARE
) -> list[bool]:
    """Tells whether edits take more images from their class than rebuilding.

    Args:
        back: what the opposite edits turn away from the class.
        minimum_share: see `judge`.

    Returns:
        One answer an edit, [A]; yes where there is no image to tell.
    """
    return [
        not turns.size or bool(turns.mean() > _trifle(back, minimum_share))
        for turns in back.by_edit
    ]


def attribute_p_values(
    turned: turned_decisions.Turned, minimum_share: float = MINIMUM_SHARE
) -> np.ndarray:
    """Tests whether edits turn more than a trifle, one-sided, exactly.

    Below alpha where the lower bound on the share at the level 1 - alpha is
    above the trifle.

    Args:
        turned: decisions about images that the selection has not seen.
        minimum_share: see `judge`.

    Returns:
        p-values, [A]; 1 where there is no image.
    """
    images = len(turned.by_rebuilding)
    if not images:
        return np.ones(len(turned.by_edit))
    trifle = _trifle(turned, minimum_share)
    return np.array(
        [
            proportions.at_least(int(turns.sum()), images, trifle)
            for turns in turned.by_edit
        ]
    )


def needed(
    together: np.ndarray,
    *,
    minimum_share: float = MINIMUM_SHARE,
    level: float = LEVEL,
) -> list[bool]:
    """Ends a list where the rest of it turns no further decision.

    The list is the shortest beginning beside which the rest, added to it,
    does not turn more than a trifle of the decisions that were not turned
    yet: not more than `minimum_share` of all images, in the same exact test
    as `attribute_p_values`. What is left out turns decisions as well, but
    none that those before it do not: a second coordinate of the same part,
    or a weak companion.

    Args:
        together: whether the first 1 to A edits together turn each image,
            bool [A, n]: `by_edit` of `turned_decisions.together`.
        minimum_share: of decisions, still a trifle.
        level: below it, a p-value is significant.

    Returns:
        Whether each attribute is in the list, [A]. The first one is, and
        all are where there is no image to tell.
    """
    count, images = together.shape
    for length in range(1, count) if images else ():
        further = together[length:].any(axis=0) & ~together[length - 1]
        p = proportions.at_least(int(further.sum()), images, minimum_share)
        if p >= level:
            return [rank < length for rank in range(count)]
    return [True] * count


def _trifle(turned: turned_decisions.Turned, minimum_share: float) -> float:
    """Returns the share of decisions that says nothing of an edit."""
    rebuilding = turned.by_rebuilding
    return max(minimum_share, rebuilding.mean() if rebuilding.size else 0.0)


def smallest_share(
    images: int,
    *,
    attributes: int,
    rebuilding: float,
    level: float = LEVEL,
    minimum_share: float = MINIMUM_SHARE,
) -> float | None:
    """Returns the smallest share of images whose turning is significant.

    An attribute that turns fewer is not found significant, however real it is:
    there are too few images to tell it from chance.

    Args:
        images: that an attribute could turn.
        attributes: how many are tested; the best of them needs a p-value of
            the level over their number (`holm`).
        rebuilding: the share of decisions that rebuilding turns.
        level: below it, a p-value is significant.
        minimum_share: see `judge`.

    Returns:
        The share; None where even all images would be too few.
    """
    trifle = max(minimum_share, rebuilding)
    # The tail falls as more are turned, so that the first is the fewest.
    fewest = bisect.bisect_left(
        range(1, images + 1),
        True,
        key=lambda turned: (
            proportions.at_least(turned, images, trifle) * max(attributes, 1)
            < level
        ),
    )
    return None if fewest == images else (fewest + 1) / images


def holm(p_values: np.ndarray) -> np.ndarray:
    """Adjusts p-values for their number, [A] -> [A] (Holm 1979).

    The i-th smallest of A, counted from 0, is multiplied by A - i; none may
    fall below a smaller one's. The chance of any false finding is then at
    most the level, whatever depends on what.
    """
    p_values = np.asarray(p_values, np.float64)
    order = np.argsort(p_values, kind="stable")
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
