"""Explains images with a trained StylEx: what `stylex_tf.load` gives.

    import stylex_tf

    model = stylex_tf.load("faces_32")
    explanation = model.explain(["face.png"], top_k=4)

It computes nothing itself: it asks the export's signatures, in this process or
on a server, so both answer the same.
"""

import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from stylex_tf import errors
from stylex_tf.api import (
    asked_for,
    explanation,
    image_answers,
    pace,
    picture_inputs,
    questions,
    served,
)
from stylex_tf.api import backend as backends
from stylex_tf.api import connection as connections

# `find_attributes` takes it for "away from the likeliest class".
_AWAY = -1
# Names of classes in the line that says what a model is.
_SHOWN_CLASSES = 8

Answer = backends.Answer


class Explainer:
    """A model that explains a classifier's answers.

    Attributes:
        class_names: in the order of the classifier's logits.
        attribute_names: that a person or a regressor gave, by coordinate.
        resolution: height and width of the model's images.
        max_top_k: attributes of an image, at most.
        missing: what an older export does not tell, in words.
        provenance: which model answers, and by what.
    """

    def __init__(self, backend: backends.Backend):
        """Asks the model what it is.

        Args:
            backend: who answers.

        Raises:
            ServerError: a server cannot be reached.
        """
        known = backend.description
        self.class_names = known.class_names
        self.attribute_names = dict(known.attribute_names)
        self.resolution = known.resolution
        self.max_top_k = known.max_top_k
        self.missing = known.missing
        self.provenance = backend.provenance()
        self._known = known
        self._ask = questions.Questions(backend)
        self._answers = image_answers.ImageAnswers(backend)
        self._pace = pace.Pace()
        self._class_pace = pace.Pace()

    def __repr__(self) -> str:
        """Names the model and its version, its classes and its size."""
        name = self.provenance["name"] or self.provenance["model"]
        shown = ", ".join(self.class_names[:_SHOWN_CLASSES])
        left = len(self.class_names) - _SHOWN_CLASSES
        return (
            f"<Explainer of {name}, version {self.provenance['version']}; "
            f"classes {shown}{f' and {left} more' if left > 0 else ''}; "
            f"{self.resolution} x {self.resolution} pixels>"
        )

    def explain(
        self,
        images: Any,
        *,
        target: str | int | None = None,
        top_k: int = 4,
        value_range: tuple[float, float] = (-1.0, 1.0),
        crop: str | None = None,
        progress: bool = True,
    ) -> explanation.Explanation:
        """Finds what, changed by itself, moves the classifier on each image.

        A coordinate whose both ends do so is listed once, with the better end;
        so an image may have fewer than top_k.

        Args:
            images: one or several: paths, folders, PIL images, uint8 or float
                arrays or tensors, [H, W, C] or [N, H, W, C], or a
                `tf.data.Dataset`. Any size will do.
            target: the class to move towards, its name or index; None: away
                from the likeliest.
            top_k: attributes of each image, at most `max_top_k`.
            value_range: the darkest and the brightest value of float images.
            crop: how an image is cut that is not square: "center" takes the
                centre, "pad" adds to the shorter side; None: what the model was
                trained with.
            progress: False says nothing.

        Raises:
            UsageError: an image cannot be used, there is no such class, or
                top_k is out of bounds; before any work begins.
            ServerError: a server refuses, or cannot be reached.
        """
        towards = _AWAY if target is None else self.class_index(target)
        asked_for.check_top_k(top_k, self.max_top_k)
        pictures = self._read(images, value_range, crop)
        answers = []
        for picture in self._pace.over(
            pictures, doing="explaining", progress=progress
        ):
            answer = self._answers.given(picture) | self._answers.attributes(
                picture.encoded, towards=towards, top_k=top_k
            )
            answers.append(answer | self._carry(answer))
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
        crop: str | None = None,
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
            crop: as for `explain`.
            progress: False says nothing.

        Raises:
            UsageError: as for `explain`; or the model is too old to tell how
                many coordinates it has.
        """
        towards = self.class_index(target)
        asked_for.check_top_k(top_k, self.max_top_k)
        pictures = self._read(images, value_range, crop)
        table = self._ask.class_attributes(towards, top_k=top_k)
        chosen = {
            name: table[name][0]
            for name in ("coordinates", "directions", "strengths")
        }
        answers = []
        for picture in self._class_pace.over(
            pictures, doing="explaining", progress=progress
        ):
            answer = self._answers.given(picture) | chosen
            answer |= self._answers.tried(
                picture.encoded, chosen, towards=towards
            )
            answers.append(answer | self._carry(answer))
        return self._explanation(
            pictures,
            answers,
            target_class=towards,
            asked={"signature": "class_attributes", "top_k": top_k},
            class_effects=table["effects"][0],
            class_shares=table["shares"][0],
        )

    def class_index(self, target: str | int) -> int:
        """Returns the index of a class, of its name or index.

        Raises:
            UsageError: there is no such class.
        """
        return asked_for.class_index(target, self.class_names)

    def _carry(self, answer: Answer) -> Answer:
        """Asks the classifier about the edits, carried onto the image."""
        there = np.flatnonzero(answer["coordinates"] >= 0)
        said = np.full(
            [len(answer["coordinates"]), len(self.class_names)], -1, np.float32
        )
        _, said[there] = self._answers.carried(
            answer["images"], answer["reconstructions"], answer["edited"][there]
        )
        return {"probabilities_carried": said}

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
            attribute_names=self.attribute_names,
            image_ids=tuple(picture.id for picture in pictures),
            target_classes=np.full([len(pictures)], target_class, np.int32),
            provenance={**self.provenance, **asked},
            **{
                name: np.stack([answer[name] for answer in answers])
                for name in answers[0]
            },
            **of_class,
        )

    def _read(
        self, images: Any, value_range: tuple[float, float], crop: str | None
    ) -> list[picture_inputs.Picture]:
        return picture_inputs.read(
            images,
            resolution=self.resolution,
            max_pixels=self._known.max_pixels,
            value_range=value_range,
            crop=crop,
            own_crop=self._known.crop,
        )


def load(path: str | pathlib.Path, *, progress: bool = True) -> Explainer:
    """Opens an exported model, with TensorFlow 2.15 or any later.

    A model is a program: load none that you do not trust.

    Args:
        path: the folder of one version, or of several, as `train` writes to
            RUN/export; of several the highest number is taken. Or the name of
            a model that ships, as "faces_32".
        progress: False says nothing.

    Raises:
        UsageError: there is none, or it is damaged; the message says what was
            found.
    """
    try:
        # Imported late: a server's client does without TensorFlow.
        from stylex_tf.api import exported_model
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise
        raise errors.UsageError(
            "TensorFlow is not installed; expected 2.15 or later: "
            "pip install tensorflow"
        ) from error

    version = exported_model.find_version(path)
    if progress:
        exported_model.announce(version)
    return Explainer(exported_model.ExportedModel(version))


def connect(
    server: str,
    *,
    model: str = "stylex",
    version: int | None = None,
    rest: bool = False,
) -> Explainer:
    """Opens a model on a server, ours or TensorFlow Serving.

    It needs no TensorFlow here. `api.served.connect` knows TLS, deadlines and
    retries as well.

    Args:
        server: HOST:PORT.
        model: its name there.
        version: the version of the model; None: the latest.
        rest: by REST, not gRPC; the server's port is another.

    Raises:
        ServerError: there is no such model, or the server cannot be reached.
    """
    return Explainer(
        served.connect(
            connections.Connection(server=server),
            connections.Model(name=model, version=version),
            rest=rest,
        )
    )
