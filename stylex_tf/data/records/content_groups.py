"""Finds which images have to stay on one side of every cut."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from stylex_tf.data.records import fingerprints, near_copies


@dataclasses.dataclass(frozen=True)
class ContentGroups:
    """Images that share content, directly or by others between them.

    Attributes:
        ids: number of each image's group, from 0, int64 [N].
        pictures: number of each image's picture, from 0, int64 [N]; images of
            one number are the same in every pixel.
        near_copies: how many images have a near copy that is another picture.
    """

    ids: np.ndarray
    pictures: np.ndarray
    near_copies: int


def find(
    prints: Sequence[fingerprints.Fingerprint],
    names: Sequence[str],
    *,
    alike: bool,
) -> ContentGroups:
    """Puts images of one picture, of one name and near copies together.

    Args:
        prints: every image's fingerprint.
        names: the group of every image as the source names it (a patient, a
            combination of factors); "" where it names none.
        alike: whether near copies belong together.
    """
    pictures, firsts = _numbers([print_.pixels for print_ in prints])
    union = _Union(len(prints))
    for image, picture in enumerate(pictures):
        union.join(image, firsts[picture])
    first_of: dict[str, int] = {}
    for image, name in enumerate(names):
        if name:
            union.join(image, first_of.setdefault(name, image))
    near: set[int] = set()
    if alike and firsts:
        for copy, other in near_copies.pairs(
            np.stack([prints[image].structure for image in firsts]),
            np.stack([prints[image].colours for image in firsts]),
        ):
            union.join(firsts[copy], firsts[other])
            near |= {copy, other}
    ids, _ = _numbers([union.root(image) for image in range(len(prints))])
    return ContentGroups(
        ids=ids,
        pictures=pictures,
        near_copies=int(np.isin(pictures, list(near)).sum()),
    )


def _numbers(keys: Sequence[bytes | int]) -> tuple[np.ndarray, list[int]]:
    """Gives equal keys one number; returns each number's first place too."""
    numbers: dict[bytes | int, int] = {}
    firsts: list[int] = []
    groups = np.empty(len(keys), np.int64)
    for place, key in enumerate(keys):
        if key not in numbers:
            numbers[key] = len(firsts)
            firsts.append(place)
        groups[place] = numbers[key]
    return groups, firsts


class _Union:
    """Disjoint sets of images, each known by its first image."""

    def __init__(self, size: int):
        self._parents = list(range(size))

    def root(self, image: int) -> int:
        parents = self._parents
        while parents[image] != image:
            parents[image] = parents[parents[image]]
            image = parents[image]
        return image

    def join(self, image: int, other: int) -> None:
        roots = self.root(image), self.root(other)
        self._parents[max(roots)] = min(roots)
