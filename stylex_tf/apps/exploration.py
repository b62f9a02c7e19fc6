"""Asks a model what the explorer shows: an image, its knobs, their turns."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from stylex_tf.api import backend as backends
from stylex_tf.api import explanation_rows, picture_inputs, questions
from stylex_tf.api import trust as trust_lib
from stylex_tf.attributes import carried_edit, default_name

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
        image: it, with what the classifier says.
        reconstruction: what knobs start from.
        trust: whether turning them means anything for this image.
    """

    content: bytes
    pixels: np.ndarray
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
        caption: what the whole turn does, in words, and what to be careful
            about.
    """

    coordinate: int
    direction: int
    label: str
    caption: str


class Exploration:
    """Asks one model for any number of visitors.

    Every method raises ServerError where a server refuses or cannot be
    reached, and UsageError where an image cannot be used.

    Attributes:
        class_names: in the order of the classifier's logits.
        title: the model and its version, for people.
        missing: what an older export does not tell, in words.
    """

    def __init__(self, backend: backends.Backend):
        """Asks the model what it is.

        Args:
            backend: who answers.
        """
        known, provenance = backend.description, backend.provenance()
        self._known = known
        self._ask = questions.Questions(backend)
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
            own_crop=self._known.crop,
        )
        asked = [picture.encoded]
        said = self._ask.classify(asked)["probabilities"][0]
        rebuilt = self._ask.reconstruct(asked)
        before = rebuilt["probabilities"][0]
        pixels = picture_inputs.decode_png(rebuilt["image_bytes"][0])
        shares: Mapping[str, np.ndarray] = {}
        if self._known.held_out is not None:
            shares = self._known.held_out.shares(
                picture.pixels[None],
                pixels[None],
                self._ask.encode(asked)["styles"],
            )
        judged = (
            shares[name][0] if name in shares else None
            for name in ("error_shares", "style_shares", "foreign_shares")
        )
        return Opened(
            content=picture.encoded,
            pixels=picture.pixels,
            image=Seen(
                picture_inputs.png(Image.fromarray(picture.pixels)),
                self._named(said),
            ),
            reconstruction=Seen(rebuilt["image_bytes"][0], self._named(before)),
            trust=trust_lib.of(self.class_names, said, before, *judged),
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
        answer = self._ask.find_attributes(
            [opened.content],
            target_class=target_class,
            top_k=min(top_k, self._known.max_top_k),
        )
        before = answer["probabilities_before"][0]
        effects = answer["effects"][0]
        shown = int(np.argmax(before)) if target_class == AWAY else target_class
        knobs: dict[int, Knob] = {}
        for coordinate, direction, effect, after in zip(
            answer["coordinates"][0],
            answer["directions"][0],
            effects,
            answer["probabilities_after"][0],
            strict=True,
        ):
            # Both directions of one coordinate make one knob, the better's.
            if coordinate < 0 or coordinate in knobs:
                continue
            turns = np.argmax(after) != np.argmax(before) and (
                target_class in (AWAY, np.argmax(after))
            )
            caution = explanation_rows.caution(
                effect=effect, strongest=effects.max(), turns=bool(turns)
            )
            knobs[int(coordinate)] = Knob(
                coordinate=int(coordinate),
                direction=int(direction),
                label=self._known.attribute_names.get(
                    int(coordinate), default_name.of(int(coordinate))
                ),
                caption=(
                    "to the right, the probability of "
                    f"{self.class_names[shown]} goes from "
                    f"{before[shown]:.1%} to {after[shown]:.1%}"
                    + (f"; {caution}" if caution else "")
                ),
            )
        return list(knobs.values())

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
        picture = carried_edit.carry(
            opened.pixels[None],
            picture_inputs.decode_png(opened.reconstruction.image)[None],
            picture_inputs.decode_png(edited)[None],
        )[0]
        content = picture_inputs.png(Image.fromarray(picture))
        said = self._ask.classify([content])["probabilities"][0]
        return Seen(content, self._named(said))

    def _named(self, probabilities: np.ndarray) -> dict[str, float]:
        return {
            name: float(probability)
            for name, probability in zip(
                self.class_names, probabilities, strict=True
            )
        }
