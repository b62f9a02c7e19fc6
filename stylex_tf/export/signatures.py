"""The contract of an exported model: names, dtypes, shapes and meanings.

The servables build their TensorSpecs from it and a client its requests, so it
imports no TensorFlow. A shape is written in axis letters:

    N  images in the batch         free in every call
    A  attributes in the answer    free: the largest `top_k` of the batch
    R  height and width of the model's images    fixed by the export
    T  style coordinates, all layers             fixed by the export
    K  classes of the classifier                 fixed by the export

Every tensor begins with N, so that a server may join requests into one batch.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

FREE_AXES = ("N", "A")

# Bounds of one call. They are asserted inside the saved graph, because no
# server checks them: a 420 KB PNG can hold 432 MB of pixels.
MAX_PIXELS = 2**24
MAX_TOP_K = 16

Axes = tuple[str | int, ...]


@dataclasses.dataclass(frozen=True)
class TensorInfo:
    """One input or output of a signature."""

    dtype: str
    shape: Axes
    meaning: str

    def static_shape(self, sizes: Mapping[str, int]) -> tuple[int | None, ...]:
        """The shape with R, T and K filled in; None is a free dimension."""
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
_STYLES = TensorInfo(
    "float32", ("N", "T"), "style vectors of all layers, side by side"
)


def _probabilities(of: str) -> TensorInfo:
    return TensorInfo("float32", ("N", "K"), f"class probabilities of {of}")


SERVING_DEFAULT = Signature(
    name="serving_default",
    meaning="What the classifier says about images.",
    inputs={"image_bytes": _IMAGE_BYTES},
    outputs={
        "probabilities": _probabilities("the image"),
        "logits": TensorInfo("float32", ("N", "K"), "the classifier's logits"),
        "class": TensorInfo("int32", ("N",), "index of the likeliest class"),
        "class_name": TensorInfo("string", ("N",), "name of that class"),
    },
    max_batch=256,
)

ENCODE = Signature(
    name="encode",
    meaning="The style vectors that stand for images.",
    inputs={"image_bytes": _IMAGE_BYTES},
    outputs={"styles": _STYLES},
    max_batch=256,
)

GENERATE = Signature(
    name="generate",
    meaning="The images that style vectors stand for.",
    inputs={"styles": _STYLES},
    outputs={
        "image_bytes": TensorInfo("string", ("N",), "PNG, R x R, RGB"),
        "images": TensorInfo(
            "float32", ("N", "R", "R", 3), "the same images in [-1, 1]"
        ),
    },
    max_batch=256,
)

RECONSTRUCT = Signature(
    name="reconstruct",
    meaning="Images encoded and generated again: what an edit starts from.",
    inputs={"image_bytes": _IMAGE_BYTES},
    outputs={
        "image_bytes": TensorInfo("string", ("N",), "PNG, R x R, RGB"),
        "probabilities": _probabilities("the reconstruction"),
    },
    max_batch=256,
)

FIND_ATTRIBUTES = Signature(
    name="find_attributes",
    meaning=(
        "For each image the single style coordinates whose edit moves the "
        "classifier most, the strongest first. Where an image has fewer than "
        "A, the rest of its row holds -1 and empty bytes."
    ),
    inputs={
        "image_bytes": _IMAGE_BYTES,
        "target_class": TensorInfo(
            "int32",
            ("N",),
            "class to move towards; -1: away from the likeliest",
        ),
        "top_k": TensorInfo(
            "int32", ("N",), "attributes wanted: 1 to the export's max_top_k"
        ),
    },
    outputs={
        "coordinates": TensorInfo("int32", ("N", "A"), "index into the styles"),
        "directions": TensorInfo(
            "int32", ("N", "A"), "0: to the coordinate's minimum, 1: maximum"
        ),
        "strengths": TensorInfo(
            "float32", ("N", "A"), "what the edit adds to the coordinate"
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

CONTRACT: Mapping[str, Signature] = {
    signature.name: signature
    for signature in (
        SERVING_DEFAULT,
        ENCODE,
        GENERATE,
        RECONSTRUCT,
        FIND_ATTRIBUTES,
    )
}


def to_dict(
    sizes: Mapping[str, int], *, max_top_k: int = MAX_TOP_K
) -> dict[str, Any]:
    """The contract of one export as plain JSON: `assets/contract.json`.

    Args:
        sizes: what R, T and K are.
        max_top_k: attributes an image that one call may ask for.
    """
    return {
        "sizes": dict(sizes),
        "max_top_k": max_top_k,
        "max_pixels": MAX_PIXELS,
        "signatures": {
            name: dataclasses.asdict(signature)
            for name, signature in CONTRACT.items()
        },
    }
