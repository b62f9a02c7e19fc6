"""Composes the questions of the paper's two user studies.

Lang et al. 2021 (https://arxiv.org/abs/2104.13369), section 4.2, asks people
two things of animations that go back and forth between a picture and its edit:

1. Classification: one column shows one attribute, the other column another,
   each in several pictures. Which does a further animation show? It is answered
   well where attributes are distinct and each looks the same in all pictures.
2. Verbal description: several pictures show one attribute. What changes?

No picture occurs twice in a question, so that only the change can tell.
"""

import dataclasses
import hashlib
import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from stylex_tf import errors

SIDES = ("left", "right")
# Animations of an attribute: in a column, and where it is to be described.
_EXAMPLES = 2
_DESCRIBED = 4
CLIPS = 2 * _EXAMPLES + 1
"""An attribute needs so many animations, of different images."""


@dataclasses.dataclass(frozen=True, eq=False)
class Clip:
    """An animation that goes back and forth between a picture and its edit.

    Attributes:
        image_id: names the picture.
        source: uint8 [H, W, 3].
        edited: the same with the attribute moved.
    """

    image_id: str
    source: np.ndarray
    edited: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Classification:
    """Two columns and an animation that belongs to one of them.

    Attributes:
        id: names the question in answers.
        columns: what each of `SIDES` shows.
        asked: the further animation.
        attributes: the columns' attributes.
        answer: one of `SIDES`.
    """

    id: str
    columns: tuple[tuple[Clip, ...], tuple[Clip, ...]]
    asked: Clip
    attributes: tuple[str, str]
    answer: str

    @property
    def clips(self) -> tuple[Clip, ...]:
        """Returns all clips that a page shows."""
        return (*self.columns[0], *self.columns[1], self.asked)


@dataclasses.dataclass(frozen=True, eq=False)
class Description:
    """Animations of one attribute, to be put into words.

    Attributes:
        id: names the question in answers.
        clips: the animations.
        attribute: what they show.
    """

    id: str
    clips: tuple[Clip, ...]
    attribute: str


@dataclasses.dataclass(frozen=True, eq=False)
class Study:
    """Holds the two studies of the same attributes.

    Attributes:
        classifications: in the order in which they are asked.
        descriptions: one an attribute, in the order in which they are asked.
    """

    classifications: tuple[Classification, ...]
    descriptions: tuple[Description, ...]

    @property
    def id(self) -> str:
        """Tells studies apart; made of what is shown, so it betrays nothing."""
        digest = hashlib.sha256()
        asked: list[Classification | Description] = [
            *self.classifications,
            *self.descriptions,
        ]
        for question in asked:
            digest.update(question.id.encode())
            for clip in question.clips:
                digest.update(clip.source.tobytes())
                digest.update(clip.edited.tobytes())
        return digest.hexdigest()[:16]


def compose(
    attributes: Mapping[str, Sequence[Clip]], *, count: int, seed: int
) -> Study:
    """Draws the questions.

    Every pair of attributes is compared equally often, or once more; sides,
    pictures, answers and order are random.

    Args:
        attributes: animations of each, by its name.
        count: questions of the classification study.
        seed: decides all that is random.

    Raises:
        StudyError: there are fewer than two attributes, or an attribute has
            animations of too few images.
    """
    if len(attributes) < 2:
        raise errors.StudyError(
            f"{len(attributes)} attributes; a study compares two or more"
        )
    for name, clips in attributes.items():
        images = len({clip.image_id for clip in clips})
        if images < CLIPS:
            raise errors.StudyError(
                f"attribute {name}: animations of {images} images; expected "
                f"{CLIPS} or more"
            )
    random = np.random.default_rng(seed)
    return Study(
        _classifications(attributes, count, random),
        _descriptions(attributes, random),
    )


def _classifications(
    attributes: Mapping[str, Sequence[Clip]],
    count: int,
    random: np.random.Generator,
) -> tuple[Classification, ...]:
    pairs = list(itertools.combinations(attributes, 2))
    rounds = -(-count // len(pairs))
    order = np.concatenate(
        [random.permutation(len(pairs)) for _ in range(rounds)]
    )
    questions = []
    for number, index in enumerate(random.permutation(order[:count]), start=1):
        pair = pairs[index]
        names = pair if random.integers(2) else pair[::-1]
        right = int(random.integers(2))
        used: set[str] = set()
        first, second = (
            _draw(attributes[name], _EXAMPLES, used, random) for name in names
        )
        (asked,) = _draw(attributes[names[right]], 1, used, random)
        questions.append(
            Classification(
                f"c{number}", (first, second), asked, names, SIDES[right]
            )
        )
    return tuple(questions)


def _descriptions(
    attributes: Mapping[str, Sequence[Clip]], random: np.random.Generator
) -> tuple[Description, ...]:
    names = list(attributes)
    return tuple(
        Description(
            f"d{number}",
            _draw(attributes[names[index]], _DESCRIBED, set(), random),
            names[index],
        )
        for number, index in enumerate(random.permutation(len(names)), start=1)
    )


def _draw(
    clips: Sequence[Clip],
    count: int,
    used: set[str],
    random: np.random.Generator,
) -> tuple[Clip, ...]:
    """Takes animations of images that are not used yet, and marks them."""
    drawn: list[Clip] = []
    for index in random.permutation(len(clips)):
        clip = clips[index]
        if len(drawn) < count and clip.image_id not in used:
            used.add(clip.image_id)
            drawn.append(clip)
    return tuple(drawn)
