"""Asks a model all that an explanation of one image is made of.

What `picture_inputs` reads goes in; pixels and probabilities come out, without
the axis of images.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from stylex_tf import errors
from stylex_tf.api import backend as backends
from stylex_tf.api import better_ends, picture_inputs, questions
from stylex_tf.api import trust as trust_lib
from stylex_tf.attributes import carried_edit, log_odds

_SHARES = ("error_shares", "style_shares", "foreign_shares")
# Arrays of `find_attributes` that have a row an attribute.
_OF_ATTRIBUTES = (
    "coordinates",
    "directions",
    "strengths",
    "effects",
    "probabilities_after",
)

Answer = backends.Answer


class ImageAnswers:
    """Answers about one image at a time.

    Every method raises ServerError where a server refuses or cannot be
    reached.

    Attributes:
        class_names: in the order of the classifier's logits.
    """

    def __init__(self, backend: backends.Backend):
        """Asks the model what it is.

        Args:
            backend: who answers.
        """
        self._known = backend.description
        self._ask = questions.Questions(backend)
        self.class_names = self._known.class_names

    def given(self, picture: picture_inputs.Picture) -> Answer:
        """Says what is known of an image before it is edited.

        Returns:
            probabilities, probabilities_before: of the image and of its
            reconstruction, float32 [K]. images, reconstructions: uint8
            [R, R, 3]. error_shares, style_shares, foreign_shares: float32 [];
            those that the export tells.
        """
        asked = [picture.encoded]
        rebuilt = self._ask.reconstruct(asked)
        answer = {
            "probabilities": self._ask.classify(asked)["probabilities"][0],
            "probabilities_before": rebuilt["probabilities"][0],
            "images": picture.pixels,
            "reconstructions": self._decode(rebuilt["image_bytes"])[0],
        }
        held_out = self._known.held_out
        if held_out is not None:
            shares = held_out.shares(
                answer["images"][None],
                answer["reconstructions"][None],
                self._ask.encode(asked)["styles"],
            )
            answer |= {name: share[0] for name, share in shares.items()}
        return answer

    def trust(self, given: Answer) -> trust_lib.Trust:
        """Judges whether edits of an image mean anything for it.

        Args:
            given: what `given` answered.
        """
        shares: list[Any] = [given.get(name) for name in _SHARES]
        return trust_lib.of(
            self.class_names,
            given["probabilities"],
            given["probabilities_before"],
            *shares,
        )

    def attributes(self, encoded: bytes, *, towards: int, top_k: int) -> Answer:
        """Finds the attributes of an image, each coordinate once.

        Args:
            encoded: the image, PNG or JPEG.
            towards: the class to move towards; -1: away from the likeliest.
            top_k: attributes, A.

        Returns:
            coordinates, directions: int32 [A]. strengths, effects: float32
            [A]. probabilities_before: float32 [K]. probabilities_after:
            float32 [A, K]. edited: uint8 [A, R, R, 3]. Where there are less
            than A, the rest is -1, and black.
        """
        said = self._ask.find_attributes(
            [encoded],
            target_class=towards,
            top_k=min(better_ends.ENDS * top_k, self._known.max_top_k),
        )
        places = better_ends.places(said["coordinates"][0], top_k)
        answer = {"probabilities_before": said["probabilities_before"][0]}
        for name in _OF_ATTRIBUTES:
            rows = said[name][0]
            answer[name] = np.full([top_k, *rows.shape[1:]], -1, rows.dtype)
            answer[name][: len(places)] = rows[places]
        edited = self._decode(said["edited_bytes"][0][places])
        answer["edited"] = np.zeros([top_k, *edited.shape[1:]], np.uint8)
        answer["edited"][: len(places)] = edited
        return answer

    def tried(
        self,
        encoded: bytes,
        chosen: Mapping[str, np.ndarray],
        *,
        towards: int,
    ) -> Answer:
        """Makes each of A edits by itself on one image.

        Args:
            encoded: the image, PNG or JPEG.
            chosen: coordinates, directions and strengths, [A]; -1: none.
            towards: the class that effects are measured by.

        Returns:
            effects, probabilities_after, edited: as `attributes`.

        Raises:
            UsageError: the model is too old to tell how many coordinates it
                has.
        """
        there = chosen["coordinates"] >= 0
        count, width = int(there.sum()), len(there)
        size, classes = self._known.resolution, len(self.class_names)
        answer: Answer = {
            "effects": np.full([width], -1.0, np.float32),
            "probabilities_after": np.full([width, classes], -1.0, np.float32),
            "edited": np.zeros([width, size, size, 3], np.uint8),
        }
        if not count:
            return answer
        if not self._known.searched:
            raise errors.UsageError(
                "this model does not tell how many coordinates it has: its "
                "export is older than `describe`; export it again"
            )
        image_bytes = [encoded] * count
        edits = {name: array[there] for name, array in chosen.items()}
        edited = self._ask.edit(
            image_bytes,
            **{name: array[:, None] for name, array in edits.items()},
        )
        measured = self._ask.style_effects(
            image_bytes,
            # Edit e moves coordinate e mod S in direction e div S.
            first_edit=edits["directions"] * self._known.searched
            + edits["coordinates"],
            num_edits=[1] * count,
        )
        before = measured["base_logits"].astype(np.float64)
        after = before + measured["effects"][:, 0]
        answer["effects"][there] = log_odds.of_class(
            after, towards
        ) - log_odds.of_class(before, towards)
        answer["probabilities_after"][there] = edited["probabilities_after"]
        answer["edited"][there] = self._decode(edited["edited_bytes"])
        return answer

    def carried(
        self, image: np.ndarray, reconstruction: np.ndarray, edited: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Carries edits onto an image, and asks the classifier about them.

        Args:
            image: uint8 [R, R, 3].
            reconstruction: the same.
            edited: the edits of the reconstruction, uint8 [A, R, R, 3].

        Returns:
            The pictures, uint8 [A, R, R, 3], and their probabilities, float32
            [A, K].
        """
        if not len(edited):
            return edited, np.zeros([0, len(self.class_names)], np.float32)
        pictures = carried_edit.carry(
            image[None], reconstruction[None], edited[None]
        )[0]
        said = self._ask.classify(
            [
                picture_inputs.png(Image.fromarray(picture))
                for picture in pictures
            ]
        )
        return pictures, said["probabilities"]

    def _decode(self, encoded: np.ndarray) -> np.ndarray:
        """Decodes PNGs [N] to uint8 [N, R, R, 3]."""
        size = self._known.resolution
        pixels = np.zeros([len(encoded), size, size, 3], np.uint8)
        for index, content in enumerate(encoded):
            pixels[index] = picture_inputs.decode_png(content)
        return pixels
