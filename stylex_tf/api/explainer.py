"""What a user holds: a trained StylEx that explains images.

    import stylex_tf

    model = stylex_tf.load("runs/quickstart/export")
    explanation = model.explain(["face.png"], top_k=4)

It computes nothing itself: it asks the export's signatures, as a server's
client does, so both answer the same.
"""

import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from stylex_tf import errors
from stylex_tf.api import (
    explanation,
    exported_model,
    pace,
    picture_inputs,
)
from stylex_tf.attributes import log_odds
from stylex_tf.export import signatures

# `find_attributes` takes it for "away from the likeliest class".
_AWAY = -1

Answer = exported_model.Answer


class Explainer:
    """A model that explains a classifier's answers.

    Attributes:
        path: the folder of the version.
        class_names: in the order of the classifier's logits.
        resolution: height and width of the model's images.
        max_top_k: attributes of an image, at most.
    """

    def __init__(self, model: exported_model.ExportedModel):
        """Wraps a model that is loaded."""
        self.path = model.path
        self.class_names = model.class_names
        self.resolution = model.resolution
        self.max_top_k = model.max_top_k
        self._model = model
        self._pace = pace.Pace()
        self._class_pace = pace.Pace()

    def explain(
        self,
        images: Any,
        *,
        target: str | int | None = None,
        top_k: int = 4,
        value_range: tuple[float, float] = (-1.0, 1.0),
        progress: bool = True,
    ) -> explanation.Explanation:
        """Finds what, changed by itself, moves the classifier on each image.

        Args:
            images: one or several: paths, PIL images, uint8 or float arrays
                or tensors, [H, W, C] or [N, H, W, C], or a `tf.data.Dataset`.
                Of any size: the centre square is used, at the model's.
            target: the class to move towards, its name or index; None: away
                from the likeliest.
            top_k: attributes of each image, at most `max_top_k`.
            value_range: the darkest and the brightest value of float images.
            progress: False says nothing.

        Raises:
            UsageError: an image cannot be used, there is no such class, or
                top_k is out of bounds; before any work begins.
        """
        towards = _AWAY if target is None else self._class_index(target)
        self._check_top_k(top_k)
        pictures = self._read(images, value_range)
        answers = []
        for picture in self._pace.over(
            pictures, doing="explaining", progress=progress
        ):
            found = self._model.ask(
                signatures.FIND_ATTRIBUTES,
                {
                    "image_bytes": [picture.encoded],
                    "target_class": [towards],
                    "top_k": [top_k],
                },
            )
            edited = self._decode(found["edited_bytes"][0])
            answers.append(
                self._as_given(picture)
                | {
                    name: found[name][0]
                    for name in (
                        "coordinates",
                        "directions",
                        "strengths",
                        "effects",
                        "probabilities_before",
                        "probabilities_after",
                    )
                }
                | {"edited": edited}
            )
        return self._explanation(
            pictures,
            answers,
            target_class=towards,
            asked={"signature": "find_attributes", "top_k": top_k},
        )

    def explain_class(
        self,
        target: str | int,
        *,
        images: Any,
        top_k: int = 4,
        value_range: tuple[float, float] = (-1.0, 1.0),
        progress: bool = True,
    ) -> explanation.Explanation:
        """Shows a class's attributes on images, best of other classes.

        The attributes were found, and tested, on held-out images before the
        export; here each is tried on the images given. A class may have fewer
        than top_k, or none.

        Args:
            target: the class, its name or index.
            images: as for `explain`.
            top_k: attributes of the class, at most `max_top_k`.
            value_range: the darkest and the brightest value of float images.
            progress: False says nothing.

        Raises:
            UsageError: as for `explain`.
        """
        towards = self._class_index(target)
        self._check_top_k(top_k)
        pictures = self._read(images, value_range)
        table = self._model.ask(
            signatures.CLASS_ATTRIBUTES,
            {"target_class": [towards], "top_k": [top_k]},
        )
        chosen = {
            name: table[name][0]
            for name in ("coordinates", "directions", "strengths")
        }
        answers = [
            self._as_given(picture)
            | chosen
            | self._try_edits(picture, chosen, towards)
            for picture in self._class_pace.over(
                pictures, doing="explaining", progress=progress
            )
        ]
        return self._explanation(
            pictures,
            answers,
            target_class=towards,
            asked={"signature": "class_attributes", "top_k": top_k},
            class_effects=table["effects"][0],
            class_shares=table["shares"][0],
        )

    def _as_given(self, picture: picture_inputs.Picture) -> Answer:
        """What is known of an image before it is edited."""
        asked = {"image_bytes": [picture.encoded]}
        classified = self._model.ask(signatures.SERVING_DEFAULT, asked)
        rebuilt = self._model.ask(signatures.RECONSTRUCT, asked)
        return {
            "probabilities": classified["probabilities"][0],
            "probabilities_before": rebuilt["probabilities"][0],
            "images": picture.pixels,
            "reconstructions": self._decode(rebuilt["image_bytes"])[0],
        }

    def _try_edits(
        self,
        picture: picture_inputs.Picture,
        chosen: Mapping[str, np.ndarray],
        towards: int,
    ) -> Answer:
        """Each of A edits by itself on one image."""
        there = chosen["coordinates"] >= 0
        count, width = int(there.sum()), len(there)
        size, classes = self.resolution, len(self.class_names)
        answer: Answer = {
            "effects": np.full([width], -1.0, np.float32),
            "probabilities_after": np.full([width, classes], -1.0, np.float32),
            "edited": np.zeros([width, size, size, 3], np.uint8),
        }
        if not count:
            return answer
        image_bytes = [picture.encoded] * count
        edits = {name: array[there] for name, array in chosen.items()}
        edited = self._model.ask(
            signatures.EDIT,
            {
                "image_bytes": image_bytes,
                **{name: array[:, None] for name, array in edits.items()},
            },
        )
        measured = self._model.ask(
            signatures.STYLE_EFFECTS,
            {
                "image_bytes": image_bytes,
                # Edit e moves coordinate e mod S in direction e div S.
                "first_edit": edits["directions"] * self._model.searched
                + edits["coordinates"],
                "num_edits": [1] * count,
            },
        )
        before = measured["base_logits"].astype(np.float64)
        after = before + measured["effects"][:, 0]
        answer["effects"][there] = log_odds.of_class(
            after, towards
        ) - log_odds.of_class(before, towards)
        answer["probabilities_after"][there] = edited["probabilities_after"]
        answer["edited"][there] = self._decode(edited["edited_bytes"])
        return answer

    def _explanation(
        self,
        pictures: list[picture_inputs.Picture],
        answers: list[Answer],
        *,
        target_class: int,
        asked: Mapping[str, Any],
        **of_class: np.ndarray,
    ) -> explanation.Explanation:
        return explanation.Explanation(
            class_names=self.class_names,
            image_ids=tuple(picture.id for picture in pictures),
            target_classes=np.full([len(pictures)], target_class, np.int32),
            provenance={**self._model.provenance(), **asked},
            **{
                name: np.stack([answer[name] for answer in answers])
                for name in answers[0]
            },
            **of_class,
        )

    def _decode(self, encoded: np.ndarray) -> np.ndarray:
        """PNGs [N] to uint8 [N, R, R, 3]; black where there is none."""
        size = self.resolution
        pixels = np.zeros([len(encoded), size, size, 3], np.uint8)
        for index, content in enumerate(encoded):
            if content:
                pixels[index] = tf.io.decode_png(content, channels=3).numpy()
        return pixels

    def _read(
        self, images: Any, value_range: tuple[float, float]
    ) -> list[picture_inputs.Picture]:
        return picture_inputs.read(
            images,
            resolution=self.resolution,
            max_pixels=self._model.max_pixels,
            value_range=value_range,
        )

    def _class_index(self, target: str | int) -> int:
        if target in self.class_names:
            return self.class_names.index(str(target))
        if isinstance(target, (int, np.integer)) and (
            0 <= target < len(self.class_names)
        ):
            return int(target)
        raise errors.UsageError(
            f"there is no class {target!r}; expected one of "
            f"{', '.join(self.class_names)}, or its index"
        )

    def _check_top_k(self, top_k: int) -> None:
        if not 1 <= top_k <= self.max_top_k:
            raise errors.UsageError(
                f"top_k is {top_k}; expected 1 to {self.max_top_k}, which "
                "this export allows"
            )


def load(path: str | pathlib.Path, *, progress: bool = True) -> Explainer:
    """Opens an exported model, with whatever TensorFlow 2 there is.

    A model is a program: load none that you do not trust.

    Args:
        path: the folder of one version, or of several, as `train` writes to
            RUN/export; of several the highest number is taken.
        progress: False says nothing.

    Raises:
        UsageError: there is none, or it is damaged; the message says what was
            found.
    """
    version = exported_model.find_version(path)
    if progress:
        exported_model.announce(version)
    return Explainer(exported_model.ExportedModel(version))
