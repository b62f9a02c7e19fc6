"""Defines an exported model's contract: names, dtypes, shapes, meanings.

The servables build their TensorSpecs from it and a client its requests, so it
imports no TensorFlow; `docs/serving_signatures.md` is made of it.

Every tensor begins with N, so that a server may join requests into one batch.
Where a row of an answer has less than the others, the rest of it is -1, and
empty bytes: coordinate -1 says that nothing is there, and `edit` takes it as no
edit. So what `find_attributes` and `class_attributes` answer is what `edit`
takes.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

# What the letters of a shape mean.
AXES = {
    "N": "images in the batch; free in every call",
    "A": "attributes in the answer; the largest `top_k` of the batch, at most",
    "E": "edits of an image; in an answer the largest `num_edits` of the batch",
    "R": "height and width of the model's images; fixed by the export",
    "T": "style coordinates of all layers; fixed by the export",
    "S": "style coordinates that are searched, the first of the T; fixed",
    "K": "classes of the classifier; fixed by the export",
}
FREE_AXES = ("N", "A", "E")

# Bounds of one call. They are asserted inside the saved graph, because no
# server checks them: a 420 KB PNG can hold 432 MB of pixels.
MAX_PIXELS = 2**24
MAX_TOP_K = 16
# Edits of one image at once, by `edit`.
MAX_EDITS = 16
# Edits of one image measured, by `style_effects`.
MAX_MEASURED = 64

Axes = tuple[str | int, ...]


@dataclasses.dataclass(frozen=True)
class TensorInfo:
    """One input or output of a signature."""

    dtype: str
    shape: Axes
    meaning: str

    def static_shape(self, sizes: Mapping[str, int]) -> tuple[int | None, ...]:
        """Returns the shape with fixed axes filled in; None is free."""
        return tuple(
            None
            if axis in FREE_AXES
            else sizes[axis]
            if isinstance(axis, str)
            else axis
            for axis in self.shape
        )


@dataclasses.dataclass(frozen=True)
class Signature:
    """One entry point of an exported model."""

    name: str
    meaning: str
    inputs: Mapping[str, TensorInfo]
    outputs: Mapping[str, TensorInfo]
    # Images a call; larger batches, and empty ones, are refused.
    max_batch: int


_IMAGE_BYTES = TensorInfo(
    "string",
    ("N",),
    "PNG or JPEG of any size; its centre square is used, at R x R",
)
_IMAGES = TensorInfo("float32", ("N", "R", "R", 3), "RGB images in [-1, 1]")
_PNG = TensorInfo("string", ("N",), "PNG, R x R, RGB")
_STYLES = TensorInfo(
    "float32", ("N", "T"), "style vectors of all layers, side by side"
)
_TOP_K = TensorInfo(
    "int32", ("N",), "attributes wanted: 1 to the export's max_top_k"
)


def _probabilities(of: str) -> TensorInfo:
    return TensorInfo("float32", ("N", "K"), f"class probabilities of {of}")


def _coordinates(axis: str) -> TensorInfo:
    return TensorInfo("int32", ("N", axis), "index into the S searched styles")


def _directions(axis: str) -> TensorInfo:
    return TensorInfo(
        "int32",
        ("N", axis),
        "0: to the minimum of the coordinate's range, 1: to its maximum",
    )


def _strengths(axis: str) -> TensorInfo:
    return TensorInfo(
        "float32",
        ("N", axis),
        "share of the way to that end: 0 stays, 1 arrives, 2 goes twice as far",
    )


_CLASSIFIED = {
    "probabilities": _probabilities("the image"),
    "logits": TensorInfo("float32", ("N", "K"), "the classifier's logits"),
    "class": TensorInfo("int32", ("N",), "index of the likeliest class"),
    "class_name": TensorInfo("string", ("N",), "name of that class"),
}

SERVING_DEFAULT = Signature(
    name="serving_default",
    meaning="What the classifier says about images.",
    inputs={"image_bytes": _IMAGE_BYTES},
    outputs=_CLASSIFIED,
    max_batch=256,
)

CLASSIFY_IMAGES = Signature(
    name="classify_images",
    meaning="The same of images that are tensors already, as of `generate`.",
    inputs={"images": _IMAGES},
    outputs=_CLASSIFIED,
    max_batch=256,
)

ENCODE = Signature(
    name="encode",
    meaning="The style vectors that stand for images.",
    inputs={"image_bytes": _IMAGE_BYTES},
    outputs={"styles": _STYLES},
    max_batch=256,
)

ENCODE_IMAGES = Signature(
    name="encode_images",
    meaning="The same of images that are tensors already.",
    inputs={"images": _IMAGES},
    outputs={"styles": _STYLES},
    max_batch=256,
)

GENERATE = Signature(
    name="generate",
    meaning="The images that style vectors stand for.",
    inputs={"styles": _STYLES},
    outputs={
        "image_bytes": _PNG,
        "images": dataclasses.replace(
            _IMAGES, meaning="the same images in [-1, 1]"
        ),
    },
    max_batch=256,
)

RECONSTRUCT = Signature(
    name="reconstruct",
    meaning="Images encoded and generated again: what an edit starts from.",
    inputs={"image_bytes": _IMAGE_BYTES},
    outputs={
        "image_bytes": _PNG,
        "probabilities": _probabilities("the reconstruction"),
    },
    max_batch=256,
)

EDIT = Signature(
    name="edit",
    meaning=(
        "Moves style coordinates of images, all edits of an image together. "
        "Where one names a coordinate twice, the first counts. At most the "
        "export's max_edits an image."
    ),
    inputs={
        "image_bytes": _IMAGE_BYTES,
        "coordinates": dataclasses.replace(
            _coordinates("E"),
            meaning="index into the S searched styles; -1: no edit",
        ),
        "directions": _directions("E"),
        "strengths": _strengths("E"),
    },
    outputs={
        "edited_bytes": dataclasses.replace(
            _PNG, meaning="the edited image: PNG, R x R, RGB"
        ),
        "probabilities_before": _probabilities("the reconstruction"),
        "probabilities_after": _probabilities("the edited image"),
    },
    max_batch=256,
)

FIND_ATTRIBUTES = Signature(
    name="find_attributes",
    meaning=(
        "The attribute search on single images: the style coordinates whose "
        "edit, by itself, moves the classifier most, the strongest first."
    ),
    inputs={
        "image_bytes": _IMAGE_BYTES,
        "target_class": TensorInfo(
            "int32",
            ("N",),
            "class to move towards; -1: away from the likeliest",
        ),
        "top_k": _TOP_K,
    },
    outputs={
        "coordinates": _coordinates("A"),
        "directions": _directions("A"),
        "strengths": _strengths("A"),
        "shifts": TensorInfo(
            "float32", ("N", "A"), "what that adds to the coordinate"
        ),
        "effects": TensorInfo(
            "float32",
            ("N", "A"),
            "what the edit adds to the log odds of the target; above 0",
        ),
        "probabilities_before": _probabilities("the reconstruction"),
        "probabilities_after": TensorInfo(
            "float32",
            ("N", "A", "K"),
            "class probabilities of the edited image",
        ),
        "edited_bytes": TensorInfo(
            "string", ("N", "A"), "the edited image: PNG, R x R, RGB"
        ),
    },
    # An image costs hundreds of generated ones.
    max_batch=32,
)

STYLE_EFFECTS = Signature(
    name="style_effects",
    meaning=(
        "A chunk of the exhaustive search: what single edits, as far as the "
        "export's style_strength, do to the logits. The 2S edits of an image "
        "are numbered: edit e moves coordinate e mod S in direction e div S. "
        "A client asks for chunk after chunk, and goes on where it stopped."
    ),
    inputs={
        "image_bytes": _IMAGE_BYTES,
        "first_edit": TensorInfo("int32", ("N",), "0 to 2S - 1"),
        "num_edits": TensorInfo(
            "int32",
            ("N",),
            "edits wanted: 1 to the export's max_measured; those beyond the "
            "last are not there",
        ),
    },
    outputs={
        "coordinates": _coordinates("E"),
        "directions": _directions("E"),
        "effects": TensorInfo(
            "float32",
            ("N", "E", "K"),
            "logits of the edited image minus base_logits",
        ),
        "base_logits": TensorInfo(
            "float32", ("N", "K"), "logits of the reconstruction"
        ),
    },
    max_batch=32,
)

CLASS_ATTRIBUTES = Signature(
    name="class_attributes",
    meaning=(
        "The attributes of classes: the edits that lead images of other "
        "classes to one, in the order of their selection. They were found, "
        "and tested, on held-out images before the export."
    ),
    inputs={
        "target_class": TensorInfo("int32", ("N",), "class to move towards"),
        "top_k": _TOP_K,
    },
    outputs={
        "coordinates": _coordinates("A"),
        "directions": _directions("A"),
        "strengths": _strengths("A"),
        "effects": TensorInfo(
            "float32",
            ("N", "A"),
            "what the edit adds to the target, mean over images",
        ),
        "shares": TensorInfo(
            "float32",
            ("N", "A"),
            "share of the images whose decision this edit alone turns",
        ),
    },
    max_batch=256,
)

# What `describe` is asked for, and answers.
DESCRIPTION_FORMAT = 1

DESCRIBE = Signature(
    name="describe",
    meaning=(
        "What the model says of itself, as JSON: `name`, `sizes` (R, T, S and "
        "K), `class_names`, `ranges` (minimum and maximum of the S "
        "coordinates), `attribute_names`, `style_strength`, `crop` (what "
        "becomes of images that are not square), `max_top_k`, `max_edits`, "
        "`max_measured`, `max_pixels`, `evaluation` (its figures) and "
        "`held_out` (what single images are judged by). The version is the "
        "server's to tell."
    ),
    inputs={
        "format": TensorInfo(
            "int32", ("N",), f"of the answer: {DESCRIPTION_FORMAT}"
        ),
    },
    outputs={"description": TensorInfo("string", ("N",), "JSON in UTF-8")},
    max_batch=256,
)

CONTRACT: Mapping[str, Signature] = {
    signature.name: signature
    for signature in (
        SERVING_DEFAULT,
        CLASSIFY_IMAGES,
        ENCODE,
        ENCODE_IMAGES,
        GENERATE,
        RECONSTRUCT,
        EDIT,
        FIND_ATTRIBUTES,
        STYLE_EFFECTS,
        CLASS_ATTRIBUTES,
        DESCRIBE,
    )
}


def to_dict(
    sizes: Mapping[str, int],
    *,
    style_strength: float,
    max_top_k: int = MAX_TOP_K,
) -> dict[str, Any]:
    """Returns an export's contract as plain JSON: `assets/contract.json`.

    Args:
        sizes: what R, T, S and K are.
        style_strength: how far the searched edits go, in `edit`'s unit.
        max_top_k: attributes an image that one call may ask for.
    """
    return {
        "sizes": dict(sizes),
        "style_strength": style_strength,
        "max_top_k": max_top_k,
        "max_edits": MAX_EDITS,
        "max_measured": MAX_MEASURED,
        "max_pixels": MAX_PIXELS,
        "signatures": {
            name: dataclasses.asdict(signature)
            for name, signature in CONTRACT.items()
        },
    }
