"""Cuts a data set into train and test so that no content is on both sides."""

import collections
import dataclasses
import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from stylex_tf import errors

HELD_OUT_SETS = 3
"""To search, to test what was found, and to measure it."""


@dataclasses.dataclass(frozen=True)
class Cutting:
    """How to cut a data set.

    Attributes:
        test_fraction: share of each class held out, where the source has no
            split of its own.
        seed: decides what is held out.
        fold: which of the disjoint parts of that size is held out; 0 is the
            first.
        near_copies: whether near copies stay on one side. Images that are
            alike by nature (renderings, handwriting) have none.
    """

    test_fraction: float = 0.1
    seed: int = 0
    fold: int = 0
    near_copies: bool = True


def draw(
    groups: np.ndarray,
    labels: Sequence[int],
    given: Sequence[str | None],
    cutting: Cutting,
) -> list[str | None]:
    """Returns the split of every image, None of those that are left out.

    Where the source has a split, it stays, without the test images that share
    content with a training image. Where it has none, whole groups are drawn.

    Args:
        groups: number of each image's content group, int64 [N].
        labels: class of each image.
        given: "train" or "test" as the source says; None of all images where
            it says nothing.
        cutting: how large the test split is.

    Raises:
        DataError: there is no such fold.
    """
    if not any(given):
        return _drawn(groups, labels, cutting)
    if cutting.fold:
        raise errors.DataError(
            f"data.fold is {cutting.fold}; expected 0, since the source has a "
            "split of its own"
        )
    splits = [split or "train" for split in given]
    trained = {
        group
        for group, split in zip(groups.tolist(), splits, strict=True)
        if split == "train"
    }
    return [
        None if split == "test" and group in trained else split
        for group, split in zip(groups.tolist(), splits, strict=True)
    ]


def check_held_out(pictures: int, groups: int) -> None:
    """Raises DataError unless the test split can be cut into three sets.

    Args:
        pictures: different pictures of the test split.
        groups: its content groups.
    """
    if groups < HELD_OUT_SETS:
        raise errors.DataError(
            f"{pictures} different held-out images, in {groups} groups that "
            f"share no content; expected at least {HELD_OUT_SETS} groups: to "
            "search, to test what was found, and to measure it. More images, "
            "or a larger data.test_fraction, help"
        )


def digest(ids: Sequence[str], splits: Sequence[str | None]) -> str:
    """Returns the SHA-256 of which image is where; equal cuts, equal digest."""
    text = "".join(
        f"{split or 'left out'}\t{name}\n"
        for name, split in zip(ids, splits, strict=True)
    )
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _drawn(
    groups: np.ndarray, labels: Sequence[int], cutting: Cutting
) -> list[str | None]:
    """Draws as many disjoint sets of groups as are needed; tests the last.

    Raises:
        DataError: the folds before have left no group.
    """
    members: dict[int, collections.Counter[int]] = {}
    for group, label in zip(groups.tolist(), labels, strict=True):
        members.setdefault(group, collections.Counter())[label] += 1
    random = np.random.default_rng(cutting.seed)
    order = random.permutation(np.array(list(members))).tolist()
    tested: set[int] = set()
    for _ in range(cutting.fold + 1):
        order = [group for group in order if group not in tested]
        tested = _one_fold(order, members, cutting.test_fraction)
    if not tested and not cutting.fold:
        raise errors.DataError(
            f"{len(members)} different images or groups, and no class has two, "
            "so that nothing can be held out; expected several of each class"
        )
    if not tested:
        raise errors.DataError(
            f"data.fold is {cutting.fold}; nothing is left to hold out. Folds "
            f"of {cutting.test_fraction:.3g} are numbered from 0"
        )
    return ["test" if g in tested else "train" for g in groups.tolist()]


def _one_fold(
    order: Sequence[int],
    members: Mapping[int, collections.Counter[int]],
    fraction: float,
) -> set[int]:
    """Takes groups in turn until each class has its share of test images.

    Args:
        order: the groups that may be taken.
        members: how many images of each class each group has, of all groups.
        fraction: share of each class.
    """
    totals: collections.Counter[int] = collections.Counter()
    for of_group in members.values():
        totals.update(of_group)
    wanted = {
        # At least one of each class, but never the whole class.
        label: min(max(1, round(count * fraction)), count - 1)
        for label, count in totals.items()
    }
    held: collections.Counter[int] = collections.Counter()
    tested: set[int] = set()

    def take(group: int) -> None:
        tested.add(group)
        held.update(members[group])

    def leaves_some(group: int) -> bool:
        return all(
            held[label] + count < totals[label]
            for label, count in members[group].items()
        )

    def brings_nearer(group: int) -> bool:
        parts = [(wanted[k] - held[k], n) for k, n in members[group].items()]
        before = sum(abs(missing) for missing, _ in parts)
        return sum(abs(missing - count) for missing, count in parts) < before

    for group in order:
        if brings_nearer(group) and leaves_some(group):
            take(group)
    for label in totals:
        if held[label]:
            continue
        # All its groups are larger than what is wanted: the smallest.
        fitting = [g for g in order if label in members[g] and leaves_some(g)]
        if fitting:
            take(min(fitting, key=lambda group: members[group].total()))
    return tested
