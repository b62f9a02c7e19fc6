"""Asks a model what the explorer shows: an image, its knobs, their turns."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from PIL import Image

from stylex_tf.api import backend as backends
from stylex_tf.api import (
    explanation_rows,
    image_answers,
    picture_inputs,
    questions,
    turned_decisions,
)
from stylex_tf.api import trust as trust_lib
from stylex_tf.attributes import default_name

AWAY = -1
"""In place of a target class: away from the likeliest."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """An image as the model sees it.

    Attributes:
        image: PNG.
        probabilities: the probabilities of the classes, by name.
    """

    image: bytes
    probabilities: dict[str, float]


@dataclasses.dataclass(frozen=True)
class Opened:
    """An image, before anything is turned.

    Attributes:
        content: PNG or JPEG, which every question sends.
        pixels: what the model sees of it, uint8 [R, R, 3].
        rebuilt: the pixels of the reconstruction, uint8 [R, R, 3].
        image: it, with what the classifier says.
        reconstruction: what knobs start from.
        trust: whether turning them means anything for this image.
    """

    content: bytes
    pixels: np.ndarray
    rebuilt: np.ndarray
    image: Seen
    reconstruction: Seen
    trust: trust_lib.Trust


@dataclasses.dataclass(frozen=True)
class Knob:
    """One style coordinate, turned from -1 to 1; 0 leaves the image as it is.

    Attributes:
        coordinate: one of the S searched coordinates.
        direction: where 1 leads: 0 to the range's minimum, 1 to its maximum.
            -1 leads to the other end.
        label: the attribute's name, or its coordinate.
        caption: what the whole turn does to the reconstruction, in words, and
            what to be careful about.
        carried_caption: the same of the edit carried onto the image itself.
    """

    coordinate: int
    direction: int
    label: str
    caption: str
    carried_caption: str


class Exploration:
    """Asks one model for any number of visitors.

    Every method raises ServerError where a server refuses or cannot be
    reached, and UsageError where an image cannot be used.

    Attributes:
        class_names: in the order of the classifier's logits.
        title: the model and its version, for people.
        missing: what an older export does not tell, in words.
    """

    def __init__(self, backend: backends.Backend, *, crop: str | None = None):
        """Asks the model what it is.

        Args:
            backend: who answers.
            crop: "center" or "pad": what becomes of pictures that are not
                square; None does what was done to the training images.
        """
        known, provenance = backend.description, backend.provenance()
        self._known, self._crop = known, crop
        self._ask = questions.Questions(backend)
        self._answers = image_answers.ImageAnswers(backend)
        self.class_names = known.class_names
        self.missing = known.missing
        name = provenance["name"] or provenance["model"]
        self.title = f"{name}, version {provenance['version']}"

    def open(self, image: Image.Image) -> Opened:
        """Reads an image and asks what the model makes of it."""
        (picture,) = picture_inputs.read(
            image,
            resolution=self._known.resolution,
            max_pixels=self._known.max_pixels,
            crop=self._crop,
            own_crop=self._known.crop,
        )
        given = self._answers.given(picture)
        return Opened(
            content=picture.encoded,
            pixels=given["images"],
            rebuilt=given["reconstructions"],
            image=self._seen(given["images"], given["probabilities"]),
            reconstruction=self._seen(
                given["reconstructions"], given["probabilities_before"]
            ),
            trust=self._answers.trust(given),
        )

    def find(
        self, opened: Opened, *, target_class: int = AWAY, top_k: int = 8
    ) -> list[Knob]:
        """Finds the coordinates that move the classifier most on this image.

        Args:
            opened: the image.
            target_class: to move towards, or AWAY.
            top_k: knobs at most; never more than the model allows.
        """
        answer = self._answers.attributes(
            opened.content,
            towards=target_class,
            top_k=min(top_k, self._known.max_top_k),
        )
        there = answer["coordinates"] >= 0
        _, carried = self._answers.carried(
            opened.pixels, opened.rebuilt, answer["edited"][there]
        )
        rebuilt = answer["probabilities_before"]
        # Where edits start, and what becomes of it: made, and on the image.
        ways = [
            (rebuilt, answer["probabilities_after"][there]),
            (np.array(list(opened.image.probabilities.values())), carried),
        ]
        away = target_class == AWAY
        shown = int(rebuilt.argmax()) if away else target_class
        captions = [
            self._captions(
                answer["effects"][there],
                before,
                after,
                target_class=target_class,
                shown=shown,
            )
            for before, after in ways
        ]
        return [
            Knob(
                coordinate=int(coordinate),
                direction=int(direction),
                label=self._known.attribute_names.get(
                    int(coordinate), default_name.of(int(coordinate))
                ),
                caption=caption,
                carried_caption=carried_caption,
            )
            for coordinate, direction, caption, carried_caption in zip(
                answer["coordinates"][there],
                answer["directions"][there],
                *captions,
                strict=True,
            )
        ]

    def _captions(
        self,
        effects: np.ndarray,
        before: np.ndarray,
        after: np.ndarray,
        *,
        target_class: int,
        shown: int,
    ) -> list[str]:
        """Says what each whole turn does, and what to be careful about.

        Args:
            effects: of each of A edits, [A].
            before: the probabilities of what they start from, [K].
            after: those of each edit, [A, K].
            target_class: to move towards, or AWAY.
            shown: the class that is spoken of.
        """
        turns = turned_decisions.tell(
            before[None], after[None], np.array([target_class])
        )[0]
        return [
            "to the right, the probability of "
            + explanation_rows.change(
                self.class_names[shown],
                before[shown],
                edited[shown],
                explanation_rows.caution(
                    effect=effect, strongest=effects.max(), turns=bool(turning)
                ),
            )
            for effect, edited, turning in zip(
                effects, after, turns, strict=True
            )
        ]

    def turn(
        self,
        opened: Opened,
        knobs: Sequence[Knob],
        positions: Sequence[float],
        *,
        carried: bool = False,
    ) -> Seen:
        """Turns all knobs at once.

        Args:
            opened: the image.
            knobs: at least one.
            positions: the position of each knob, -1 to 1.
            carried: shows the edit on the image itself: the image plus what
                the edit changes in its reconstruction.
        """
        directions = [
            knob.direction if position >= 0 else 1 - knob.direction
            for knob, position in zip(knobs, positions, strict=True)
        ]
        answer = self._ask.edit(
            [opened.content],
            coordinates=[[knob.coordinate for knob in knobs]],
            directions=[directions],
            strengths=[[abs(position) for position in positions]],
        )
        edited = answer["edited_bytes"][0]
        if carried:
            return self.carry(opened, edited)
        return Seen(edited, self._named(answer["probabilities_after"][0]))

    def carry(self, opened: Opened, edited: bytes) -> Seen:
        """Carries an edited reconstruction onto the image.

        Args:
            opened: the image.
            edited: PNG.
        """
        pictures, said = self._answers.carried(
            opened.pixels,
            opened.rebuilt,
            picture_inputs.decode_png(edited)[None],
        )
        return self._seen(pictures[0], said[0])

    def _seen(self, pixels: np.ndarray, probabilities: np.ndarray) -> Seen:
        content = picture_inputs.png(Image.fromarray(pixels))
        return Seen(content, self._named(probabilities))

    def _named(self, probabilities: np.ndarray) -> dict[str, float]:
        return {
            name: float(probability)
            for name, probability in zip(
                self.class_names, probabilities, strict=True
            )
        }
