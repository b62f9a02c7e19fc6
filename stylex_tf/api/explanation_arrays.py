"""Names the arrays of an explanation, and checks that they belong together."""

from collections.abc import Mapping

import numpy as np

# Axes of each array: N images, A attributes, K classes, R pixels.
AXES: Mapping[str, tuple[str | int, ...]] = {
    "target_classes": ("N",),
    "coordinates": ("N", "A"),
    "directions": ("N", "A"),
    "strengths": ("N", "A"),
    "effects": ("N", "A"),
    "probabilities": ("N", "K"),
    "probabilities_before": ("N", "K"),
    "probabilities_after": ("N", "A", "K"),
    "probabilities_carried": ("N", "A", "K"),
    "error_shares": ("N",),
    "style_shares": ("N",),
    "foreign_shares": ("N",),
    "class_effects": ("A",),
    "class_shares": ("A",),
    "images": ("N", "R", "R", 3),
    "reconstructions": ("N", "R", "R", 3),
    "edited": ("N", "A", "R", "R", 3),
}
# Arrays that an explanation need not have.
_OPTIONAL = (
    "probabilities_carried",
    "error_shares",
    "style_shares",
    "foreign_shares",
    "class_effects",
    "class_shares",
)


def check(
    arrays: Mapping[str, np.ndarray | None], *, images: int, classes: int
) -> None:
    """Raises ValueError where the arrays do not belong together.

    Args:
        arrays: all of AXES, by name; None where there is none.
        images: N.
        classes: K.
    """
    sizes: dict[str | int, int] = {"N": images, "K": classes}
    for name, axes in AXES.items():
        array = arrays[name]
        if array is None and name in _OPTIONAL:
            continue
        shape = () if array is None else array.shape
        fits = len(axes) == len(shape) and all(
            size == (axis if isinstance(axis, int) else sizes[axis])
            for axis, size in zip(axes, shape, strict=True)
            # The first array that has an axis says how long it is.
            if isinstance(axis, int) or sizes.setdefault(axis, size) is not None
        )
        if not fits:
            raise ValueError(
                f"{name} has shape {list(shape)}; expected "
                f"[{', '.join(map(str, axes))}] with {sizes}"
            )
