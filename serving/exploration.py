"""What the explorer asks a served StylEx: an image, its knobs, their turns."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from serving.stylex_client import client as clients

AWAY = -1
"""In place of a target class: away from the likeliest."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """An image as the model sees it.

    Attributes:
        image: PNG.
        probabilities: of the classes, by name.
    """

    image: bytes
    probabilities: dict[str, float]


@dataclasses.dataclass(frozen=True)
class Knob:
    """One style coordinate, turned from -1 to 1; 0 leaves the image as it is.

    Attributes:
        coordinate: of the S searched.
        direction: where 1 leads: 0 to the range's minimum, 1 to its maximum.
            -1 leads to the other end.
        caption: what the whole turn does, in words.
    """

    coordinate: int
    direction: int
    caption: str


class Exploration:
    """Asks one served model for any number of visitors.

    Every method raises ServerError where the server refuses or cannot be
    reached.

    Attributes:
        class_names: those known so far. A server tells the name of a class
            with the first image of it.
    """

    def __init__(
        self, client: clients.StylexClient, class_names: Sequence[str] = ()
    ):
        self._client = client
        self.class_names = dict(enumerate(class_names))

    def name(self, index: int) -> str:
        """The name of a class, or its number."""
        return self.class_names.get(index, f"class {index}")

    def classify(self, image: bytes) -> dict[str, float]:
        """What the classifier says of an image, PNG or JPEG."""
        answer = self._client.classify([image])
        index, name = int(answer["class"][0]), answer["class_name"][0]
        self.class_names.setdefault(index, name.decode())
        return self._named(answer["probabilities"][0])

    def reconstruct(self, image: bytes) -> Seen:
        """The image encoded and generated again: what knobs start from."""
        answer = self._client.reconstruct([image])
        return Seen(
            answer["image_bytes"][0], self._named(answer["probabilities"][0])
        )

    def find(
        self, image: bytes, *, target_class: int = AWAY, top_k: int = 8
    ) -> list[Knob]:
        """The coordinates that move the classifier most on this image.

        Args:
            image: PNG or JPEG.
            target_class: to move towards, or AWAY.
            top_k: knobs at most.
        """
        answer = self._client.explain(
            [image], target_class=target_class, top_k=top_k
        )
        before = answer["probabilities_before"][0]
        knobs: dict[int, Knob] = {}
        for coordinate, direction, effect, after in zip(
            answer["coordinates"][0],
            answer["directions"][0],
            answer["effects"][0],
            answer["probabilities_after"][0],
            strict=True,
        ):
            # Both directions of one coordinate make one knob, the better's.
            if coordinate >= 0 and coordinate not in knobs:
                shown = (
                    int(np.argmax(before))
                    if target_class == AWAY
                    else target_class
                )
                knobs[int(coordinate)] = Knob(
                    int(coordinate),
                    int(direction),
                    f"to the right, {self.name(shown)} {before[shown]:.1%} to "
                    f"{after[shown]:.1%}: log odds moved by {effect:.1f}",
                )
        return list(knobs.values())

    def turn(
        self, image: bytes, knobs: Sequence[Knob], positions: Sequence[float]
    ) -> Seen:
        """Turns all knobs at once.

        Args:
            image: PNG or JPEG.
            knobs: at least one.
            positions: of each, -1 to 1.
        """
        directions = [
            knob.direction if position >= 0 else 1 - knob.direction
            for knob, position in zip(knobs, positions, strict=True)
        ]
        answer = self._client.edit(
            [image],
            coordinates=[[knob.coordinate for knob in knobs]],
            directions=[directions],
            strengths=[[abs(position) for position in positions]],
        )
        edited = answer["edited_bytes"][0]
        probabilities = answer["probabilities_after"][0]
        if int(np.argmax(probabilities)) not in self.class_names:
            self.classify(edited)
        return Seen(edited, self._named(probabilities))

    def _named(self, probabilities: np.ndarray) -> dict[str, float]:
        return {
            self.name(index): float(probability)
            for index, probability in enumerate(probabilities)
        }
