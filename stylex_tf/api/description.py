"""Reads what a model says of itself."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from stylex_tf import errors
from stylex_tf.export import held_out as held_out_figures
from stylex_tf.export import signatures

# Fields that an export need not have, and what is missed without them.
_OPTIONAL = {
    "ranges": "how far its style coordinates reach",
    "attribute_names": "what its attributes are called",
    "evaluation": "its figures",
    "held_out": "how its held-out images were, which trust is measured by",
}


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Description:
    """The answer of `describe`, or as much as an older export tells.

    Attributes:
        name: the name of the model, as its config had it; may be empty.
        class_names: in the order of the classifier's logits, K.
        resolution: R, height and width of the model's images.
        searched: S, style coordinates that are searched; 0: not known.
        max_top_k: attributes an image that one question may ask for.
        max_pixels: the most pixels that an image may have.
        style_strength: how far the searched edits go; 0: not known.
        crop: what becomes of images that are not square, "center" or "pad".
        ranges: minimum and maximum of each coordinate, float32 [2, S]; None:
            not known.
        attribute_names: that a person or a regressor gave, by coordinate.
        evaluation: the content of evaluation.json; None: not known.
        held_out: what trust is measured by; None: not known.
        missing: what this export does not tell, in words.
    """

    name: str
    class_names: tuple[str, ...]
    resolution: int
    searched: int
    max_top_k: int
    max_pixels: int
    style_strength: float
    crop: str = "center"
    ranges: np.ndarray | None = None
    attribute_names: Mapping[int, str] = dataclasses.field(default_factory=dict)
    evaluation: Mapping[str, Any] | None = None
    held_out: held_out_figures.HeldOut | None = None
    missing: tuple[str, ...] = ()


def parse(document: Mapping[str, Any]) -> Description:
    """Reads what `describe` answered.

    Args:
        document: plain JSON.

    Raises:
        UsageError: a field that every export has is missing or of another
            kind.
    """
    try:
        ranges = document.get("ranges")
        held_out = document.get("held_out")
        names = document.get("attribute_names") or {}
        return Description(
            name=str(document.get("name", "")),
            class_names=tuple(map(str, document["class_names"])),
            resolution=int(document["sizes"]["R"]),
            searched=int(document["sizes"]["S"]),
            max_top_k=int(document["max_top_k"]),
            max_pixels=int(document["max_pixels"]),
            style_strength=float(document["style_strength"]),
            crop=str(document.get("crop", "center")),
            ranges=(
                np.array([ranges["minimum"], ranges["maximum"]], np.float32)
                if ranges
                else None
            ),
            attribute_names={
                int(key): str(name) for key, name in names.items()
            },
            evaluation=document.get("evaluation"),
            held_out=(
                held_out_figures.HeldOut.from_dict(held_out)
                if held_out
                else None
            ),
            missing=tuple(
                meaning
                for field, meaning in _OPTIONAL.items()
                if document.get(field) is None
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise errors.UsageError(
            f"what the model says of itself cannot be read: {error!r}"
        ) from error


def parse_text(text: bytes) -> Description:
    """Reads the string that the signature `describe` answers.

    Raises:
        UsageError: it is no JSON, or see `parse`.
    """
    try:
        return parse(json.loads(text))
    except json.JSONDecodeError as error:
        raise errors.UsageError(
            f"what the model says of itself is no JSON: {error}"
        ) from error


def of_older(
    *, class_names: tuple[str, ...], resolution: int, searched: int = 0
) -> Description:
    """Says what is known of a served model that has no `describe`.

    Args:
        class_names: the names of the K classes.
        resolution: R, height and width of the model's images.
        searched: S, where it is known.
    """
    return Description(
        name="",
        class_names=class_names,
        resolution=resolution,
        searched=searched,
        max_top_k=signatures.MAX_TOP_K,
        max_pixels=signatures.MAX_PIXELS,
        style_strength=0.0,
        missing=("the names of its classes", *_OPTIONAL.values()),
    )
