"""Does what was found matter, or would chance have found it as well?

A classifier trained on random labels still reacts to *something*, and the
search finds what; but that says nothing about the classes. So an attribute
matters where three things hold, two of them beyond chance:

1. The classifier knows its classes: on images it was not trained on, it is
   right more often than the constant answer "the largest class".
2. The edit moves the target's probability, by more than a trifle, on images
   that the selection has not seen. The search picks the best of 2 S edits, so
   on the images it picked them from, the best looks good even if none does
   anything. Several attributes are tested, so their p-values are corrected.
   What is a trifle depends on the class as well: no generator keeps its
   coordinates wholly apart, and one that moves a cause by a hundredth is not
   another reason.
3. The edit works both ways: the same coordinate turned the other way takes
   images of the target away from it, and not by a trifle. What can only
   destroy a cause, such as a beard that grows over the mouth, is no cause.
   Lang et al. 2021, Algorithm 1, ask that a coordinate not raise the target
   both ways; this asks for more.
"""

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from stylex_tf.evaluation import proportions

DRAWS = 9_999
"""Random sign flips of a test; its smallest p-value is 1 / (DRAWS + 1)."""

# The smallest p-value is at most this share of the level, when it has been
# adjusted for the number of tests; else nothing of many classes could matter.
_SMALLEST = 0.5
# Of many classes, the share of the images of one other class that an edit may
# turn and still do no more than a trifle.
_SHARE_OF_A_CLASS = 0.1
# Numbers in memory at once: draws times images, or times attributes.
_BLOCK = 2_000_000


@dataclasses.dataclass(frozen=True, eq=False)
class Verdict:
    """Which attributes matter.

    Attributes:
        classifier_p: that the classifier's accuracy is mere guessing; None
            where it is not known, and the classifier is believed.
        attribute_p: of each class's attributes, Holm-adjusted over all of
            all classes, [A] each.
        both_ways: whether each attribute of each class works both ways.
        level: below it, a p-value is significant.
        images: that both tests were made on.
    """

    classifier_p: float | None
    attribute_p: dict[int, np.ndarray]
    both_ways: dict[int, list[bool]]
    level: float
    images: int

    @property
    def significant(self) -> dict[int, list[bool]]:
        """Whether each attribute of each class matters."""
        known = self.classifier_p is None or self.classifier_p < self.level
        return {
            target: [
                known and both and bool(one < self.level)
                for one, both in zip(p, self.both_ways[target], strict=True)
            ]
            for target, p in self.attribute_p.items()
        }

    def figures(self) -> dict[str, object]:
        """The `significance` section of `evaluation.json`."""
        flags = [one for flags in self.significant.values() for one in flags]
        both = [one for flags in self.both_ways.values() for one in flags]
        return {
            "classifier_p_value": self.classifier_p,
            "attributes": len(flags),
            "both_ways": sum(both),
            "significant": sum(flags),
            "level": self.level,
            "images": self.images,
        }


def judge(
    correct: int | None,
    images: int,
    largest_share: float,
    changes: Mapping[int, np.ndarray],
    reverse_changes: Mapping[int, np.ndarray],
    *,
    minimum: float = 0.01,
    minimum_share: float = 0.1,
    level: float = 0.01,
    seed: int = 0,
) -> Verdict:
    """Puts both tests together.

    Args:
        correct: images that the classifier is right about; None where nobody
            knows, so that the first test cannot be made.
        images: of so many, none of them used in its training: those of which
            the changes were measured.
        largest_share: the largest class's share of these images.
        changes: of each target class, what `probability_changes` measured of
            its attributes on images that the selection has not seen, [A, n].
        reverse_changes: the same of the opposite edits, on images of the
            target, [A, m]; what works both ways has negative ones. Where m is
            0 nothing is asked.
        minimum: the mean change of the probability that is still a trifle.
            Of more than 11 classes it is less: an edit that turns every image
            of one other class of K, and no more, changes it by 1 / (K - 1)
            in the mean. A tenth of that is a trifle.
        minimum_share: the share of the class's largest mean change that is
            one too.
        level: below it, a p-value is significant.
        seed: of the permutation tests.

    Raises:
        ValueError: numbers that do not fit together.
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is {level}; expected between 0 and 1")

    least = min(minimum, _SHARE_OF_A_CLASS / max(1, len(changes) - 1))

    def trifle(of_class: np.ndarray) -> float:
        largest = of_class.mean(axis=1).max() if of_class.size else 0.0
        return max(least, minimum_share * largest)

    trifles = {target: trifle(one) for target, one in changes.items()}
    tests = sum(map(len, changes.values()))
    p_values = attribute_p_values(
        _joined(changes, trifles),
        np.repeat([*trifles.values()], [*map(len, changes.values())]),
        draws=max(DRAWS, math.ceil(tests / (_SMALLEST * level)) - 1),
        seed=seed,
    )
    both_ways = {
        target: [
            not one.size or bool(-one.mean() > trifle(-of_class))
            for one in of_class
        ]
        for target, of_class in reverse_changes.items()
    }
    ends = np.cumsum([len(one) for one in changes.values()], dtype=int)
    parts = np.split(holm(p_values), ends)[:-1]
    return Verdict(
        classifier_p=(
            None
            if correct is None
            else proportions.better_than_guessing(
                correct, images, largest_share
            )
        ),
        attribute_p=dict(zip(changes, parts, strict=True)),
        both_ways=both_ways,
        level=level,
        images=images,
    )


def attribute_p_values(
    changes: np.ndarray,
    minimum: float | np.ndarray = 0.0,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> np.ndarray:
    """p-values of "the mean change is more than `minimum`", one-sided.

    A sign-flip permutation test: if an edit did no more than `minimum`, its
    changes less `minimum` would be as often above as below zero, and giving
    each a random sign would not change their mean. The p-value is the share
    of all such draws, and of what was found, whose mean is at least the one
    found.

    Args:
        changes: of the target's probability, on images that the selection
            has not seen, [A, n].
        minimum: a change that is still a trifle; one for all, or [A].
        draws: of random signs; the smallest p-value is 1 / (draws + 1).
        seed: of the signs; all attributes get the same ones.

    Returns:
        p-values, [A]; 1 where there is no image.

    Raises:
        ValueError: `changes` has another shape, or is not finite.
    """
    changes = np.asarray(changes, np.float64)
    if changes.ndim != 2 or not np.all(np.isfinite(changes)):
        raise ValueError(
            f"changes have shape {changes.shape}; expected [A, n], all finite"
        )
    count, images = changes.shape
    if not images:
        return np.ones(count)
    above = changes - np.reshape(minimum, (-1, 1))
    # Sums in another order are other floats: as large is not a bit smaller.
    found = above.sum(axis=1) - 1e-9 * np.abs(above).sum(axis=1)
    rng = np.random.default_rng(seed)
    as_large = np.ones(count)
    rows = max(1, _BLOCK // max(images, count))
    for start in range(0, draws, rows):
        block = min(rows, draws - start)
        signs = 2.0 * rng.integers(0, 2, (block, images)) - 1.0
        as_large += np.sum(signs @ above.T >= found, axis=0)
    return as_large / (draws + 1)


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


def _joined(
    changes: Mapping[int, np.ndarray], trifles: Mapping[int, float]
) -> np.ndarray:
    """One table [A, n] of all classes; a trifle where a class has no image.

    A test takes it off the changes, so that nothing is left there, whatever
    its sign.
    """
    images = max((one.shape[1] for one in changes.values()), default=0)
    return np.concatenate(
        [np.empty((0, images))]
        + [
            np.pad(
                one,
                ((0, 0), (0, images - one.shape[1])),
                constant_values=trifles[target],
            )
            for target, one in changes.items()
        ]
    )
